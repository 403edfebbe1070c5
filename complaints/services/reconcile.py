"""Reconciliation: what Dumas Presisi says of every open report, compared with what we know."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from complaints.dumas.adapter import DumasAdapter, Receipt, Refused, Unavailable
from complaints.dumas.http import HttpDumas
from complaints.models import CLOSED, Escalation, EscalationQuerySet, EscalationState
from complaints.queries import dumas_address
from complaints.services.dumas_status import take_status
from complaints.services.record import DUMAS, SYSTEM, lock_complaint, write_down

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=24)


def reconcile_next() -> Escalation | None:
    """Compare the report that was compared longest ago, a day at least; None where there is none.

    Only what is delivered and whose complaint is open. None also where no answer comes: the next
    sweep goes on from there.
    """
    now = timezone.now()
    address = dumas_address()
    escalation = _stale(now).order_by("reconciled_at").first() if address else None
    if escalation is None:
        return None
    asked_at = timezone.now()
    try:
        dumas: DumasAdapter = HttpDumas(address)
        receipt = dumas.fetch(escalation.dumas_number or "")
    except Refused as refusal:  # asked again tomorrow; it must not hold up the others
        log.error("reconcile.refused", key=str(escalation.key), status=refusal.status)
        Escalation.objects.filter(key=escalation.key).update(reconciled_at=asked_at)
        return escalation
    except (Unavailable, ValueError) as error:
        log.warning("reconcile.no_answer", key=str(escalation.key), error=type(error).__name__)
        return None
    return _compare(escalation, receipt, asked_at=asked_at)


def _stale(now: datetime) -> EscalationQuerySet:
    open_ones = Escalation.objects.filter(state=EscalationState.DELIVERED)
    return (
        open_ones.exclude(complaint__state__in=CLOSED)
        .exclude(reconciled_at__gt=now - EVERY)
        .exclude(reconciled_at=None, delivered_at__gt=now - EVERY)
    )


@transaction.atomic(durable=True)
def _compare(found: Escalation, receipt: Receipt | None, *, asked_at: datetime) -> Escalation:
    complaint = lock_complaint(found.complaint_id)
    Escalation.objects.filter(key=found.key).update(reconciled_at=asked_at)
    if receipt is None:
        log.error("reconcile.unknown_there", key=str(found.key))
        write_down(
            complaint, actor=SYSTEM, kind="unknown_at_dumas", dumas_number=found.dumas_number
        )
    else:
        take_status(complaint, receipt.status, seen_at=asked_at, actor=DUMAS)
    return found
