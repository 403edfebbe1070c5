"""Escalation: a complaint's way to Dumas Presisi begins, again, or past it."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from complaints.dumas.adapter import Complainant, Report
from complaints.errors import BeingSent, EscalationNotFound, NotInThisState
from complaints.models import Complaint, ComplaintState, Escalation, EscalationState
from complaints.queries import complaint_alert
from complaints.services.record import changing, locked_complaint, move, write_down
from complaints.wake import wake_delivery
from interactions.services.alerts import NewAlert, append_alerts
from regions.context import current_region
from regions.errors import Invalid
from regions.people.models import Unit, User

_LONGEST_NUMBER = 64


@transaction.atomic(durable=True)
def escalate_complaint(*, number: str, note: str = "", actor: User) -> Escalation:
    """Hand a complaint on to Dumas Presisi: the report is frozen now and sent after the commit.

    A second time returns the same escalation; so does a complaint that was opened again, which goes
    back to being escalated. Its key stays the same for ever, so Dumas Presisi has one report.

    Raises:
        ComplaintNotFound: this region has no such complaint, or it is about the actor.
        NotInThisState: it is neither verified nor in progress nor escalated.
    """
    complaint = locked_complaint(number, actor=actor)
    escalation = Escalation.objects.filter(complaint=complaint).first()
    if escalation is not None and complaint.state == ComplaintState.ESCALATED:
        return escalation
    now = timezone.now()
    with changing(complaint):
        move(complaint, ComplaintState.ESCALATED, now=now)
        write_down(complaint, actor=actor.username, kind="escalated", note=note)
    if escalation is not None:
        return escalation
    escalation = Escalation.objects.create(
        complaint=complaint, report=_report(complaint).wire(), created_at=now, next_attempt_at=now
    )
    _wake_after_commit(escalation)
    append_alerts([NewAlert("complaint.escalated", complaint_alert(complaint))], at=now)
    return escalation


@transaction.atomic(durable=True)
def retry_escalation(*, number: str, actor: User) -> Escalation:
    """Send a dead escalation again, with its own key; another day of attempts begins.

    Raises:
        ComplaintNotFound, EscalationNotFound.
        NotInThisState: it is not dead.
    """
    complaint, escalation = _locked(number, actor)
    if escalation.state != EscalationState.DEAD:
        raise _refusal(escalation)
    escalation.state = EscalationState.PENDING
    escalation.attempts = 0
    escalation.first_attempt_at = None
    escalation.next_attempt_at = timezone.now()
    escalation.last_error = ""
    escalation.save()
    write_down(complaint, actor=actor.username, kind="sent_again")
    _wake_after_commit(escalation)
    return escalation


@transaction.atomic(durable=True)
def enter_dumas_number(*, number: str, dumas_number: str, actor: User) -> Escalation:
    """Write down that a person took the report to Dumas Presisi, and its number there.

    Raises:
        ComplaintNotFound, EscalationNotFound.
        NotInThisState: the report was delivered and has a number.
        BeingSent: a worker is sending it at this moment; it may be delivered in a second.
        Invalid: the number is no short printable text.
    """
    complaint, escalation = _locked(number, actor)
    now = timezone.now()
    if escalation.state == EscalationState.DELIVERED:
        raise _refusal(escalation)
    if _is_in_hand(escalation, now):
        raise BeingSent
    typed = dumas_number.strip()
    if not typed or len(typed) > _LONGEST_NUMBER or not typed.isprintable():
        raise Invalid([{"pointer": "#/dumas_number", "detail": "must be 1 to 64 characters"}])
    escalation.state = EscalationState.MANUAL
    escalation.dumas_number = typed
    escalation.lease = escalation.leased_until = None
    escalation.save()
    write_down(complaint, actor=actor.username, kind="number_entered", dumas_number=typed)
    return escalation


def _locked(number: str, actor: User) -> tuple[Complaint, Escalation]:
    complaint = locked_complaint(number, actor=actor)
    escalation = Escalation.objects.select_for_update().filter(complaint=complaint).first()
    if escalation is None:
        raise EscalationNotFound
    return complaint, escalation


def _is_in_hand(escalation: Escalation, now: datetime) -> bool:
    return escalation.leased_until is not None and escalation.leased_until > now


def _refusal(escalation: Escalation) -> NotInThisState:
    return NotInThisState(f"The escalation is {escalation.state}.", state=escalation.state)


def _wake_after_commit(escalation: Escalation) -> None:
    wake = partial(wake_delivery, current_region().slug, str(escalation.key))
    transaction.on_commit(wake, robust=True)


def _report(complaint: Complaint) -> Report:
    known = complaint.complainant
    return Report(
        reference=complaint.number,
        region=current_region().slug,
        category=complaint.category,
        summary=complaint.summary,
        detail="\n\n".join(filter(None, [complaint.detail, _about(complaint)])),
        occurred_at=complaint.occurred_at,
        complainant=None if known is None else Complainant(**known),
    )


def _about(complaint: Complaint) -> str:
    """Name whom it is about, in words: the report has no field for it."""
    unit = Unit.objects.filter(code=complaint.about_unit).values_list("name", flat=True).first()
    told = [*complaint.about_officers, *([unit] if unit else [])]
    return f"Terlapor: {'; '.join(told)}" if told else ""
