"""What the verbs on incidents share: the locked row, its state, its timeline, its alerts.

Locks are taken in this order everywhere: interactions by id, the incident, the unit, counters, the
chain (with the first entry of a timeline), and the alert counter last.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q
from django.utils import timezone

from interactions.errors import IncidentNotFound
from interactions.figures import incident_figures
from interactions.incident_queries import incident_document, incidents
from interactions.models import (
    Incident,
    IncidentEntry,
    IncidentState,
    Interaction,
    InteractionState,
    TimelineEntry,
)
from interactions.services.alerts import NewAlert
from interactions.services.rollups import append_deltas
from regions.people.chain import append_chained
from regions.people.models import User


def locked_incident(incident_id: UUID) -> Incident:
    """Lock an incident; needs a transaction.

    Raises:
        IncidentNotFound: this region has no such incident.
    """
    rows = Incident.objects.select_for_update(no_key=True)
    incident = rows.filter(id=incident_id).first()
    if incident is None:
        raise IncidentNotFound
    return incident


@contextmanager
def changing(incident: Incident, *, actor: User, now: datetime) -> Iterator[None]:
    """Let a locked incident or what hangs on it be changed; save it anew and count the difference.

    The state follows by itself: an incident closes when a unit was sent, none is out and none of
    its interactions is open, and opens again when that is no longer so.
    """
    before = incident_figures(incident)
    yield
    _follow(incident, actor=actor, now=now)
    incident.version += 1
    incident.save()
    append_deltas(before=before, after=incident_figures(incident))


def settle_incident(incident: Incident, *, actor: User) -> list[NewAlert]:
    """Let an incident's state follow an interaction of its that was closed or opened again.

    Needs the transaction of that change, and both rows locked. Returns what is to be told.
    """
    if _state(incident) == incident.state:
        return []
    with changing(incident, actor=actor, now=timezone.now()):
        pass
    return [incident_alert("incident.updated", incident)]


def is_in_use(incident: Incident) -> bool:
    """Say whether a unit is out or an interaction is open; two queries."""
    return incident.dispatches.filter(cleared_at=None).exists() or _is_talked_about(incident)


def _is_talked_about(incident: Incident) -> bool:
    return incident.interactions.filter(state=InteractionState.OPEN).exists()


def _follow(incident: Incident, *, actor: User, now: datetime) -> None:
    """Set the clocks and the state from the units and the interactions."""
    clocks = incident.dispatches.aggregate(sent=Min("dispatched_at"), there=Min("on_scene_at"))
    incident.dispatched_at, incident.arrived_at = clocks["sent"], clocks["there"]
    state = _state(incident)
    if state != incident.state:
        is_closed = state == IncidentState.CLOSED
        incident.state, incident.closed_at = state, now if is_closed else None
        write_down(incident, actor=actor, now=now, kind="closed" if is_closed else "reopened")


def _state(incident: Incident) -> IncidentState:
    units = incident.dispatches.aggregate(sent=Count("id"), out=Count("id", Q(cleared_at=None)))
    if units["out"] or _is_talked_about(incident):
        return IncidentState.OPEN
    return IncidentState.CLOSED if units["sent"] else IncidentState(incident.state)


def write_down(incident: Incident, *, actor: User, now: datetime, kind: str, **detail: Any) -> None:
    """Add one thing that happened to an incident's timeline; empty facts are left out."""
    told = {name: value for name, value in detail.items() if value not in (None, "")}
    append_chained(
        [IncidentEntry(incident=incident, at=now, actor=actor.username, kind=kind, detail=told)]
    )


def write_down_on(
    interactions: Iterable[UUID],
    incident: Incident,
    *,
    actor: User,
    now: datetime,
    kind: str,
    **detail: Any,
) -> None:
    """Add the same to the timelines of interactions, with the incident's number; one query."""
    told = {name: value for name, value in detail.items() if value not in (None, "")}
    append_chained(
        [
            TimelineEntry(
                interaction_id=each,
                at=now,
                actor=actor.username,
                kind=kind,
                detail={"incident": incident.number, **told},
            )
            for each in interactions
        ]
    )


def linked_to(incident: Incident) -> list[UUID]:
    """Return the ids of an incident's interactions; one query."""
    return list(incident.interactions.order_by("id").values_list("id", flat=True))


def contact_at(interaction: Interaction) -> datetime:
    """Return when an interaction came in: its call's offer, or its own opening."""
    call = interaction.call
    return (call.offered_at if call else None) or interaction.opened_at


def incident_alert(kind: str, incident: Incident, **also: Any) -> NewAlert:
    """Make the alert of a changed incident, as it is in this transaction."""
    fresh = incidents().get(id=incident.id)
    return NewAlert(kind, {"incident": incident_document(fresh), **also})
