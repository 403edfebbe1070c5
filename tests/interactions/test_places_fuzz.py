"""Whatever a network sends: a place on the globe or a refusal, soon, and within 50 MiB."""

import json
import time
import tracemalloc
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interactions.places import READERS, read_place
from regions.errors import DomainError

MESSAGES = Path(__file__).parent / "messages"
KINDS = {"sms": "text/plain", "data": "application/octet-stream",
         "https": "application/x-www-form-urlencoded"}  # fmt: skip
REAL = [
    (KINDS.get(file.stem.partition("_")[0], "application/pidf+xml"), file.read_bytes())
    for file in sorted(MESSAGES.iterdir())
    if file.suffix != ".md"
]
BITS = [b"", b";", b"=", b"&", b"%", b"lt=", b"lg=9", b"-", b"+", b"e99", b"NaN", b"0" * 400]
BITS += [
    b"\x00",
    b"\xff",
    b"<",
    b">",
    b"</",
    b"<gml:pos>",
    b"pos",
    b" ",
    b"\xc3\x9f",
    b"&#0;",
    b"]]>",
]


def read_or_refuse(kind, body):
    try:
        return read_place(kind, body)
    except DomainError as refusal:
        return refusal


def check(kind, body):
    place = read_or_refuse(kind, body)
    if isinstance(place, DomainError):
        assert place.status in {400, 413, 422}
        return
    if place.latitude is None:
        assert place.longitude is None
        assert place.civic
    else:
        assert -90 <= place.latitude <= 90
        assert -180 <= place.longitude <= 180
    assert place.accuracy_m is None or 0 < place.accuracy_m < 1e9
    assert place.confidence is None or 0 < place.confidence <= 100
    kept = json.dumps([place.civic, place.positioning, place.caller])
    assert "\\u0000" not in kept
    assert place.at is None or datetime.fromisoformat(place.at.isoformat()) == place.at


@st.composite
def mutated(draw):
    kind, body = draw(st.sampled_from(REAL))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(body)))
        width = draw(st.sampled_from([0, 1, 1, 2, 8, 64]))
        what = draw(st.sampled_from(BITS) | st.binary(max_size=4))
        body = body[:at] + what + body[at + width :]
    return draw(st.sampled_from([kind, kind, kind, *READERS])), body


@settings(max_examples=1500, deadline=2000)
@given(mutated())
def test_a_mutated_message_is_a_place_or_a_refusal(message):
    check(*message)


@settings(max_examples=300, deadline=2000)
@given(st.sampled_from(sorted(READERS)), st.binary(max_size=400) | st.text(max_size=200))
def test_noise_is_refused(kind, noise):
    check(kind, noise.encode() if isinstance(noise, str) else noise)


_OPEN = b"<presence><device><geopriv><location-info>"
_CLOSE = b"</location-info></geopriv></device></presence>"
BOMBS = {
    "flat": _OPEN + b"<a/>" * 64_000 + _CLOSE,
    "nested": b"<presence><device>" + b"<location-info><x>" * 7_000,
    "closed": b"<presence><device>" + b"<location-info>" * 8_000 + b"</location-info>" * 8_000
    + b"</device></presence>",
    "attributes": b"<presence " + b" ".join(b'a%d=""' % n for n in range(25_000)) + b"/>",
    "corners": _OPEN + b"<Polygon><posList>" + b"1 2 " * 60_000 + b"</posList></Polygon>" + _CLOSE,
    "devices": b"<presence>" + b"<device><location-info/></device>" * 7_000 + b"</presence>",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_document_made_to_hurt_costs_little_time_and_memory(name):
    tracemalloc.start()
    began = time.monotonic()

    check("application/pidf+xml", BOMBS[name][:262_144])

    assert time.monotonic() - began < 5
    assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    tracemalloc.stop()


@pytest.mark.parametrize(
    "body", [b"a=1&" * 16_000, b"location_latitude=1&" * 3_000, b"%00" * 20_000]
)
def test_a_form_made_to_hurt_costs_little_memory(body):
    tracemalloc.start()

    check("application/x-www-form-urlencoded", body[:65_536])

    assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    tracemalloc.stop()
