"""What pages and the API read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, Min, QuerySet

from interactions.figures import Figures, call_figures, incident_figures
from interactions.models import (
    Alert,
    AlertHead,
    Call,
    Category,
    Incident,
    Interaction,
    NuisanceReport,
    TimelineEntry,
)
from interactions.nuisance import Nuisance, place_in_queue
from regions.people.models import User


def utc(time: datetime | None) -> str | None:
    """Return RFC 3339 in UTC, as all replies have it."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z") if time else None


def call_document(call: Call, *, interaction_id: object, claimed_by: str | None) -> dict[str, Any]:
    """Return the call as alerts and the API show it, less the caller's history. No query."""
    return {
        "id": call.id,
        "state": call.state,
        "caller": call.caller,
        "dialled": call.dialled,
        "trunk": call.trunk,
        "queue": call.queue,
        "offered_to": call.offered_to,
        "agent": call.agent or claimed_by,
        "claimed_by": claimed_by,
        "claimed_at": utc(call.claimed_at),
        "offered_at": utc(call.offered_at),
        "answered_at": utc(call.answered_at),
        "ended_at": utc(call.ended_at),
        "end_reason": call.end_reason,
        "answer_seconds": call.answer_seconds,
        "talk_seconds": call.talk_seconds,
        "location": _location(call.location),
        "jurisdiction": call.jurisdiction,
        "transferred_to": call.transferred_to,
        "recordings": call.recordings,
        "interaction": str(interaction_id) if interaction_id else None,
        "events": call.events,
    }


def _location(location: dict[str, Any] | None) -> dict[str, Any] | None:
    if location is None:
        return None
    return {**location, "at": utc(datetime.fromisoformat(location["at"]))}


def calls() -> QuerySet[Call]:
    """Calls with what their documents need, newest first; one query a page."""
    return Call.objects.select_related("claimed_by", "interaction").order_by(
        "-first_event_at", "-id"
    )


def calls_with_history(calls: Sequence[Call], *, now: datetime) -> list[dict[str, Any]]:
    """Return calls as `GET calls/ID` shows them; they come from `calls()`. One query for all."""
    grades = NuisanceReport.objects.grades([call.caller for call in calls], now=now)
    return [_call_with_history(call, grades[call.caller]) for call in calls]


def _call_with_history(call: Call, nuisance: Nuisance) -> dict[str, Any]:
    interaction: Interaction | None = getattr(call, "interaction", None)
    return {
        **call_document(
            call,
            interaction_id=interaction.id if interaction else None,
            claimed_by=call.claimed_by.username if call.claimed_by else None,
        ),
        "nuisance": nuisance_document(nuisance),
    }


def nuisance_document(nuisance: Nuisance) -> dict[str, Any]:
    """Return how much of a nuisance a caller is."""
    return {
        "level": nuisance.level,
        "confirmed": nuisance.confirmed,
        "last_at": utc(nuisance.last_at),
    }


def interactions() -> QuerySet[Interaction]:
    """Interactions with what their documents need, newest first; one query a page."""
    return Interaction.objects.select_related("agent", "category", "call").order_by(
        "-opened_at", "-id"
    )


def interaction_document(interaction: Interaction) -> dict[str, Any]:
    """Return an interaction as the API shows it; `interaction` comes from `interactions()`."""
    return {
        "id": str(interaction.id),
        "number": interaction.number,
        "call": interaction.call_id,
        "incident": str(interaction.incident_id) if interaction.incident_id else None,
        "channel": interaction.channel,
        "state": interaction.state,
        "agent": interaction.agent.username,
        "caller": interaction.caller,
        "caller_name": interaction.caller_name,
        "service": interaction.service,
        "category": interaction.category_id,
        "priority": interaction.priority,
        "summary": interaction.summary,
        "detail": interaction.detail,
        "place": interaction.place,
        "promise": interaction.promise,
        "outcome": interaction.outcome,
        "outcome_note": interaction.outcome_note,
        "outcome_confirmed": interaction.outcome_confirmed_by_id is not None,
        "opened_at": utc(interaction.opened_at),
        "classified_at": utc(interaction.classified_at),
        "closed_at": utc(interaction.closed_at),
        "version": interaction.version,
    }


