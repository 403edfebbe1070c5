import time

import pytest
from django.db import transaction

from complaints.errors import BeingSent, EscalationNotFound, NotInThisState
from complaints.models import Complaint, Escalation
from complaints.services.decide import reopen_complaint, resolve_complaint
from complaints.services.escalate import (
    enter_dumas_number,
    escalate_complaint,
    retry_escalation,
)
from interactions.models import Alert, RollupDelta
from regions.errors import Invalid
from regions.people.models import Unit
from tests.complaints.factories import ComplaintFactory, EscalationFactory
from tests.factories import NOON, SupervisorFactory

pytestmark = pytest.mark.django_db


def test_the_report_is_what_the_complaint_says(jabar):
    complaint = ComplaintFactory(
        state="verified",
        summary="Petugas tidak datang",
        detail="Menunggu dua jam",
        occurred_at=NOON,
        complainant={"name": "Siti Contoh", "phone": "+6281200000001"},
    )

    escalation = escalate_complaint(number=complaint.number, actor=SupervisorFactory())

    assert escalation.report == {
        "reference": complaint.number,
        "region": "jabar",
        "category": "P13",
        "summary": "Petugas tidak datang",
        "detail": "Menunggu dua jam",
        "occurred_at": "2026-11-24T05:00:00Z",
        "complainant": {"name": "Siti Contoh", "phone": "+6281200000001"},
        "attachments": [],
    }


def test_an_anonymous_report_has_no_complainant(jabar):
    complaint = ComplaintFactory(state="verified", complainant=None)

    escalation = escalate_complaint(number=complaint.number, actor=SupervisorFactory())

    assert escalation.report["complainant"] is None


def test_the_report_says_whom_it_is_about(jabar):
    unit = Unit.objects.filter(kind="polres").first()
    complaint = ComplaintFactory(
        state="verified", detail="Kasar", about_unit=unit.code, about_officers=["Bripka Contoh"]
    )

    escalation = escalate_complaint(number=complaint.number, actor=SupervisorFactory())

    assert escalation.report["detail"] == f"Kasar\n\nTerlapor: Bripka Contoh; {unit.name}"


def test_the_report_stays_as_it_was_when_the_complaint_changes(jabar):
    complaint = ComplaintFactory(state="verified", detail="Menunggu dua jam")
    escalate_complaint(number=complaint.number, actor=SupervisorFactory())

    Complaint.objects.update(detail="Menunggu tiga jam")

    assert Escalation.objects.get().report["detail"] == "Menunggu dua jam"


def test_a_second_time_answers_the_same_escalation(jabar):
    complaint, actor = ComplaintFactory(state="verified"), SupervisorFactory()

    first, again = (escalate_complaint(number=complaint.number, actor=actor) for _ in range(2))

    assert first.key == again.key


def test_a_second_time_tells_nobody_anew(jabar):
    complaint, actor = ComplaintFactory(state="verified"), SupervisorFactory()

    for _ in range(2):
        escalate_complaint(number=complaint.number, actor=actor)

    assert [alert.kind for alert in Alert.objects.all()] == ["complaint.escalated"]


def test_it_counts_as_escalated_and_still_open(jabar):
    complaint = ComplaintFactory(state="verified")

    escalate_complaint(number=complaint.number, actor=SupervisorFactory())

    assert list(RollupDelta.objects.values_list("figure", "change")) == [
        ("complaints.escalated", 1)
    ]


def test_one_that_was_opened_again_goes_back_to_its_own_escalation(jabar):
    complaint, actor = ComplaintFactory(state="verified"), SupervisorFactory()
    first = escalate_complaint(number=complaint.number, actor=actor)
    resolve_complaint(number=complaint.number, resolution="withdrawn", note="x", actor=actor)
    reopen_complaint(number=complaint.number, reason="Keberatan", actor=actor)

    again = escalate_complaint(number=complaint.number, actor=actor)

    assert (again.key, Complaint.objects.get().state) == (first.key, "escalated")


def test_without_a_broker_the_row_waits_for_the_sweep(jabar, settings, monkeypatch):
    from config.celery import app

    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    complaint = ComplaintFactory(state="verified")
    hooks = []
    monkeypatch.setattr(transaction, "on_commit", lambda hook, **_: hooks.append(hook))

    escalate_complaint(number=complaint.number, actor=SupervisorFactory())
    began = time.monotonic()
    for hook in hooks:
        hook()

    assert time.monotonic() - began < 2
    assert Escalation.objects.due(NOON.replace(year=2999)).count() == 1


def test_a_dead_escalation_is_sent_again_under_its_own_key(jabar):
    dead = EscalationFactory(dead=True, first_attempt_at=NOON)

    again = retry_escalation(number=dead.complaint.number, actor=SupervisorFactory())

    assert (again.key, again.state, again.attempts, again.first_attempt_at) == (
        dead.key,
        "pending",
        0,
        None,
    )


@pytest.mark.parametrize("fields", [{}, {"delivered": True}])
def test_only_a_dead_escalation_is_sent_again(jabar, fields):
    escalation = EscalationFactory(**fields)

    with pytest.raises(NotInThisState):
        retry_escalation(number=escalation.complaint.number, actor=SupervisorFactory())


@pytest.mark.parametrize("fields", [{}, {"dead": True}])
def test_a_dumas_number_is_entered_by_hand(jabar, fields):
    escalation = EscalationFactory(**fields)

    entered = enter_dumas_number(
        number=escalation.complaint.number, dumas_number=" DMS-7 ", actor=SupervisorFactory()
    )

    assert (entered.state, entered.dumas_number) == ("manual", "DMS-7")


def test_a_delivered_report_keeps_its_number(jabar):
    escalation = EscalationFactory(delivered=True)

    with pytest.raises(NotInThisState):
        enter_dumas_number(
            number=escalation.complaint.number, dumas_number="DMS-7", actor=SupervisorFactory()
        )


def test_no_number_is_entered_while_a_worker_has_it_in_hand(jabar):
    escalation = EscalationFactory(leased_until=NOON.replace(year=2999))

    with pytest.raises(BeingSent):
        enter_dumas_number(
            number=escalation.complaint.number, dumas_number="DMS-7", actor=SupervisorFactory()
        )


@pytest.mark.parametrize("typed", ["", "  ", "a\nb", "x" * 65])
def test_a_wrong_dumas_number_is_refused(jabar, typed):
    escalation = EscalationFactory()

    with pytest.raises(Invalid):
        enter_dumas_number(
            number=escalation.complaint.number, dumas_number=typed, actor=SupervisorFactory()
        )


def test_what_was_not_escalated_has_nothing_to_send_again(jabar):
    with pytest.raises(EscalationNotFound):
        retry_escalation(number=ComplaintFactory().number, actor=SupervisorFactory())
