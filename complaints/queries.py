"""What pages and the API read of complaints; nothing here shows one to those it is about."""

from collections import Counter
from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.db.models import QuerySet

from complaints.figures import complaint_figures
from complaints.models import Complaint, ComplaintEntry, DumasLink, Escalation, EscalationAttempt
from complaints.numbers import new_pin, read_number, read_pin
from complaints.shield import words
from interactions.figures import Figures
from interactions.queries import utc
from regions.people.models import User


def visible_complaints(user: User) -> QuerySet[Complaint]:
    """Complaints that `user` may know of: none about their unit, one above it, or themselves.

    Every read and every write of people passes here. Costs one query for the units above.
    """
    rows = Complaint.objects.all()
    if user.unit_id is not None:
        rows = rows.exclude(about_unit__in=units_up_from(user.unit_id))
    for name in filter(None, {words(user.username), words(user.full_name)}):
        rows = rows.exclude(about_words__contains=name)
    return rows


def units_up_from(code: str) -> list[str]:
    """Return a unit and all that it belongs to, in no order; one recursive query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE up(code) AS (
              SELECT %s::varchar
              UNION
              SELECT unit.parent_id FROM people_unit AS unit JOIN up ON unit.code = up.code
              WHERE unit.parent_id IS NOT NULL
            )
            SELECT code FROM up
            """,
            [code],
        )
        return [row[0] for row in cursor.fetchall()]


def complaints(user: User) -> QuerySet[Complaint]:
    """Complaints that `user` may see, newest first; two queries a page."""
    return visible_complaints(user).order_by("-received_at", "-id")


def complaint_row(complaint: Complaint) -> dict[str, Any]:
    """Return a complaint as lists show it: without who complained and what they wrote at length."""
    return {
        "number": complaint.number,
        "state": complaint.state,
        "dumas_status": complaint.dumas_status,
        "channel": complaint.channel,
        "category": complaint.category,
        "summary": complaint.summary,
        "anonymous": complaint.complainant is None,
        "received_at": utc(complaint.received_at),
        "escalated_at": utc(complaint.escalated_at),
        "closed_at": utc(complaint.closed_at),
        "due": {
            "letter": complaint.letter_due_on.isoformat(),
            "result": _iso(complaint.result_due_on),
            "next": _iso(complaint.due_on),
        },
        "overdue": complaint.is_overdue,
        "version": complaint.version,
    }


def complaint_document(complaint: Complaint) -> dict[str, Any]:
    """Return a complaint as `GET complaints/NUMBER` shows it; one query, for its history."""
    return {
        **complaint_row(complaint),
        "detail": complaint.detail,
        "occurred_at": utc(complaint.occurred_at),
        "interaction": str(complaint.interaction_id) if complaint.interaction_id else None,
        "about": {
            "unit": complaint.about_unit or None,
            "officers": complaint.about_officers,
        },
        "complainant": complaint.complainant,
        "resolution": complaint.resolution or None,
        "letters": {
            "SP3D": {
                "sent_at": utc(complaint.letter_sent_at),
                "received_at": utc(complaint.letter_received_at),
            },
            "result": {
                "sent_at": utc(complaint.result_sent_at),
                "received_at": utc(complaint.result_received_at),
            },
        },
        "history": [entry_document(entry) for entry in history(complaint)],
    }


def complaint_alert(complaint: Complaint) -> dict[str, Any]:
    """Return what an alert tells of a complaint: nothing of the citizen or whom it is about."""
    return {
        "complaint": {
            "number": complaint.number,
            "state": complaint.state,
            "category": complaint.category,
            "received_at": utc(complaint.received_at),
        }
    }


def history(complaint: Complaint) -> QuerySet[ComplaintEntry]:
    """Everything that happened to a complaint, oldest first."""
    return complaint.history.order_by("id")


def entry_document(entry: ComplaintEntry) -> dict[str, Any]:
    """Return one thing that happened to a complaint."""
    return {
        "at": utc(entry.at),
        "actor": entry.actor,
        "kind": entry.kind,
        "detail": entry.detail,
    }


def escalation_of(complaint: Complaint) -> Escalation | None:
    """Return a complaint's way to Dumas Presisi, with its complaint; one query."""
    return Escalation.objects.select_related("complaint").filter(complaint=complaint).first()


def escalation_document(escalation: Escalation) -> dict[str, Any]:
    """Return an escalation, which comes with its complaint, as the API shows it; one query."""
    return {
        "key": str(escalation.key),
        "complaint": escalation.complaint.number,
        "state": escalation.state,
        "dumas_number": escalation.dumas_number,
        "dumas_status": escalation.complaint.dumas_status,
        "attempts": escalation.attempts,
        "last_error": escalation.last_error or None,
        "created_at": utc(escalation.created_at),
        "next_attempt_at": utc(escalation.next_attempt_at)
        if escalation.state == "pending"
        else None,
        "delivered_at": utc(escalation.delivered_at),
        "tries": [attempt_document(attempt) for attempt in attempts(escalation)],
    }


def attempts(escalation: Escalation) -> QuerySet[EscalationAttempt]:
    """Every try to deliver an escalation, oldest first."""
    return escalation.tries.order_by("id")


def attempt_document(attempt: EscalationAttempt) -> dict[str, Any]:
    """Return one try to deliver."""
    return {"at": utc(attempt.at), "outcome": attempt.outcome, "detail": attempt.detail}


def dumas_address() -> str:
    """Return where Dumas Presisi answers for this region; empty where nobody said."""
    own = DumasLink.objects.values_list("url", flat=True).first()
    return own or settings.DUMAS_URL


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def recounted_figures() -> Figures:
    """Count every complaint of this region anew, whoever may see it; reads all of their rows."""
    figures: Figures = Counter()
    for complaint in Complaint.objects.order_by("pk").iterator(chunk_size=2000):
        figures.update(complaint_figures(complaint))
    return figures


def followed_complaint(number: str, pin: str) -> Complaint | None:
    """Return the complaint that this number and PIN open together; None whichever is wrong.

    The same work for an unknown number as for a wrong PIN: one query and one slow hash, so that
    neither the answer nor its time tells which numbers there are.
    """
    decoy = _decoy_hash()
    complaint = Complaint.objects.filter(number=read_number(number)).first()
    is_right = check_password(read_pin(pin), complaint.pin_hash if complaint else decoy)
    return complaint if is_right else None


@cache
def _decoy_hash() -> str:
    return make_password(new_pin())
