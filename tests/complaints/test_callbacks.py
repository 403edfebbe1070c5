"""Callbacks of Dumas Presisi, through the whole stack."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from complaints.dumas.signatures import new_secret, sign
from complaints.models import Complaint, Escalation, ReceivedCallback
from interactions.models import RollupDelta
from tests.clients import PortalClient, host_of
from tests.complaints.factories import EscalationFactory

pytestmark = pytest.mark.django_db

PATH = "/api/v1/dumas/callbacks"


@pytest.fixture
def dumas(jabar):
    """Dumas Presisi, which calls the region back."""
    return Calling(jabar)


class Calling:
    def __init__(self, region):
        self.client = PortalClient(host_of(region))
        self.sent = 0

    def call(self, body, *, webhook_id=None, secret=None, at=None, content_type="application/json"):
        self.sent += 1
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = sign(
            webhook_id=webhook_id or f"msg_{self.sent}",
            body=raw,
            secret=secret or settings.DUMAS_SECRETS[0],
            at=at or timezone.now(),
        )
        return self.client.generic("POST", PATH, raw, content_type, headers=headers)

    def tell(self, escalation, status="selesai_benar", *, at=None, **fields):
        body = {
            "number": escalation.dumas_number or "DMS-9",
            "reference": escalation.complaint.number,
            "status": status,
            "at": (at or timezone.now()).isoformat(),
        }
        return self.call(body | fields)


@pytest.fixture
def delivered(jabar):
    return EscalationFactory(delivered=True)


def state_of(escalation):
    complaint = Complaint.objects.get(escalation=escalation)
    return complaint.state, complaint.dumas_status, complaint.resolution


@pytest.mark.parametrize(
    ("status", "resolution"), [("selesai_benar", "proven"), ("selesai_tidak_benar", "not_proven")]
)
def test_a_finding_resolves_the_complaint(dumas, delivered, status, resolution):
    answer = dumas.tell(delivered, status)

    assert (answer.status_code, state_of(delivered)) == (200, ("resolved", status, resolution))


def test_being_in_progress_resolves_nothing(dumas, delivered):
    dumas.tell(delivered, "proses")

    assert state_of(delivered) == ("escalated", "proses", "")


def test_a_finding_counts_as_resolved(dumas, delivered):
    dumas.tell(delivered)

    figures = dict(RollupDelta.objects.values_list("figure", "change"))
    assert figures == {"complaints.open": -1, "complaints.resolved": 1}


def test_a_note_is_kept_in_the_history(dumas, delivered):
    dumas.tell(delivered, note="Terbukti")

    entry = delivered.complaint.history.get(kind="dumas_status")
    assert (entry.actor, entry.detail["note"]) == ("dumas", "Terbukti")


def test_a_callback_counts_once(dumas, delivered):
    body = {
        "number": delivered.dumas_number,
        "reference": delivered.complaint.number,
        "status": "proses",
        "at": timezone.now().isoformat(),
    }
    dumas.call(body, webhook_id="msg_same")

    again = dumas.call(body | {"status": "selesai_benar"}, webhook_id="msg_same")

    assert (again.status_code, again.json()) == (200, {"accepted": 0, "duplicates": 1})
    assert state_of(delivered) == ("escalated", "proses", "")


def test_a_repeat_is_known_before_its_body_is_looked_at(dumas, delivered):
    dumas.call(
        {
            "number": delivered.dumas_number,
            "reference": delivered.complaint.number,
            "status": "proses",
            "at": timezone.now().isoformat(),
        },
        webhook_id="msg_same",
    )

    assert dumas.call({}, webhook_id="msg_same").status_code == 200


def test_an_older_status_does_not_go_back(dumas, delivered):
    now = timezone.now()
    dumas.tell(delivered, "selesai_benar", at=now)

    answer = dumas.tell(delivered, "proses", at=now - timedelta(minutes=1))

    assert (answer.status_code, state_of(delivered)[1]) == (200, "selesai_benar")


def test_an_older_finding_that_comes_late_resolves_nothing(dumas, delivered):
    now = timezone.now()
    dumas.tell(delivered, "proses", at=now)

    dumas.tell(delivered, "selesai_benar", at=now - timedelta(minutes=1))

    assert state_of(delivered) == ("escalated", "proses", "")


def test_at_the_very_same_time_a_finding_wins(dumas, delivered):
    now = timezone.now()
    dumas.tell(delivered, "proses", at=now)

    dumas.tell(delivered, "selesai_benar", at=now)

    assert state_of(delivered)[0] == "resolved"


def test_what_a_person_has_closed_stays_as_they_closed_it(dumas, delivered):
    Complaint.objects.update(state="rejected", closed_at=timezone.now())

    dumas.tell(delivered)

    assert state_of(delivered) == ("rejected", "selesai_benar", "")


def test_a_callback_is_the_receipt_of_a_report_whose_answer_was_lost(dumas, jabar):
    pending = EscalationFactory(attempts=1, first_attempt_at=timezone.now())

    dumas.tell(pending)

    pending.refresh_from_db()
    assert (pending.state, pending.dumas_number) == ("delivered", "DMS-9")


def test_a_number_entered_by_hand_is_known(dumas, jabar):
    manual = EscalationFactory(state="manual", dumas_number="DMS-5")

    dumas.tell(manual, reference="as it stands at Dumas Presisi")

    assert state_of(manual)[0] == "resolved"


def test_of_two_complaints_with_one_number_the_reference_tells_which(dumas, jabar):
    first, second = EscalationFactory.create_batch(2, state="manual", dumas_number="DMS-5")

    dumas.tell(second)

    assert (state_of(first)[0], state_of(second)[0]) == ("escalated", "resolved")


class TestRefusals:
    def body(self, escalation):
        return {
            "number": escalation.dumas_number,
            "reference": escalation.complaint.number,
            "status": "proses",
            "at": timezone.now().isoformat(),
        }

    def test_a_forged_signature(self, dumas, delivered):
        body = {"number": delivered.dumas_number}

        assert dumas.call(body, secret=new_secret()).status_code == 401

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_a_time_more_than_five_minutes_away(self, dumas, delivered, minutes):
        at = timezone.now() + timedelta(minutes=minutes)

        assert dumas.call({"number": delivered.dumas_number}, at=at).status_code == 401

    def test_no_signature(self, dumas, delivered):
        assert dumas.client.send("POST", PATH, {"number": "DMS-1"}).status_code == 401

    def test_any_signature_where_no_secret_is_set(self, dumas, delivered, settings):
        secret, settings.DUMAS_SECRETS = settings.DUMAS_SECRETS[0], []

        assert dumas.call({}, secret=secret).status_code == 401

    def test_a_refusal_is_a_problem(self, dumas, delivered):
        answer = dumas.client.send("POST", PATH, {"number": "DMS-1"})

        assert answer["Content-Type"] == "application/problem+json"

    def test_an_unknown_number(self, dumas, delivered):
        assert dumas.tell(delivered, number="DMS-404", reference="x").status_code == 404

    def test_the_number_of_a_report_that_has_another(self, dumas, delivered):
        assert dumas.tell(delivered, number="DMS-404").status_code == 404

    def test_the_reference_of_a_report_that_was_never_sent(self, dumas, jabar):
        assert dumas.tell(EscalationFactory()).status_code == 404

    def test_the_number_of_another_regions_report(self, delivered, diy):
        assert Calling(diy).tell(delivered).status_code == 404

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            ({"number": None}, "#/number"),
            ({"reference": 7}, "#/reference"),
            ({"status": "selesai"}, "#/status"),
            ({"at": "2026-11-24T10:00:00"}, "#/at"),
            ({"at": "yesterday"}, "#/at"),
            ({"at": "2999-01-01T00:00:00Z"}, "#/at"),
            ({"note": ["x"]}, "#/note"),
        ],
    )
    def test_a_wrong_body_by_its_field(self, dumas, delivered, fields, pointer):
        answer = dumas.call(self.body(delivered) | fields)

        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)

    @pytest.mark.parametrize("body", [[], "x", None])
    def test_a_body_that_is_no_object(self, dumas, delivered, body):
        assert dumas.call(body).status_code == 422

    def test_a_body_that_is_not_json(self, dumas, delivered):
        assert dumas.call(b"{").status_code == 400

    def test_another_media_type(self, dumas, delivered):
        assert dumas.call(b"x", content_type="text/plain").status_code == 415

    @pytest.mark.parametrize("fields", [{"number": "DMS-404"}, {"status": "selesai"}])
    def test_nothing_is_kept_of_a_refused_one(self, dumas, delivered, fields):
        dumas.tell(delivered, **fields)

        assert not ReceivedCallback.objects.exists()

    def test_a_refused_one_changes_nothing(self, dumas, delivered):
        before = Escalation.objects.values().get(), Complaint.objects.values().get()

        dumas.tell(delivered, status="selesai")

        assert (Escalation.objects.values().get(), Complaint.objects.values().get()) == before
