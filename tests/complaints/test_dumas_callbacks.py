import json
from datetime import UTC, datetime

import pytest

from complaints.dumas import signatures
from tests.complaints.dumas_process import (
    KEY,
    SECRET,
    Answers,
    SandboxProcess,
    answer,
    eventually,
)


class Callback:
    """A request as the portal would read it."""

    def __init__(self, raw):
        head, self.body = raw.split(b"\r\n\r\n", 1)
        self.request_line, *lines = head.decode().split("\r\n")
        self.headers = dict(line.split(": ", 1) for line in lines)

    @property
    def host(self):
        return {name.lower(): value for name, value in self.headers.items()}["host"]

    def verified_id(self):
        return signatures.verify(self.headers, self.body, secrets=[SECRET], now=datetime.now(UTC))


@pytest.fixture
def portal_answering():
    """Stand up a portal that gives these answers in turn."""
    portals = []

    def start(*answers):
        portal = Answers(*answers)
        portals.append(portal)
        return portal.__enter__()

    yield start
    for portal in portals:
        portal.__exit__()


@pytest.fixture
def dumas_calling(tmp_path):
    """Start a stand-in that calls a portal."""
    started = []

    def start(portal, **options):
        url = f"{portal.url}/api/v1/dumas/callbacks"
        dumas = SandboxProcess(tmp_path / "dumas.sqlite", callback_url=url, **options)
        started.append(dumas)
        return dumas.__enter__()

    yield start
    for dumas in started:
        dumas.__exit__()


def next_callback(portal, seconds=10):
    return Callback(portal.received.get(timeout=seconds))


def state_of_the_callback(dumas):
    return dumas.rows("SELECT state FROM callback")[0][0]


def test_a_status_comes_home_to_its_region(portal_answering, dumas_calling):
    portal = portal_answering(answer(200))
    dumas = dumas_calling(portal)
    number = dumas.post(KEY).json()["number"]

    dumas.decide(number, "selesai_tidak_benar", note="Tidak cukup bukti")

    callback = next_callback(portal)
    body = json.loads(callback.body)
    assert callback.request_line == "POST /api/v1/dumas/callbacks HTTP/1.1"
    assert callback.host == f"jabar.localhost:{portal.url.rsplit(':', 1)[1]}"
    assert body == {
        "number": number,
        "reference": "JBR-2026-000042",
        "status": "selesai_tidak_benar",
        "at": body["at"],
        "note": "Tidak cukup bukti",
    }
    assert body["at"].endswith("Z")
    assert datetime.fromisoformat(body["at"]).tzinfo
    eventually(lambda: state_of_the_callback(dumas) == "sent")


def test_a_callback_is_signed(portal_answering, dumas_calling):
    portal = portal_answering(answer(200))
    dumas = dumas_calling(portal)

    dumas.decide(dumas.post(KEY).json()["number"], "selesai_benar")

    assert next_callback(portal).verified_id().startswith("msg_")


def test_a_changed_callback_is_found_out(portal_answering, dumas_calling):
    portal = portal_answering(answer(200))
    dumas = dumas_calling(portal)
    dumas.decide(dumas.post(KEY).json()["number"], "selesai_tidak_benar")
    callback = next_callback(portal)

    callback.body = callback.body.replace(b"selesai_tidak_benar", b"selesai_benar")

    with pytest.raises(signatures.BadSignature):
        callback.verified_id()


def test_a_callback_goes_to_the_domain_that_was_given(portal_answering, dumas_calling):
    portal = portal_answering(answer(200))
    dumas = dumas_calling(portal, domain="layanan110.test")

    dumas.decide(dumas.post(KEY).json()["number"], "selesai_benar")

    assert next_callback(portal).host.startswith("jabar.layanan110.test:")


@pytest.mark.parametrize("status", [500, 503, 429, 302])
def test_a_callback_is_sent_again_under_the_same_id(portal_answering, dumas_calling, status):
    portal = portal_answering(answer(status), answer(204))
    dumas = dumas_calling(portal)

    dumas.decide(dumas.post(KEY).json()["number"], "selesai_benar")

    first, second = next_callback(portal), next_callback(portal)
    assert first.verified_id() == second.verified_id()
    assert first.body == second.body
    eventually(lambda: state_of_the_callback(dumas) == "sent")


def test_a_final_answer_ends_a_callback(portal_answering, dumas_calling):
    portal = portal_answering(answer(422))
    dumas = dumas_calling(portal)

    dumas.decide(dumas.post(KEY).json()["number"], "selesai_benar")

    eventually(lambda: state_of_the_callback(dumas) == "refused")
    assert dumas.rows("SELECT attempts, last_error FROM callback") == [(1, "422")]


def test_a_callback_survives_a_kill(portal_answering, dumas_calling):
    portal = portal_answering(answer(503), answer(200))
    dumas = dumas_calling(portal)
    dumas.decide(dumas.post(KEY).json()["number"], "selesai_benar")
    first = next_callback(portal)

    dumas.kill()
    dumas.start()

    assert next_callback(portal).verified_id() == first.verified_id()
    eventually(lambda: state_of_the_callback(dumas) == "sent")


def test_every_change_of_a_status_is_a_callback(portal_answering, dumas_calling):
    portal = portal_answering(answer(200))
    dumas = dumas_calling(portal)
    number = dumas.post(KEY).json()["number"]

    for status in ("selesai_benar", "proses", "selesai_tidak_benar"):
        dumas.decide(number, status)

    callbacks = [next_callback(portal) for _ in range(3)]
    assert [json.loads(callback.body)["status"] for callback in callbacks] == [
        "selesai_benar",
        "proses",
        "selesai_tidak_benar",
    ]
    assert len({callback.verified_id() for callback in callbacks}) == 3


def test_the_control_never_fails_on_purpose(portal_answering, dumas_calling):
    portal = portal_answering(answer(200))
    dumas = dumas_calling(portal)
    number = dumas.post(KEY).json()["number"]
    dumas.terminate()
    dumas.start(fail_rate=1, drop_reply_rate=1)

    assert [dumas.decide(number, "selesai_benar").status_code for _ in range(10)] == [200] * 10


def test_it_decides_by_itself_where_asked_to(portal_answering, dumas_calling):
    portal = portal_answering(answer(200))
    dumas = dumas_calling(portal, decide_after_s=0.1)

    number = dumas.post(KEY).json()["number"]

    body = json.loads(next_callback(portal).body)
    assert body["number"] == number
    assert body["status"] in {"selesai_benar", "selesai_tidak_benar"}
    assert dumas.get(f"/v1/reports/{number}").json()["status"] == body["status"]
