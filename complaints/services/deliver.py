"""Delivery of escalations: claimed, sent, settled; no transaction is open while Dumas is asked.

A worker may be killed or stopped at any point: the lease it took runs out and another sends the
same report under the same key, which Dumas Presisi takes once.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.db import transaction
from django.utils import timezone

from complaints.backoff import next_attempt_at
from complaints.dumas.adapter import (
    DumasAdapter,
    DumasStatus,
    Receipt,
    Refused,
    Report,
    Unavailable,
)
from complaints.dumas.breaker import Breaker
from complaints.dumas.http import HttpDumas
from complaints.models import (
    AttemptOutcome,
    DumasLink,
    Escalation,
    EscalationAttempt,
    EscalationQuerySet,
    EscalationState,
)
from complaints.queries import dumas_address
from complaints.services.dumas_status import take_status
from complaints.services.record import DUMAS, SYSTEM, lock_complaint, write_down

log = structlog.get_logger(__name__)

# Twice what a request may take. A worker that was paused for longer is fenced off when it wakes.
LEASE = timedelta(seconds=20)

Answer = Receipt | Refused | Unavailable


def deliver_escalation(key: UUID) -> Escalation | None:
    """Deliver this escalation if it is due and nobody has it in hand; None where it was not."""
    return _deliver(Escalation.objects.filter(key=key))


def deliver_next() -> Escalation | None:
    """Deliver the escalation that has been due for longest; None where there is none to send.

    May run beside itself: each takes another one.
    """
    return _deliver(Escalation.objects.all())


def has_due() -> bool:
    """Whether there may be something to send; one query over a partial index."""
    return Escalation.objects.due(timezone.now()).exists()


def _deliver(among: EscalationQuerySet) -> Escalation | None:
    address = dumas_address()
    claimed = _claim(among) if address else None
    if claimed is None:
        return None
    asked_at = timezone.now()
    answer = _send(claimed, address)
    settled = _settle(claimed, answer, asked_at=asked_at)
    _tell_breaker(failed=isinstance(answer, Unavailable))
    return settled


@transaction.atomic(durable=True)
def _claim(among: EscalationQuerySet) -> Escalation | None:
    """Lease one escalation, if the circuit breaker lets somebody send."""
    now = timezone.now()
    if not _may_send(now):
        return None
    due = among.due(now).select_for_update(skip_locked=True)
    escalation = due.order_by("next_attempt_at").first()
    if escalation is None:
        return None
    if escalation.lease is not None:
        EscalationAttempt.objects.create(
            escalation=escalation, at=now, outcome=AttemptOutcome.INTERRUPTED
        )
    escalation.lease = uuid4()
    escalation.leased_until = now + LEASE
    escalation.attempts += 1
    escalation.first_attempt_at = escalation.first_attempt_at or now
    escalation.save()
    return escalation


def _may_send(now: datetime) -> bool:
    link = DumasLink.objects.get()
    if link.opened_at is None:
        return True
    link = DumasLink.objects.select_for_update().get()
    breaker = Breaker(link.failures, link.opened_at)
    if not breaker.allows(now):
        return False
    _keep_breaker(link, breaker.after_probe(now))
    return True


def _send(escalation: Escalation, address: str) -> Answer:
    try:
        dumas: DumasAdapter = HttpDumas(address)
    except ValueError:
        return Unavailable("the address of Dumas Presisi is not one")
    try:
        return dumas.submit(Report.from_wire(escalation.report), key=escalation.key)
    except (Refused, Unavailable) as refusal:
        return refusal


@transaction.atomic(durable=True)
def _settle(claimed: Escalation, answer: Answer, *, asked_at: datetime) -> Escalation | None:
    """Write down what came of it, if the lease is still ours; None where it is not."""
    complaint = lock_complaint(claimed.complaint_id)
    held = Escalation.objects.select_for_update().filter(
        key=claimed.key, state=EscalationState.PENDING, lease=claimed.lease
    )
    escalation = held.first()
    if escalation is None:
        log.warning("escalation.lease_lost", key=str(claimed.key))
        return None
    escalation.complaint = complaint
    escalation.lease = escalation.leased_until = None
    if isinstance(answer, Receipt):
        _arrived(escalation, answer, asked_at=asked_at)
    elif isinstance(answer, Refused):
        detail = f"{answer.status} {answer.detail}".strip()
        _failed(escalation, AttemptOutcome.REFUSED, detail, asked_at=asked_at, again_at=None)
    else:
        again_at = next_attempt_at(
            escalation.attempts,
            started_at=escalation.first_attempt_at or asked_at,
            now=timezone.now(),
            retry_after=answer.retry_after,
        )
        _failed(
            escalation,
            AttemptOutcome.UNAVAILABLE,
            answer.detail,
            asked_at=asked_at,
            again_at=again_at,
        )
    return escalation


def _arrived(escalation: Escalation, receipt: Receipt, *, asked_at: datetime) -> None:
    escalation.state = EscalationState.DELIVERED
    escalation.dumas_number = receipt.number
    escalation.delivered_at = timezone.now()
    escalation.last_error = ""
    escalation.save()
    EscalationAttempt.objects.create(
        escalation=escalation, at=asked_at, outcome=AttemptOutcome.DELIVERED, detail=receipt.number
    )
    complaint = escalation.complaint
    write_down(complaint, actor=SYSTEM, kind="delivered", dumas_number=receipt.number)
    # That it begins in progress says nothing about when: no callback is older than that.
    seen_at = None if receipt.status == DumasStatus.PROSES else asked_at
    take_status(complaint, receipt.status, seen_at=seen_at, actor=DUMAS)


def _failed(
    escalation: Escalation,
    outcome: AttemptOutcome,
    detail: str,
    *,
    asked_at: datetime,
    again_at: datetime | None,
) -> None:
    escalation.last_error = detail
    if again_at is None:
        escalation.state = EscalationState.DEAD
        write_down(escalation.complaint, actor=SYSTEM, kind="delivery_given_up")
        log.error("escalation.dead", key=str(escalation.key), outcome=outcome.value)
    else:
        escalation.next_attempt_at = again_at
    escalation.save()
    EscalationAttempt.objects.create(
        escalation=escalation, at=asked_at, outcome=outcome, detail=detail
    )


@transaction.atomic(durable=True)
def _tell_breaker(*, failed: bool) -> None:
    """Count an answer or its absence; a closed breaker without failures costs one read."""
    link = DumasLink.objects.get()
    if not failed and not link.failures and link.opened_at is None:
        return
    link = DumasLink.objects.select_for_update().get()
    breaker = Breaker(link.failures, link.opened_at)
    after = breaker.after_failure(timezone.now()) if failed else breaker.after_success()
    if breaker.opened_at is None and after.opened_at is not None:
        log.error("dumas.breaker_opened", failures=after.failures)
    _keep_breaker(link, after)


def _keep_breaker(link: DumasLink, breaker: Breaker) -> None:
    link.failures, link.opened_at = breaker.failures, breaker.opened_at
    link.save(update_fields=["failures", "opened_at"])
