from datetime import date

import pytest

from complaints.models import Complaint
from complaints.services.decide import record_letter
from complaints.services.overdue import mark_overdue
from interactions.models import Alert, RollupDelta
from tests.complaints.factories import ComplaintFactory
from tests.factories import NOON, SupervisorFactory

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
YESTERDAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 25)


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def test_a_letter_that_did_not_go_out_in_time_is_overdue(jabar):
    ComplaintFactory(letter_due_on=YESTERDAY)

    assert mark_overdue() == 1
    assert Complaint.objects.get().overdue_at == NOON


@pytest.mark.parametrize("due_on", [TODAY, TOMORROW])
def test_a_day_that_is_not_over_is_not_late(jabar, due_on):
    ComplaintFactory(letter_due_on=due_on)

    assert mark_overdue() == 0


def test_the_day_ends_at_midnight_of_the_region(jabar, time_machine):
    ComplaintFactory(letter_due_on=TODAY)
    time_machine.move_to(NOON.replace(hour=17), tick=False)  # 00.00 WIB of the next day

    assert mark_overdue() == 1


def test_it_is_told_once(jabar):
    ComplaintFactory(letter_due_on=YESTERDAY)

    mark_overdue()
    mark_overdue()

    assert [alert.kind for alert in Alert.objects.all()] == ["complaint.overdue"]


def test_it_counts_as_overdue(jabar):
    ComplaintFactory(letter_due_on=YESTERDAY)

    mark_overdue()

    assert list(RollupDelta.objects.values_list("figure", "change")) == [("complaints.overdue", 1)]


@pytest.mark.parametrize("closed", [{"resolved": True}, {"rejected": True}])
def test_a_closed_complaint_is_not_late(jabar, closed):
    ComplaintFactory(letter_due_on=YESTERDAY, **closed)

    assert mark_overdue() == 0


def test_a_result_is_late_after_its_own_day(jabar):
    ComplaintFactory(
        letter_due_on=YESTERDAY,
        letter_sent_at=NOON,
        letter_received_at=NOON,
        result_due_on=YESTERDAY,
    )

    assert mark_overdue() == 1


def test_a_sent_letter_is_not_late(jabar):
    ComplaintFactory(letter_due_on=YESTERDAY, letter_sent_at=NOON, result_due_on=TOMORROW)

    assert mark_overdue() == 0


def test_a_result_that_is_late_after_a_late_letter_is_told_too(jabar):
    complaint = ComplaintFactory(letter_due_on=YESTERDAY)
    mark_overdue()
    record_letter(number=complaint.number, kind="SP3D", actor=SupervisorFactory())
    Complaint.objects.update(result_due_on=YESTERDAY)

    mark_overdue()

    assert Alert.objects.filter(kind="complaint.overdue").count() == 2


def test_looking_for_what_is_late_costs_one_query(jabar, selects):
    with selects(1):
        mark_overdue()
