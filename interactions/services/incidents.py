"""Incidents: opened from interactions, linked to more of them, closed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from interactions.errors import InteractionNotFound, LinkedElsewhere, NotInThisState
from interactions.figures import Figures, incident_figures
from interactions.models import Category, Incident, IncidentState, Interaction
from interactions.services.alerts import append_alerts
from interactions.services.incident_record import (
    changing,
    contact_at,
    incident_alert,
    is_in_use,
    locked_incident,
    write_down,
    write_down_on,
)
from interactions.services.register import next_incident_number
from interactions.services.rollups import append_deltas
from regions.errors import Invalid, Stale
from regions.people.models import User


@transaction.atomic(durable=True)
def open_incident(
    *,
    category: str,
    priority: int,
    place: dict[str, Any] | None,
    summary: str,
    interactions: Sequence[UUID],
    actor: User,
) -> Incident:
    """Open an incident that gathers these interactions.

    Raises:
        Invalid: the category cannot be chosen, or an interaction is not of this region.
        LinkedElsewhere: an interaction belongs to an incident already.
    """
    now = timezone.now()
    _check_category(category)
    linked = _locked_interactions(interactions)
    for each in linked:
        _refuse_if_linked(each)
    incident = Incident.objects.create(
        number=next_incident_number(now=now),
        category_id=category,
        priority=priority,
        place=place,
        summary=summary,
        opened_by=actor,
        opened_at=now,
        first_contact_at=min([now, *(contact_at(each) for each in linked)]),
    )
    ids = [each.id for each in linked]
    Interaction.objects.filter(id__in=ids).update(incident=incident)
    write_down(
        incident,
        actor=actor,
        now=now,
        kind="opened",
        interactions=[each.number for each in linked],
    )
    write_down_on(ids, incident, actor=actor, now=now, kind="linked")
    append_deltas(before=Figures(), after=incident_figures(incident))
    append_alerts([incident_alert("incident.opened", incident)], at=now)
    return incident


@transaction.atomic(durable=True)
def write_incident(
    *, incident_id: UUID, version: int | None, changes: Mapping[str, Any], actor: User
) -> Incident:
    """Correct what is said of an incident, if nobody saved in between.

    `changes` holds any of category, priority, place, summary. `version` is the one that the writer
    has seen; None saves in any case.

    Raises:
        IncidentNotFound: this region has no such incident.
        Stale: another version was saved in the meantime; `version` is the newest.
        Invalid: the category cannot be chosen.
    """
    now = timezone.now()
    incident = locked_incident(incident_id)
    if version is not None and version != incident.version:
        raise Stale(version=incident.version)
    if "category" in changes:
        _check_category(changes["category"])
    with changing(incident, actor=actor, now=now):
        for name, value in changes.items():
            setattr(incident, "category_id" if name == "category" else name, value)
        write_down(incident, actor=actor, now=now, kind="written", fields=sorted(changes))
    append_alerts([incident_alert("incident.updated", incident)], at=now)
    return incident


@transaction.atomic(durable=True)
def link_interaction(*, incident_id: UUID, interaction_id: UUID, actor: User) -> Incident:
    """Gather one more interaction; linking it again changes nothing.

    An open interaction opens a closed incident again.

    Raises:
        IncidentNotFound: this region has no such incident.
        Invalid: this region has no such interaction.
        LinkedElsewhere: the interaction belongs to another incident; unlink it there first.
    """
    now = timezone.now()
    interaction = _locked_interaction(interaction_id)
    incident = locked_incident(incident_id)
    if interaction.incident_id == incident.id:
        return incident
    _refuse_if_linked(interaction)
    with changing(incident, actor=actor, now=now):
        Interaction.objects.filter(id=interaction.id).update(incident=incident)
        incident.first_contact_at = min(incident.first_contact_at, contact_at(interaction))
        write_down(incident, actor=actor, now=now, kind="linked", interaction=interaction.number)
        write_down_on([interaction.id], incident, actor=actor, now=now, kind="linked")
    append_alerts([incident_alert("incident.updated", incident)], at=now)
    return incident


@transaction.atomic(durable=True)
def unlink_interaction(
    *, incident_id: UUID, interaction_id: UUID, reason: str, actor: User
) -> Incident:
    """Take back a wrong link; both timelines keep that it was there, and why it is not.

    Raises:
        IncidentNotFound: this region has no such incident.
        Invalid: this region has no such interaction.
        NotInThisState: the interaction is not linked to this incident.
    """
    now = timezone.now()
    interaction = _locked_interaction(interaction_id)
    incident = locked_incident(incident_id)
    if interaction.incident_id != incident.id:
        raise NotInThisState("The interaction is not linked to this incident.")
    with changing(incident, actor=actor, now=now):
        Interaction.objects.filter(id=interaction.id).update(incident=None)
        others = incident.interactions.select_related("call")
        incident.first_contact_at = min([incident.opened_at, *map(contact_at, others)])
        told = {"reason": reason}
        write_down(
            incident, actor=actor, now=now, kind="unlinked", interaction=interaction.number, **told
        )
        write_down_on([interaction.id], incident, actor=actor, now=now, kind="unlinked", **told)
    append_alerts([incident_alert("incident.updated", incident)], at=now)
    return incident


@transaction.atomic(durable=True)
def close_incident(*, incident_id: UUID, reason: str, actor: User) -> Incident:
    """Close an incident to which nobody had to be sent; one that units went to closes by itself.

    Closing a closed one changes nothing.

    Raises:
        IncidentNotFound: this region has no such incident.
        NotInThisState: a unit is out, or an interaction is still open.
    """
    now = timezone.now()
    incident = locked_incident(incident_id)
    if incident.state == IncidentState.CLOSED:
        return incident
    if is_in_use(incident):
        raise NotInThisState(
            "A unit is out, or an interaction is still open.", state=incident.state
        )
    with changing(incident, actor=actor, now=now):
        incident.state, incident.closed_at = IncidentState.CLOSED, now
        write_down(incident, actor=actor, now=now, kind="closed", reason=reason)
    append_alerts([incident_alert("incident.updated", incident)], at=now)
    return incident


def _check_category(code: str) -> None:
    can_be_chosen = Category.objects.filter(code=code, is_active=True, priority__isnull=False)
    if not can_be_chosen.exists():
        raise Invalid([{"pointer": "#/category", "detail": "is not a category"}])


def _locked_interactions(ids: Sequence[UUID]) -> list[Interaction]:
    """Lock interactions in the order of their ids; refuse those that are not there by pointer."""
    rows = Interaction.objects.select_for_update(of=("self",), no_key=True).select_related("call")
    found = list(rows.filter(id__in=ids).order_by("id"))
    known = {each.id for each in found}
    missing = [
        {"pointer": f"#/interactions/{index}", "detail": "is not an interaction here"}
        for index, each in enumerate(ids)
        if each not in known
    ]
    if missing:
        raise Invalid(missing)
    return found


def _locked_interaction(interaction_id: UUID) -> Interaction:
    rows = Interaction.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("call").filter(id=interaction_id).first()
    if found is None:
        raise Invalid([{"pointer": "#/interaction", "detail": InteractionNotFound.title}])
    return found


def _refuse_if_linked(interaction: Interaction) -> None:
    if interaction.incident_id is not None:
        incident = Incident.objects.get(id=interaction.incident_id)
        raise LinkedElsewhere(
            f"{interaction.number} belongs to {incident.number}.",
            incident=str(incident.id),
            number=incident.number,
        )
