"""AML as handsets and gateways send it: by SMS, by data SMS, by HTTPS."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from interactions.places import read_place
from interactions.places.place import TooLong, Unreadable
from regions.errors import Invalid

MESSAGES = Path(__file__).parent / "messages"
V1 = (MESSAGES / "sms_v1.txt").read_text()
V2 = (MESSAGES / "sms_v2.txt").read_text()
FORM = (MESSAGES / "https_body.txt").read_text()
DATA = (MESSAGES / "data_sms.bin").read_bytes()


def text(message):
    return read_place("text/plain", message.encode())


def form(body):
    return read_place("application/x-www-form-urlencoded", body.encode())


def data(octets):
    return read_place("application/octet-stream", octets)


def packed(message):
    """GSM 03.38 characters, seven bits each, lowest first."""
    bits = sum(ord(letter) << 7 * n for n, letter in enumerate(message))
    return bits.to_bytes(-(-7 * len(message) // 8), "little")


def packed_from_the_top(message):
    bits = "".join(f"{ord(letter):07b}" for letter in message)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def test_a_text_of_version_1():
    place = text(V1)

    assert (place.latitude, place.longitude, place.accuracy_m) == (48.82639, -2.36619, 52)
    assert (place.method, place.positioning, place.confidence) == ("aml", "gnss", 68)
    assert place.at == datetime(2019, 11, 12, 11, 29, 28, tzinfo=UTC)


def test_a_text_of_version_2():
    place = text(V2)

    assert (place.latitude, place.longitude, place.accuracy_m) == (-37.42175, -122.08461, 2000.1)
    assert place.at == datetime.fromtimestamp(1593187189 - 9999, UTC)


def test_an_https_body():
    place = form(FORM)

    assert (place.latitude, place.longitude, place.accuracy_m) == (55.85732, -4.26325, 10.4)
    assert (place.confidence, place.positioning) == (83, "gnss")
    assert place.caller == "+447477593102"
    assert place.at == datetime(2016, 10, 11, 12, 37, 24, 435000, tzinfo=UTC)


def test_a_confidence_by_https_is_a_ratio():
    assert form(f"{FORM}&location_confidence=0.6827").confidence == 68.27


@pytest.mark.parametrize(
    ("number", "caller"),
    [
        ("%2B6281234567890", "+6281234567890"),
        ("0812-3456-7890", "+6281234567890"),
        ("%20628", None),
        ("", None),
        ("anonymous", None),
    ],
)
def test_a_number_by_https_becomes_e164(number, caller):
    body = FORM.replace("%2B447477593102", number)

    assert form(body).caller == caller


@pytest.mark.parametrize(
    "octets",
    [
        DATA,
        b"\x06\x05\x04\x15\x81\x00\x00" + DATA,
        packed(V1),
        packed_from_the_top(V1),
        b"\x06\x05\x04\x15\x81\x00\x00" + packed_from_the_top(V2),
        V1.encode(),
    ],
    ids=["real", "with ports", "packed", "from the top", "ports and from the top", "plain"],
)
def test_a_data_sms_is_the_same_text_in_octets(octets):
    assert data(octets).latitude in {37.42175, 48.82639, -37.42175}


def test_a_real_data_sms_tells_all_that_its_text_does():
    place = data(DATA)

    assert (place.longitude, place.accuracy_m, place.confidence) == (-122.08461, 20, 68)
    assert place.at == datetime(2015, 6, 13, 1, 9, 48, tzinfo=UTC)


@pytest.mark.parametrize("place", [text(V1), text(V2), form(FORM), data(DATA)])
def test_identities_of_card_and_handset_are_not_kept(place):
    identities = ("208201771948415", "353472104343540", "358239059042542", "987654231",
                  "354773072099116", "234159176307582")  # fmt: skip

    assert not any(identity in repr(place) for identity in identities)


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("lt=48.82639", "lt=", "#/lt"),
        ("lt=48.82639", "lt=91", "#/lt"),
        ("lt=48.82639", "lt=nan", "#/lt"),
        ("lt=48.82639", "lt=1_0", "#/lt"),
        ("lt=48.82639", "lt=٤٨", "#/lt"),
        ("lt=48.82639;", "", "#/lt"),
        ("lg=-2.36619", "lg=-181", "#/lg"),
        ("pm=G", "pm=N", "#/pm"),
        ("rd=52", "rd=N", "#/pm"),
        ('A"ML=1', 'A"ML=3', '#/A"ML'),
        ('A"ML=1;', "", '#/A"ML'),
    ],
)
def test_a_text_without_a_place_is_refused_by_the_field(field, value, pointer):
    with pytest.raises(Invalid) as refusal:
        text(V1.replace(field, value))

    assert refusal.value.errors[0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("change", "lost"),
    [(("rd=52", "rd=0"), "accuracy_m"), (("lc=68", "lc=0"), "confidence"),
     (("pm=G", "pm=?"), "positioning"), (("top=20191112112928", "top=20191312112928"), "at"),
     (("top=20191112112928", "top="), "at")],
)  # fmt: skip
def test_what_is_not_known_beside_the_place_is_left_open(change, lost):
    place = text(V1.replace(*change))

    assert place.latitude == 48.82639
    assert getattr(place, lost) is None


@pytest.mark.parametrize("cut", range(1, len(V1)))
def test_a_text_that_was_cut_is_refused_or_tells_nothing_wrong(cut):
    whole = text(V1)

    try:
        place = text(V1[:cut])
    except Invalid:
        return

    for name in ("latitude", "longitude", "accuracy_m", "confidence", "at"):
        assert getattr(place, name) in {getattr(whole, name), None}


@pytest.mark.parametrize("cut", range(1, len(V2)))
def test_a_text_of_version_2_that_was_cut_is_refused_or_tells_nothing_wrong(cut):
    whole = text(V2)

    try:
        place = text(V2[:cut])
    except Invalid:
        return

    for name in ("latitude", "longitude", "accuracy_m", "confidence", "at"):
        assert getattr(place, name) in {getattr(whole, name), None}


def test_a_form_where_the_handset_found_nothing_is_refused():
    nothing = (
        "v=1&location_latitude=%2B00.00000&location_longitude=%2B000.00000&location_accuracy=0"
    )

    with pytest.raises(Invalid):
        form(nothing)


@pytest.mark.parametrize(
    ("kind", "body", "refusal"),
    [
        ("text/plain", b"", Unreadable),
        ("text/plain", b"\xff\xfe\x00", Unreadable),
        ("text/plain", b"x" * 2001, TooLong),
        ("application/octet-stream", b"\x00" * 2001, TooLong),
        ("application/octet-stream", b"\x00\x01\x02", Invalid),
        ("application/x-www-form-urlencoded", b"a=%ff", Unreadable),
        ("application/x-www-form-urlencoded", b"a=1&" * 300, Unreadable),
        ("application/x-www-form-urlencoded", b"a" * 70_000, TooLong),
        ("application/x-www-form-urlencoded", b"a=1", Invalid),
    ],
)
def test_what_is_no_such_message_is_refused(kind, body, refusal):
    with pytest.raises(refusal):
        read_place(kind, body)
