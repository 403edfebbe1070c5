"""What pages and the API read of callers."""

from datetime import datetime
from typing import Any

from interactions.errors import CallerNotFound
from interactions.models import Call, Interaction, NuisanceReport
from interactions.queries import nuisance_document, utc

MOST_REPORTS = 100


def caller_document(number: str, *, now: datetime) -> dict[str, Any]:
    """Return what this region knows of a number: its grade, and the reports, newest first.

    Four queries, however many calls there were.

    Raises:
        CallerNotFound: nobody called from it, was noted down with it, or was reported.
    """
    people = ("reported_by", "confirmed_by", "lifted_by")
    rows = NuisanceReport.objects.filter(caller=number).select_related(*people)
    reports = list(rows.order_by("-reported_at", "-id")[:MOST_REPORTS])
    calls = Call.objects.filter(caller=number).count()
    interactions = Interaction.objects.filter(caller=number).count()
    if not (reports or calls or interactions):
        raise CallerNotFound
    nuisance = NuisanceReport.objects.grades([number], now=now)[number]
    return {
        "number": number,
        "calls": calls,
        "interactions": interactions,
        "nuisance": nuisance_document(nuisance),
        "reports": [report_document(each) for each in reports],
    }


def report_document(report: NuisanceReport) -> dict[str, Any]:
    """Return one report on a caller."""
    return {
        "id": report.pk,
        "kind": report.kind,
        "state": report.state,
        "reason": report.reason,
        "interaction": str(report.interaction_id) if report.interaction_id else None,
        "reported_by": report.reported_by.username,
        "reported_at": utc(report.reported_at),
        "confirmed_by": report.confirmed_by.username if report.confirmed_by else None,
        "confirmed_at": utc(report.confirmed_at),
        "confirm_reason": report.confirm_reason,
        "expires_at": utc(report.expires_at),
        "lifted_by": report.lifted_by.username if report.lifted_by else None,
        "lifted_at": utc(report.lifted_at),
        "lift_reason": report.lift_reason,
    }


def reports_that_wait(*, limit: int = 100) -> list[NuisanceReport]:
    """Return the reports that a supervisor still has to look at, oldest first; one query."""
    rows = NuisanceReport.objects.pending().select_related("reported_by", "interaction")
    return list(rows.order_by("reported_at", "id")[:limit])
