"""Celery entries of complaints: each enters a region and calls one service, and may run twice."""

import time
from collections.abc import Callable
from threading import BoundedSemaphore
from uuid import UUID

from celery import shared_task

from complaints.services import deliver
from complaints.services.overdue import mark_overdue
from complaints.services.reconcile import reconcile_next
from regions.context import run_in_region
from regions.services.everywhere import in_every_region

# Dumas may take ten seconds to answer. The worker has more threads than this, so that figures and
# heartbeats are never behind deliveries; what finds no place is left to the next sweep.
_DELIVERIES_AT_ONCE = BoundedSemaphore(4)
_SWEEP_SECONDS = 20
_IN_A_ROW = 25


@shared_task(name="complaints.tasks.deliver_escalation")
def deliver_escalation(region: str, key: str) -> None:
    """Deliver one escalation, if it is due and free."""
    _in_one_of_the_places(lambda: run_in_region(region, deliver.deliver_escalation, UUID(key)))


@shared_task(name="complaints.tasks.deliver_due_escalations")
def deliver_due_escalations() -> None:
    """Deliver what is due in every region."""
    _in_one_of_the_places(_sweep)


@shared_task(name="complaints.tasks.mark_overdue")
def mark_overdue_everywhere() -> None:
    """Find the deadlines that passed in every region."""
    in_every_region(mark_overdue)


@shared_task(name="complaints.tasks.reconcile")
def reconcile_everywhere() -> None:
    """Compare what is due for comparing in every region."""
    in_every_region(_up_to(_IN_A_ROW, reconcile_next))


def _sweep() -> None:
    until = time.monotonic() + _SWEEP_SECONDS

    def deliver_due() -> None:
        # A few at a time, so that a region with a thousand does not hold up the others.
        for _ in range(_IN_A_ROW):
            if time.monotonic() > until or not deliver.has_due() or not deliver.deliver_next():
                return

    in_every_region(deliver_due)


def _up_to(times: int, work: Callable[[], object]) -> Callable[[], None]:
    def several() -> None:
        for _ in range(times):
            if work() is None:
                return

    return several


def _in_one_of_the_places(work: Callable[[], object]) -> None:
    if not _DELIVERIES_AT_ONCE.acquire(blocking=False):
        return
    try:
        work()
    finally:
        _DELIVERIES_AT_ONCE.release()
