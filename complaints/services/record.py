"""A complaint's row under change: locked, moved to another state, saved, counted, written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from complaints.errors import ComplaintNotFound, NotInThisState
from complaints.figures import complaint_figures
from complaints.models import (
    CLOSED,
    TRANSITIONS,
    Complaint,
    ComplaintEntry,
    ComplaintState,
    Resolution,
)
from complaints.numbers import read_number
from complaints.queries import visible_complaints
from interactions.services.rollups import append_deltas
from regions.people.models import User

PUBLIC, DUMAS, SYSTEM = "public", "dumas", "system"


def locked_complaint(number: str, *, actor: User) -> Complaint:
    """Lock a complaint for a person who may know of it; needs a transaction.

    Raises:
        ComplaintNotFound: there is none of this number, or it is about the person.
    """
    rows = visible_complaints(actor).select_for_update()
    complaint = rows.filter(number=read_number(number)).first()
    if complaint is None:
        raise ComplaintNotFound
    return complaint


def lock_complaint(complaint_id: UUID) -> Complaint:
    """Lock a complaint for what no person does; needs a transaction. Before its escalation."""
    return Complaint.objects.select_for_update().get(id=complaint_id)


@contextmanager
def changing(complaint: Complaint) -> Iterator[None]:
    """Let a locked complaint be changed, save it as a new version, and count the difference."""
    before = complaint_figures(complaint)
    yield
    complaint.version += 1
    complaint.save()
    append_deltas(before=before, after=complaint_figures(complaint))


def move(
    complaint: Complaint, to: ComplaintState, *, now: datetime, resolution: Resolution | None = None
) -> None:
    """Take a locked complaint to another state, if the table of transitions has the way.

    Raises:
        NotInThisState: it has not.
    """
    if to not in TRANSITIONS[ComplaintState(complaint.state)]:
        raise refusal(complaint)
    complaint.state = to
    complaint.resolution = resolution or ""
    complaint.closed_at = now if to in CLOSED else None
    if to == ComplaintState.ESCALATED and complaint.escalated_at is None:
        complaint.escalated_at = now


def refusal(complaint: Complaint) -> NotInThisState:
    """Return the refusal of what the complaint's state forbids."""
    return NotInThisState(f"The complaint is {complaint.state}.", state=complaint.state)


def write_down(complaint: Complaint, *, actor: str, kind: str, **detail: Any) -> None:
    """Add one thing that happened to a complaint's history; empty facts are left out."""
    told = {name: value for name, value in detail.items() if value not in (None, "")}
    ComplaintEntry.objects.create(
        complaint=complaint, at=timezone.now(), actor=actor, kind=kind, detail=told
    )
