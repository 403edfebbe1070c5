"""Deadlines that have passed: each found once, told once."""

from datetime import date
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from complaints.models import Complaint
from complaints.queries import complaint_alert
from complaints.services.record import SYSTEM, changing, write_down
from interactions.services.alerts import NewAlert, append_alerts
from regions.context import current_region

_AT_ONCE = 200


def mark_overdue() -> int:
    """Mark this region's open complaints whose day has passed, and alert; returns how many.

    The day ends at midnight in the region's zone. One query where there is none. May run twice or
    next to itself: rows that another has in hand are skipped.
    """
    today = timezone.now().astimezone(ZoneInfo(current_region().timezone)).date()
    return _mark(today) if _passed(today).exists() else 0


@transaction.atomic(durable=True)
def _mark(today: date) -> int:
    now = timezone.now()
    late = list(_passed(today).select_for_update(skip_locked=True).order_by("id")[:_AT_ONCE])
    for complaint in late:
        due_on = complaint.due_on
        with changing(complaint):
            complaint.overdue_at = now
            write_down(complaint, actor=SYSTEM, kind="overdue", due_on=str(due_on))
    append_alerts([NewAlert("complaint.overdue", complaint_alert(each)) for each in late], at=now)
    return len(late)


def _passed(today: date) -> QuerySet[Complaint]:
    """Open complaints not marked yet whose letter, or else whose result, should have gone out."""
    letter = Q(letter_sent_at=None, letter_due_on__lt=today)
    result = Q(letter_sent_at__isnull=False, result_due_on__lt=today)
    return Complaint.objects.filter(letter | result, closed_at=None, overdue_at=None)