def timeline_document(entry: TimelineEntry) -> dict[str, Any]:
    """Return one thing that happened to an interaction."""
    return {
        "at": utc(entry.at),
        "actor": entry.actor,
        "kind": entry.kind,
        "detail": entry.detail,
    }


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call that nobody has taken."""

    id: str
    caller: str | None
    offered_at: datetime | None
    waiting_seconds: float
    offered_to: str | None
    located: bool
    state: str
    nuisance_level: int = 0


def waiting_calls(*, now: datetime, limit: int = 50) -> list[WaitingCall]:
    """Calls nobody has taken, longest wait first; two SQL queries whatever the history.

    A nuisance caller stands a little later (see `interactions.nuisance`), and never drops out.
    """
    rows = Call.objects.waiting().exclude(offered_at=None).order_by("offered_at", "id")
    found = [(call, call.offered_at) for call in rows[:limit] if call.offered_at]
    grades = NuisanceReport.objects.grades([call.caller for call, _ in found], now=now)
    found.sort(key=lambda each: place_in_queue(each[1], grades[each[0].caller].level))
    return [
        WaitingCall(
            id=call.id,
            caller=call.caller,
            offered_at=offered_at,
            waiting_seconds=max(0.0, (now - offered_at).total_seconds()),
            offered_to=call.offered_to,
            located=call.location is not None,
            state=call.state,
            nuisance_level=grades[call.caller].level,
        )
        for call, offered_at in found
    ]


def waiting_count() -> int:
    """How many calls nobody has taken; one SQL query over a partial index."""
    return Call.objects.waiting().exclude(offered_at=None).count()


def open_interactions(agent: User) -> list[Interaction]:
    """What an agent still has to close, oldest first."""
    return list(interactions().filter(agent=agent, state="open").order_by("opened_at")[:50])


def categories() -> list[Category]:
    """Every category that can be chosen, by code."""
    return list(Category.objects.filter(is_active=True, priority__isnull=False).order_by("code"))


@dataclass(frozen=True, slots=True)
class AlertsSpan:
    """Which alerts there are: the newest number ever given, and the oldest that is still kept."""

    newest: int
    oldest_kept: int | None


def alerts_span() -> AlertsSpan:
    """Return newest and oldest kept seq; two index look-ups."""
    newest = AlertHead.objects.values_list("seq", flat=True).get()
    kept = Alert.objects.aggregate(oldest=Min("seq"), newest=Max("seq"))
    return AlertsSpan(newest=newest, oldest_kept=kept["oldest"])


def alerts_after(seq: int, *, limit: int) -> Sequence[Alert]:
    """Alerts with a larger number, in order; one query by primary key."""
    return list(Alert.objects.filter(seq__gt=seq).order_by("seq")[:limit])


def alert_document(alert: Alert) -> dict[str, Any]:
    """Return an alert as it goes over a socket."""
    return {
        "type": "alert",
        "seq": alert.seq,
        "kind": alert.kind,
        "at": utc(alert.at),
        **alert.payload,
    }


def recounted_figures() -> Figures:
    """Count every call, interaction and incident of this region anew; reads all of their rows."""
    figures: Figures = Counter()
    calls_counted = Call.objects.select_related("interaction").order_by("pk")
    for call in calls_counted.iterator(chunk_size=2000):
        figures.update(call_figures(call, getattr(call, "interaction", None)))
    for interaction in Interaction.objects.filter(call=None).iterator(chunk_size=2000):
        figures.update(call_figures(None, interaction))
    for incident in Incident.objects.iterator(chunk_size=2000):
        figures.update(incident_figures(incident))
    return figures
