from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.models import Complaint, Escalation
from complaints.services.deliver import deliver_escalation
from complaints.services.reconcile import EVERY, reconcile_next
from tests.complaints.factories import EscalationFactory
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def yesterdays(jabar, dumas):
    """A report that arrived a day ago, as far as we know."""
    escalation = deliver_escalation(EscalationFactory().key)
    Escalation.objects.update(delivered_at=timezone.now() - EVERY)
    return escalation


def test_a_finding_whose_callback_was_lost_comes_home(yesterdays, dumas):
    dumas.decide(yesterdays.dumas_number, "selesai_benar")

    reconcile_next()

    complaint = Complaint.objects.get()
    assert (complaint.state, complaint.resolution) == ("resolved", "proven")


def test_a_report_is_compared_once_a_day(yesterdays):
    assert reconcile_next() is not None
    assert reconcile_next() is None


def test_a_fresh_report_is_not_compared(jabar, dumas):
    deliver_escalation(EscalationFactory().key)

    assert reconcile_next() is None


def test_a_closed_complaint_is_not_compared(yesterdays):
    Complaint.objects.update(state="resolved", resolution="proven", closed_at=NOON)

    assert reconcile_next() is None


def test_a_report_that_is_unknown_there_is_written_down(jabar, dumas):
    escalation = EscalationFactory(delivered=True, delivered_at=NOON - timedelta(days=9))

    reconcile_next()

    assert escalation.complaint.history.get().kind == "unknown_at_dumas"


def test_what_is_not_answered_is_asked_again(yesterdays, settings):
    settings.DUMAS_URL = "http://127.0.0.1:1"

    assert reconcile_next() is None
    assert Escalation.objects.get().reconciled_at is None
