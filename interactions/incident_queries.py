"""What pages and the API read of incidents and of units that can be sent."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from interactions.errors import IncidentNotFound
from interactions.models import Dispatch, Incident, IncidentEntry, Interaction, UnitPosition
from interactions.queries import utc
from interactions.recommend import Candidate, Point, Recommendation, recommend
from regions.people.models import Unit

MOST_SHOWN = 500  # linked interactions and entries in one reply; the newest where there are more


def incidents() -> QuerySet[Incident]:
    """Incidents with what their documents need, newest first; three queries a page."""
    linked = Interaction.objects.only("id", "incident_id").order_by("opened_at", "id")
    return (
        Incident.objects.select_related("opened_by")
        .prefetch_related(
            Prefetch("interactions", queryset=linked),
            Prefetch("dispatches", queryset=_dispatches()),
        )
        .order_by("-opened_at", "-id")
    )


def _dispatches() -> QuerySet[Dispatch]:
    return Dispatch.objects.select_related("unit", "dispatched_by").order_by("id")


def incident(incident_id: UUID) -> Incident:
    """Return one incident with what its document needs; three queries.

    Raises:
        IncidentNotFound: this region has no such incident.
    """
    found = incidents().filter(id=incident_id).first()
    if found is None:
        raise IncidentNotFound
    return found


def incident_document(incident: Incident) -> dict[str, Any]:
    """Return an incident as lists and alerts show it; `incident` comes from `incidents()`."""
    return {
        "id": str(incident.id),
        "number": incident.number,
        "state": incident.state,
        "category": incident.category_id,
        "priority": incident.priority,
        "place": incident.place,
        "summary": incident.summary,
        "opened_by": incident.opened_by.username,
        "opened_at": utc(incident.opened_at),
        "first_contact_at": utc(incident.first_contact_at),
        "dispatched_at": utc(incident.dispatched_at),
        "arrived_at": utc(incident.arrived_at),
        "closed_at": utc(incident.closed_at),
        "version": incident.version,
        "interactions": [str(each.id) for each in incident.interactions.all()],
        "units": [dispatch_document(each) for each in incident.dispatches.all()],
    }


def incident_with_history(incident: Incident) -> dict[str, Any]:
    """Return an incident as `GET incidents/ID` shows it: who called, what happened; 2 queries."""
    # Not by `incident.interactions`, which is loaded already, and only in part.
    linked = Interaction.objects.filter(incident=incident.id).select_related("agent")
    linked = linked.order_by("-opened_at", "-id")
    entries = incident.timeline.order_by("-id")
    return {
        **incident_document(incident),
        "contacts": [_contact(each) for each in reversed(linked[:MOST_SHOWN])],
        "timeline": [entry_document(each) for each in reversed(entries[:MOST_SHOWN])],
    }


def dispatch_document(dispatch: Dispatch) -> dict[str, Any]:
    """Return a unit that was sent, with the time of every status that it reached."""
    return {
        "code": dispatch.unit_id,
        "name": dispatch.unit.name,
        "kind": dispatch.unit.kind,
        "status": dispatch.status,
        "dispatched_by": dispatch.dispatched_by.username,
        "dispatched_at": utc(dispatch.dispatched_at),
        "en_route_at": utc(dispatch.en_route_at),
        "on_scene_at": utc(dispatch.on_scene_at),
        "cleared_at": utc(dispatch.cleared_at),
        "override_reason": dispatch.override_reason,
    }


def entry_document(entry: IncidentEntry) -> dict[str, Any]:
    """Return one thing that happened to an incident."""
    return {
        "at": utc(entry.at),
        "actor": entry.actor,
        "kind": entry.kind,
        "detail": entry.detail,
    }


def position_document(position: UnitPosition) -> dict[str, Any]:
    """Return where a unit last said that it is."""
    return {
        "unit": position.unit_id,
        "latitude": position.latitude,
        "longitude": position.longitude,
        "accuracy_m": position.accuracy_m,
        "at": utc(position.at),
    }


def _contact(interaction: Interaction) -> dict[str, Any]:
    return {
        "id": str(interaction.id),
        "number": interaction.number,
        "state": interaction.state,
        "channel": interaction.channel,
        "caller": interaction.caller,
        "agent": interaction.agent.username,
        "summary": interaction.summary,
        "opened_at": utc(interaction.opened_at),
    }


def units_for(
    *, place: dict[str, Any] | None, category: str, now: datetime, limit: int = 10
) -> Recommendation:
    """Recommend units to send to a place, best first, each with its reasons; two queries.

    See `interactions.recommend` for how they are compared. Units that are out or whose position is
    too old are named apart, with why.
    """
    where = Point(place["latitude"], place["longitude"]) if place else None
    return recommend(_candidates(), where=where, category=category, now=now, limit=limit)


def _candidates() -> Sequence[Candidate]:
    positions = UnitPosition.objects.filter(unit__is_active=True)
    at = {each.unit_id: (Point(each.latitude, each.longitude), each.at) for each in positions}
    out = Dispatch.objects.filter(cleared_at=None).order_by("-id")
    busy = dict(out.values_list("unit_id", "incident__number"))
    return [
        Candidate(
            code=unit.code,
            name=unit.name,
            kind=unit.kind,
            station=_station(unit),
            position=at[unit.code][0] if unit.code in at else None,
            position_at=at[unit.code][1] if unit.code in at else None,
            busy_at=busy.get(unit.code),
        )
        for unit in Unit.objects.filter(is_active=True).order_by("code")
    ]


def _station(unit: Unit) -> Point | None:
    if unit.latitude is None or unit.longitude is None:
        return None
    return Point(unit.latitude, unit.longitude)


def recommendation_document(recommendation: Recommendation) -> dict[str, Any]:
    """Return a recommendation as the API shows it."""
    return asdict(recommendation)
