"""Filing: how a complaint about the police comes to be, from staff, the public, or a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.deadlines import letter_due_on
from complaints.errors import AnotherComplaintIsOpen, ComplaintNotFound
from complaints.figures import complaint_figures
from complaints.models import Complaint, ComplaintChannel
from complaints.numbers import new_number, new_pin
from complaints.queries import complaint_alert, visible_complaints
from complaints.services.record import PUBLIC, write_down
from complaints.shield import words_of
from interactions.errors import InteractionNotFound, NotForThisCategory
from interactions.models import Interaction, TimelineEntry
from interactions.services.alerts import NewAlert, append_alerts
from interactions.services.rollups import append_deltas
from regions.context import current_region
from regions.errors import Invalid
from regions.people.chain import append_chained
from regions.people.models import Unit, User

# The one category whose interactions are about the police themselves.
ABOUT_POLICE = "P13"
_CLOCKS_MAY_DIFFER_BY = timedelta(minutes=10)
_NUMBERS_DRAWN_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody complains of, as it was written down."""

    channel: ComplaintChannel
    summary: str
    detail: str = ""
    category: str = ABOUT_POLICE
    occurred_at: datetime | None = None
    about_unit: str = ""
    about_officers: Sequence[str] = ()
    complainant: Mapping[str, str] | None = None  # None: anonymous


@dataclass(frozen=True, slots=True)
class Filed:
    """A complaint and, where it is new, the PIN that is shown this once and kept nowhere."""

    complaint: Complaint
    pin: str | None


def file_complaint(
    statement: Statement, *, actor: User | None, interaction_id: UUID | None = None
) -> Filed:
    """File a complaint; it gets a number, a PIN and the deadline of its first letter.

    `actor` is who wrote it down, None for the public itself.

    Raises:
        Invalid: category, unit, time or interaction is wrong; `errors` says which.
        AnotherComplaintIsOpen: the interaction has led to one that is not closed.
    """
    pin, pin_hash = _draw_pin()
    complaint = _keep(statement, pin_hash=pin_hash, actor=actor, interaction_id=interaction_id)
    return Filed(complaint, pin)


def complain_about_interaction(
    interaction_id: UUID, *, actor: User, said: Mapping[str, Any]
) -> Filed:
    """Open the complaint that an interaction about the police leads to.

    It says what the interaction's record says, except for the fields of a `Statement` in `said`.
    While it is open, a second time returns the same one, without a PIN.

    Raises:
        InteractionNotFound: this region has no such interaction.
        NotForThisCategory: the interaction is about something else.
        ComplaintNotFound: there is an open one, and it is about the actor.
        Invalid: as in `file_complaint`.
    """
    rows = Interaction.objects.select_related("category").filter(id=interaction_id)
    interaction = rows.first()
    if interaction is None:
        raise InteractionNotFound
    if interaction.category_id != ABOUT_POLICE:
        raise NotForThisCategory(category=interaction.category_id)
    open_one = _open_complaint(interaction_id, actor)
    if open_one is not None:
        return Filed(open_one, None)
    try:
        statement = _statement_of(interaction, said)
        return file_complaint(statement, actor=actor, interaction_id=interaction_id)
    except AnotherComplaintIsOpen:  # someone else was quicker; the constraint decided
        open_one = _open_complaint(interaction_id, actor)
        if open_one is None:
            raise
        return Filed(open_one, None)


def _statement_of(interaction: Interaction, said: Mapping[str, Any]) -> Statement:
    caller = {"name": interaction.caller_name, "phone": interaction.caller or ""}
    fields: dict[str, Any] = {
        "channel": ComplaintChannel(interaction.channel),
        "summary": interaction.summary or str(interaction.category),
        "detail": interaction.detail,
        "complainant": {name: value for name, value in caller.items() if value} or None,
    }
    return Statement(**(fields | dict(said)))


def _draw_pin() -> tuple[str, str]:
    """Draw a PIN and hash it, outside of any transaction: hashing is slow on purpose."""
    pin = new_pin()
    return pin, make_password(pin)


def _open_complaint(interaction_id: UUID, actor: User) -> Complaint | None:
    open_one = Complaint.objects.filter(interaction=interaction_id, closed_at=None).first()
    if open_one is None:
        return None
    if not visible_complaints(actor).filter(pk=open_one.pk).exists():
        raise ComplaintNotFound
    return open_one


@transaction.atomic(durable=True)
def _keep(
    statement: Statement, *, pin_hash: str, actor: User | None, interaction_id: UUID | None
) -> Complaint:
    now = timezone.now()
    _check(statement, interaction_id=interaction_id, now=now)
    complaint = _inserted(
        Complaint(
            pin_hash=pin_hash,
            channel=statement.channel,
            category=statement.category,
            summary=statement.summary,
            detail=statement.detail,
            occurred_at=statement.occurred_at,
            interaction_id=interaction_id,
            about_unit=statement.about_unit,
            about_officers=list(statement.about_officers),
            about_words=words_of(statement.about_officers),
            complainant=dict(statement.complainant) if statement.complainant else None,
            received_at=now,
            letter_due_on=letter_due_on(now, timezone=current_region().timezone),
        )
    )
    name = actor.username if actor else PUBLIC
    write_down(complaint, actor=name, kind="received", channel=statement.channel)
    if interaction_id is not None:
        # Without the number: whoever is complained of may read the interaction.
        entry = TimelineEntry(
            interaction_id=interaction_id, at=now, actor=name, kind="complaint_filed"
        )
        append_chained([entry])
    append_deltas(before=complaint_figures(None), after=complaint_figures(complaint))
    append_alerts([NewAlert("complaint.received", complaint_alert(complaint))], at=now)
    return complaint


def _check(statement: Statement, *, interaction_id: UUID | None, now: datetime) -> None:
    errors = []
    if statement.category != ABOUT_POLICE:
        errors.append(_error("category", "is not a kind of complaint about the police"))
    if statement.about_unit and not Unit.objects.filter(code=statement.about_unit).exists():
        errors.append(_error("about/unit", "is not a unit of this region"))
    if statement.occurred_at and statement.occurred_at > now + _CLOCKS_MAY_DIFFER_BY:
        errors.append(_error("occurred_at", "has not happened yet"))
    if interaction_id and not Interaction.objects.filter(id=interaction_id).exists():
        errors.append(_error("interaction", "is not an interaction of this region"))
    if errors:
        raise Invalid(errors)


def _error(pointer: str, detail: str) -> dict[str, str]:
    return {"pointer": f"#/{pointer}", "detail": detail}


def _inserted(complaint: Complaint) -> Complaint:
    """Insert it under a fresh number; another draw where that one is taken, about never."""
    for _ in range(_NUMBERS_DRAWN_AT_MOST):
        complaint.number = new_number()
        try:
            with transaction.atomic():
                complaint.save(force_insert=True)
        except IntegrityError:
            if _has_open_complaint(complaint.interaction_id):
                raise AnotherComplaintIsOpen from None
        else:
            return complaint
    message = "no free number for a complaint"
    raise RuntimeError(message)


def _has_open_complaint(interaction_id: UUID | None) -> bool:
    rows = Complaint.objects.filter(interaction=interaction_id, closed_at=None)
    return interaction_id is not None and rows.exists()
