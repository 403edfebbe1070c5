"""Callbacks: what Dumas Presisi tells of a report, each taken once."""

import structlog
from django.db import transaction
from django.utils import timezone

from complaints.dumas.callback import Callback
from complaints.errors import ReportNotFound
from complaints.models import (
    AttemptOutcome,
    Complaint,
    Escalation,
    EscalationAttempt,
    EscalationState,
    ReceivedCallback,
)
from complaints.services.dumas_status import take_status
from complaints.services.record import DUMAS, lock_complaint, write_down

log = structlog.get_logger(__name__)


def is_known_callback(webhook_id: str) -> bool:
    """Whether this callback was taken before; its body need not be looked at again."""
    return ReceivedCallback.objects.filter(webhook_id=webhook_id).exists()


@transaction.atomic(durable=True)
def take_callback(callback: Callback, *, webhook_id: str) -> Complaint | None:
    """Note what a callback says of its report; None where it was taken before.

    A callback about a report that we are still trying to deliver is its receipt: Dumas Presisi has
    it, though no answer told us.

    Raises:
        ReportNotFound: no complaint of this region has this number at Dumas Presisi.
    """
    # The primary key decides between two at once; what is refused below is not kept.
    _, is_new = ReceivedCallback.objects.get_or_create(webhook_id=webhook_id)
    if not is_new:
        return None
    found = _reported(callback)
    complaint = lock_complaint(found.complaint_id)
    escalation = Escalation.objects.select_for_update().get(key=found.key)
    if escalation.dumas_number is None:
        _take_for_receipt(complaint, escalation, callback)
    take_status(complaint, callback.status, seen_at=callback.at, actor=DUMAS, note=callback.note)
    return complaint


def _reported(callback: Callback) -> Escalation:
    """Find the report by Dumas's number, else by ours if it may be there without our knowing."""
    rows = Escalation.objects.select_related("complaint")
    numbered = list(rows.filter(dumas_number=callback.number))
    # Typed in by hand, one number may stand at two complaints; then ours tells which.
    for escalation in numbered:
        if escalation.complaint.number == callback.reference:
            return escalation
    sent = rows.filter(
        dumas_number=None, first_attempt_at__isnull=False, complaint__number=callback.reference
    )
    found = (numbered[0] if numbered else None) or sent.first()
    if found is None:
        raise ReportNotFound
    return found


def _take_for_receipt(complaint: Complaint, escalation: Escalation, callback: Callback) -> None:
    escalation.state = EscalationState.DELIVERED
    escalation.dumas_number = callback.number
    escalation.delivered_at = timezone.now()
    escalation.last_error = ""
    escalation.lease = escalation.leased_until = None
    escalation.save()
    EscalationAttempt.objects.create(
        escalation=escalation, outcome=AttemptOutcome.DELIVERED, detail=callback.number
    )
    write_down(complaint, actor=DUMAS, kind="delivered", dumas_number=callback.number)
    log.info("escalation.delivered_by_callback", key=str(escalation.key))
