"""What the complaint pages read: the inbox, one complaint, the steps of its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints import queries
from complaints.deadlines import working_days_between
from complaints.errors import ComplaintNotFound
from complaints.models import (
    TRANSITIONS,
    Complaint,
    ComplaintEntry,
    ComplaintState,
    Escalation,
    EscalationAttempt,
    EscalationState,
)
from complaints.numbers import read_number
from portal.desk_forms import Choice
from regions.context import current_region
from regions.people.access import SUPERVISORS
from regions.people.models import Unit, User

PAGE = 50
_OPEN = Q(closed_at=None)
TABS: dict[str, tuple[str | Promise, Q]] = {
    "open": (pgettext_lazy("complaints", "Open"), _OPEN),
    "received": (pgettext_lazy("complaints", "New"), Q(state=ComplaintState.RECEIVED)),
    "working": (
        pgettext_lazy("complaints", "In progress"),
        Q(state__in=[ComplaintState.VERIFIED, ComplaintState.IN_PROGRESS]),
    ),
    "overdue": (pgettext_lazy("complaints", "Overdue"), _OPEN & Q(overdue_at__isnull=False)),
    "escalated": (pgettext_lazy("complaints", "At Dumas"), Q(state=ComplaintState.ESCALATED)),
    "closed": (pgettext_lazy("complaints", "Closed"), ~_OPEN),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the inbox; `count` is None where counting would cost more than it tells."""

    name: str
    label: str | Promise
    count: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is due next, until when, and how many working days are left (negative: passed)."""

    is_letter: bool
    due_on: date
    days_left: int

    @property
    def days_passed(self) -> int:
        return -self.days_left


@dataclass(frozen=True, slots=True)
class Row:
    complaint: Complaint
    deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of complaints; `older` is the number that the next page begins after."""

    tabs: list[Tab]
    rows: list[Row]
    older: str | None


def inbox(person: User, *, tab: str, after: str) -> Inbox:
    """Return a page of the complaints that a person may see, newest first; four queries at most."""
    visible = queries.visible_complaints(person)
    rows = visible.filter(TABS[tab][1]).order_by("-received_at", "-id")
    last = visible.filter(number=read_number(after)).first() if after else None
    if last is not None:
        same_time = Q(received_at=last.received_at, id__lt=last.id)
        rows = rows.filter(Q(received_at__lt=last.received_at) | same_time)
    found = list(rows[: PAGE + 1])
    today = _today()
    return Inbox(
        tabs=_tabs(visible, tab),
        rows=[Row(each, deadline(each, today=today)) for each in found[:PAGE]],
        older=found[PAGE - 1].number if len(found) > PAGE else None,
    )


def _tabs(visible: QuerySet[Complaint], current: str) -> list[Tab]:
    counted = {name: Count("id", filter=TABS[name][1]) for name in TABS if name != "closed"}
    counts = visible.filter(_OPEN).aggregate(**counted)
    return [
        Tab(name, label, counts.get(name), is_current=name == current)
        for name, (label, _which) in TABS.items()
    ]


def deadline(complaint: Complaint, *, today: date) -> Deadline | None:
    """Return what is due of a complaint, or None where no clock runs. No query."""
    if complaint.due_on is None:
        return None
    left = working_days_between(today, complaint.due_on)
    return Deadline(complaint.letter_sent_at is None, complaint.due_on, left)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a complaint's way: `done`, `now` or `next`."""

    label: str | Promise
    place: str
    at: datetime | None


def steps(complaint: Complaint) -> list[Step]:
    """Return the four steps from receipt to answer. No query."""
    done = {
        ComplaintState.RECEIVED: 1,
        ComplaintState.VERIFIED: 2,
        ComplaintState.IN_PROGRESS: 2,
        ComplaintState.ESCALATED: 2,
    }.get(ComplaintState(complaint.state), 4)
    went_to_dumas = complaint.escalated_at is not None
    named: list[tuple[str | Promise, datetime | None]] = [
        (pgettext_lazy("step", "Received"), complaint.received_at),
        (pgettext_lazy("step", "Examined"), None),
        (
            pgettext_lazy("step", "Followed up by Dumas Presisi")
            if went_to_dumas
            else pgettext_lazy("step", "Followed up"),
            complaint.escalated_at,
        ),
        (pgettext_lazy("step", "Answered"), complaint.closed_at),
    ]
    return [
        Step(label, "done" if index < done else "now" if index == done else "next", at)
        for index, (label, at) in enumerate(named)
    ]


@dataclass(frozen=True, slots=True)
class OneComplaint:
    """A complaint with what its page shows, and what this person may do now, by name."""

    complaint: Complaint
    deadline: Deadline | None
    steps: list[Step]
    unit: Unit | None
    history: Sequence[ComplaintEntry]
    escalation: Escalation | None
    tries: Sequence[EscalationAttempt]
    is_dumas_known: bool
    acts: frozenset[str]


def one_complaint(person: User, number: str) -> OneComplaint:
    """Return one complaint with its history and its way to Dumas Presisi; seven queries at most.

    Raises:
        ComplaintNotFound: there is none of this number, or it is about this person.
    """
    rows = queries.visible_complaints(person).select_related("interaction")
    complaint = rows.filter(number=read_number(number)).first()
    if complaint is None:
        raise ComplaintNotFound
    escalation = queries.escalation_of(complaint)
    return OneComplaint(
        complaint=complaint,
        deadline=deadline(complaint, today=_today()),
        steps=steps(complaint),
        unit=Unit.objects.filter(code=complaint.about_unit).first(),
        history=list(queries.history(complaint)),
        escalation=escalation,
        tries=list(queries.attempts(escalation)) if escalation else [],
        is_dumas_known=bool(queries.dumas_address()),
        acts=acts_of(person, complaint, escalation),
    )


def acts_of(person: User, complaint: Complaint, escalation: Escalation | None) -> frozenset[str]:
    """Return what this person may do with a complaint now, by the table of transitions."""
    if person.role not in SUPERVISORS:
        return frozenset()
    acts = {"letter"}
    if complaint.is_closed:
        acts.add("reopen")
    else:
        ways = TRANSITIONS[ComplaintState(complaint.state)]
        acts |= {name for name, state in _WAYS.items() if state in ways}
    if escalation is not None and escalation.state == EscalationState.DEAD:
        acts.add("retry")
    if escalation is not None and escalation.state != EscalationState.DELIVERED:
        acts.add("manual")
    return frozenset(acts)


_WAYS = {
    "verify": ComplaintState.VERIFIED,
    "start": ComplaintState.IN_PROGRESS,
    "escalate": ComplaintState.ESCALATED,
    "resolve": ComplaintState.RESOLVED,
    "reject": ComplaintState.REJECTED,
}


def unit_choices() -> list[Choice]:
    """Return every active unit by name, for choosing whom a complaint is about; one query."""
    units = Unit.objects.filter(is_active=True).order_by("name")
    return [(unit.code, unit.name) for unit in units]


def _today() -> date:
    return timezone.now().astimezone(ZoneInfo(current_region().timezone)).date()


DONE: dict[str, str | Promise] = {
    "verify": _("Verified."),
    "start": _("Work on it has begun."),
    "escalate": _("Passed on to Dumas Presisi. It is sent by itself within seconds."),
    "resolve": _("Resolved."),
    "reject": _("Rejected."),
    "reopen": _("Opened again."),
    "letter": _("The letter is recorded."),
    "retry": _("It is being sent again."),
    "manual": _("The number is recorded."),
}
