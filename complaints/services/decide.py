"""Decisions on a complaint: verified, started, rejected, resolved, opened again; letters sent."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.deadlines import letter_due_on, result_due_on
from complaints.errors import AnotherComplaintIsOpen
from complaints.models import Complaint, ComplaintState, Letter, Resolution
from complaints.services.record import (
    changing,
    locked_complaint,
    move,
    refusal,
    write_down,
)
from regions.context import current_region
from regions.errors import Invalid
from regions.people.models import User

_CLOCKS_MAY_DIFFER_BY = timedelta(minutes=10)


@transaction.atomic(durable=True)
def verify_complaint(
    *, number: str, merits: bool, reason: str = "", note: str = "", actor: User
) -> Complaint:
    """Screen a complaint: with merits it goes on, without it is rejected with a reason.

    Raises:
        ComplaintNotFound, NotInThisState.
        Invalid: it has no merits and no reason is given.
    """
    complaint = locked_complaint(number, actor=actor)
    if not merits:
        return _reject(complaint, reason=reason, actor=actor, note=note)
    with changing(complaint):
        move(complaint, ComplaintState.VERIFIED, now=timezone.now())
        write_down(complaint, actor=actor.username, kind="verified", note=note)
    return complaint


@transaction.atomic(durable=True)
def start_complaint(*, number: str, note: str = "", actor: User) -> Complaint:
    """Begin to work on a verified complaint.

    Raises:
        ComplaintNotFound, NotInThisState.
    """
    complaint = locked_complaint(number, actor=actor)
    if complaint.is_closed:  # that way is for opening again, which needs a reason
        raise refusal(complaint)
    with changing(complaint):
        move(complaint, ComplaintState.IN_PROGRESS, now=timezone.now())
        write_down(complaint, actor=actor.username, kind="started", note=note)
    return complaint


@transaction.atomic(durable=True)
def reject_complaint(*, number: str, reason: str, actor: User) -> Complaint:
    """Close a complaint without a finding.

    Raises:
        ComplaintNotFound, NotInThisState.
        Invalid: no reason is given.
    """
    return _reject(locked_complaint(number, actor=actor), reason=reason, actor=actor)


@transaction.atomic(durable=True)
def resolve_complaint(*, number: str, resolution: Resolution, note: str, actor: User) -> Complaint:
    """Close a complaint with its finding.

    Raises:
        ComplaintNotFound, NotInThisState.
    """
    complaint = locked_complaint(number, actor=actor)
    with changing(complaint):
        move(complaint, ComplaintState.RESOLVED, now=timezone.now(), resolution=resolution)
        write_down(
            complaint, actor=actor.username, kind="resolved", resolution=resolution, note=note
        )
    return complaint


@transaction.atomic(durable=True)
def reopen_complaint(*, number: str, reason: str, actor: User) -> Complaint:
    """Open a closed complaint again, in progress; its running deadline starts anew.

    Raises:
        ComplaintNotFound: this region has no such complaint, or it is about the actor.
        NotInThisState: it is open.
        Invalid: no reason is given.
        AnotherComplaintIsOpen: its interaction has led to another one meanwhile.
    """
    complaint = locked_complaint(number, actor=actor)
    if not complaint.is_closed:
        raise refusal(complaint)
    _need_reason(reason)
    now, zone = timezone.now(), current_region().timezone
    try:
        with transaction.atomic(), changing(complaint):
            move(complaint, ComplaintState.IN_PROGRESS, now=now)
            complaint.overdue_at = None
            if complaint.letter_sent_at is None:
                complaint.letter_due_on = letter_due_on(now, timezone=zone)
            if complaint.letter_received_at is not None:
                complaint.result_due_on = result_due_on(now, timezone=zone)
            write_down(complaint, actor=actor.username, kind="reopened", reason=reason)
    except IntegrityError:
        raise AnotherComplaintIsOpen from None
    return complaint


@transaction.atomic(durable=True)
def record_letter(
    *,
    number: str,
    kind: Letter,
    sent_at: datetime | None = None,
    received_at: datetime | None = None,
    actor: User,
) -> Complaint:
    """Write down that a letter was sent, or received; without a time it was sent now.

    The receipt of SP3D starts the clock of the result.

    Raises:
        ComplaintNotFound: this region has no such complaint, or it is about the actor.
        Invalid: a time lies ahead, or the letter was received before it was sent.
    """
    complaint = locked_complaint(number, actor=actor)
    now = timezone.now()
    name = "letter" if kind == Letter.SP3D else "result"
    known_sent: datetime | None = getattr(complaint, f"{name}_sent_at")
    sent = sent_at or known_sent or received_at or now
    received = received_at or getattr(complaint, f"{name}_received_at")
    _check_letter(sent=sent, received=received, now=now)
    with changing(complaint):
        setattr(complaint, f"{name}_sent_at", sent)
        setattr(complaint, f"{name}_received_at", received)
        if kind == Letter.SP3D:
            complaint.overdue_at = None
            if received is not None:
                zone = current_region().timezone
                complaint.result_due_on = result_due_on(received, timezone=zone)
        write_down(
            complaint,
            actor=actor.username,
            kind="letter",
            letter=kind,
            sent_at=sent.isoformat(),
            received_at=received.isoformat() if received else None,
        )
    return complaint


def _reject(complaint: Complaint, *, reason: str, actor: User, note: str = "") -> Complaint:
    with changing(complaint):
        move(complaint, ComplaintState.REJECTED, now=timezone.now())
        _need_reason(reason)
        write_down(complaint, actor=actor.username, kind="rejected", reason=reason, note=note)
    return complaint


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid([{"pointer": "#/reason", "detail": "is needed"}])


def _check_letter(*, sent: datetime, received: datetime | None, now: datetime) -> None:
    latest = now + _CLOCKS_MAY_DIFFER_BY
    errors = [
        {"pointer": f"#/{name}", "detail": "has not happened yet"}
        for name, at in (("sent_at", sent), ("received_at", received))
        if at is not None and at > latest
    ]
    if not errors and received is not None and received < sent:
        errors = [{"pointer": "#/received_at", "detail": "is before the letter was sent"}]
    if errors:
        raise Invalid(errors)
