"""Two at once, on real connections with real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from complaints import tasks
from complaints.dumas.adapter import DumasStatus
from complaints.dumas.callback import Callback
from complaints.models import Complaint, ComplaintEntry, Escalation
from complaints.services.callbacks import take_callback
from complaints.services.deliver import deliver_next
from complaints.services.escalate import escalate_complaint
from complaints.services.file import complain_about_interaction
from interactions.models import Alert
from regions.context import run_in_region
from tests.complaints.factories import ComplaintFactory, EscalationFactory
from tests.factories import InteractionFactory, SupervisorFactory

SLUG = "jabar"


def at_once(work, *, times=4):
    """Run `work(number)` in the region from several threads that start together."""
    barrier = Barrier(times)

    def run(number):
        try:
            barrier.wait()
            return run_in_region(SLUG, work, number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_of_many_escalations_one_is_made(committed):
    complaint = run_in_region(SLUG, ComplaintFactory, state="verified")
    actor = run_in_region(SLUG, SupervisorFactory)

    keys = at_once(lambda _: escalate_complaint(number=complaint.number, actor=actor).key)

    assert len(set(keys)) == 1
    assert run_in_region(SLUG, Alert.objects.count) == 1


def test_of_many_bridges_one_complaint_is_made(committed):
    interaction = run_in_region(SLUG, InteractionFactory, service="pengaduan", category_id="P13")
    actor = run_in_region(SLUG, SupervisorFactory)

    filed = at_once(lambda _: complain_about_interaction(interaction.id, actor=actor, said={}))

    assert len({each.complaint.pk for each in filed}) == 1
    assert [each.pin is not None for each in filed].count(True) == 1


def test_many_workers_send_a_report_once(committed, dumas):
    run_in_region(SLUG, EscalationFactory)

    at_once(lambda _: deliver_next())

    assert dumas.outcomes() == ["accepted"]


def test_many_workers_share_what_is_due(committed, dumas):
    run_in_region(SLUG, EscalationFactory.create_batch, 12)

    at_once(lambda _: [deliver_next() for _ in range(4)])

    assert len(dumas.reports()) == len(dumas.outcomes()) == 12


def test_of_many_equal_callbacks_one_counts(committed):
    escalation = run_in_region(SLUG, EscalationFactory, delivered=True)
    told = Callback(
        number="DMS-1",
        reference=escalation.complaint.number,
        status=DumasStatus.SELESAI_BENAR,
        at=timezone.now(),
    )

    taken = at_once(lambda _: take_callback(told, webhook_id="msg_same"))

    assert [each is not None for each in taken].count(True) == 1


def test_of_many_callbacks_with_one_finding_one_resolves(committed):
    escalation = run_in_region(SLUG, EscalationFactory, delivered=True)
    told = Callback(
        number="DMS-1",
        reference=escalation.complaint.number,
        status=DumasStatus.SELESAI_BENAR,
        at=timezone.now(),
    )

    at_once(lambda number: take_callback(told, webhook_id=f"msg_{number}"))

    resolved = ComplaintEntry.objects.filter(kind="resolved")
    assert run_in_region(SLUG, resolved.count) == 1


def test_the_sweep_delivers_in_every_region(committed, dumas):
    for slug in (SLUG, "diy"):
        run_in_region(slug, EscalationFactory.create_batch, 2)

    tasks.deliver_due_escalations()

    assert len(dumas.reports()) == 4


def test_a_sweep_beside_the_sweep_sends_nothing_twice(committed, dumas):
    run_in_region(SLUG, EscalationFactory.create_batch, 8)

    at_once(lambda _: tasks.deliver_due_escalations())

    assert len(dumas.outcomes()) == 8


def test_a_woken_task_delivers_its_own(committed, dumas):
    escalation = run_in_region(SLUG, EscalationFactory)

    tasks.deliver_escalation(SLUG, str(escalation.key))

    assert [key for key, _ in dumas.reports()] == [str(escalation.key)]


@pytest.mark.parametrize("times", [1, 2])
def test_a_deadline_is_found_by_the_sweep_once(committed, times):
    run_in_region(SLUG, ComplaintFactory, letter_due_on="2020-01-01")

    for _ in range(times):
        tasks.mark_overdue_everywhere()

    assert run_in_region(SLUG, Alert.objects.filter(kind="complaint.overdue").count) == 1


def test_without_a_place_the_task_leaves_it_to_the_sweep(committed, dumas, monkeypatch):
    from threading import BoundedSemaphore

    taken = BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(tasks, "_DELIVERIES_AT_ONCE", taken)
    escalation = run_in_region(SLUG, EscalationFactory)

    tasks.deliver_escalation(SLUG, str(escalation.key))

    assert run_in_region(SLUG, Escalation.objects.get).state == "pending"
    assert run_in_region(SLUG, Complaint.objects.get).state == "escalated"
