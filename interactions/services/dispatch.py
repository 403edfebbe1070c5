"""Dispatch: units sent to incidents, their way there and back, and where they are."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from interactions.errors import NotInThisState, UnitBusy, UnitNotFound, UnitNotSent
from interactions.incident_queries import dispatch_document
from interactions.models import Dispatch, Incident, UnitPosition, UnitStatus
from interactions.models.incident import TRANSITIONS
from interactions.services.alerts import NewAlert, append_alerts
from interactions.services.incident_record import (
    changing,
    incident_alert,
    linked_to,
    locked_incident,
    write_down,
    write_down_on,
)
from regions.errors import Forbidden, Invalid
from regions.people.access import SUPERVISORS
from regions.people.models import Unit, User


@transaction.atomic(durable=True)
def dispatch_unit(
    *, incident_id: UUID, unit_code: str, override_reason: str, actor: User
) -> Incident:
    """Send a unit to an incident; sending one that is there already changes nothing.

    A closed incident opens again. A unit that is out elsewhere is only sent with a reason.

    Raises:
        IncidentNotFound: this region has no such incident.
        Invalid: this region has no such unit, or it cannot be sent.
        UnitBusy: the unit is out at another incident and no reason was given.
    """
    now = timezone.now()
    incident = locked_incident(incident_id)
    unit = _locked_unit(unit_code)
    if incident.dispatches.filter(unit=unit, cleared_at=None).exists():
        return incident
    was_busy = _refuse_if_busy(unit, incident, override_reason)
    with changing(incident, actor=actor, now=now):
        dispatch = Dispatch.objects.create(
            incident=incident,
            unit=unit,
            dispatched_by=actor,
            dispatched_at=now,
            override_reason=override_reason if was_busy else "",
        )
        _write_down(dispatch, actor=actor, now=now, reason=dispatch.override_reason)
    append_alerts([_unit_alert(dispatch)], at=now)
    return incident


@transaction.atomic(durable=True)
def set_unit_status(
    *,
    incident_id: UUID,
    unit_code: str,
    status: UnitStatus,
    override_reason: str,
    actor: User,
) -> Incident:
    """Take a unit to its next status; the one that it has changes nothing.

    Statuses follow TRANSITIONS. A supervisor may leave that way with a reason, forward or back.

    Raises:
        IncidentNotFound: this region has no such incident.
        Invalid: this region has no such unit.
        UnitNotSent: the unit was not sent to this incident.
        NotInThisState: there is no way to that status; `allowed` says which there are.
        Forbidden: there is none, and an agent gave a reason to leave it.
    """
    now = timezone.now()
    incident = locked_incident(incident_id)
    unit = _locked_unit(unit_code)
    dispatch = incident.dispatches.filter(unit=unit).order_by("-id").first()
    if dispatch is None:
        raise UnitNotSent(f"{unit.name} was not sent to {incident.number}.")
    if dispatch.status == status:
        return incident
    is_override = _check_way(dispatch, status, override_reason, actor)
    if is_override and dispatch.cleared_at is not None:
        _refuse_if_busy(unit, incident, override_reason)
        dispatch.override_reason = override_reason
    was = incident.state
    with changing(incident, actor=actor, now=now):
        dispatch.reach(status, at=now)
        dispatch.save()
        reason = override_reason if is_override else ""
        _write_down(dispatch, actor=actor, now=now, reason=reason)
    alerts = [_unit_alert(dispatch)]
    if incident.state != was:
        alerts.append(incident_alert("incident.updated", incident))
    append_alerts(alerts, at=now)
    return incident


@transaction.atomic(durable=True)
def report_position(
    *, unit_code: str, latitude: float, longitude: float, accuracy_m: float | None, at: datetime
) -> UnitPosition:
    """Keep where a unit says that it is; an older report than the one we have changes nothing.

    Raises:
        UnitNotFound: this region has no such unit.
    """
    unit = Unit.objects.select_for_update(no_key=True).filter(code=unit_code).first()
    if unit is None:
        raise UnitNotFound
    known = UnitPosition.objects.filter(unit=unit).first()
    if known is not None and known.at >= at:
        return known
    position, _ = UnitPosition.objects.update_or_create(
        unit=unit,
        defaults={
            "latitude": latitude,
            "longitude": longitude,
            "accuracy_m": accuracy_m,
            "at": at,
        },
    )
    return position


def _locked_unit(code: str) -> Unit:
    """Lock a unit, so that two incidents cannot take it at once."""
    unit = Unit.objects.select_for_update(no_key=True).filter(code=code, is_active=True).first()
    if unit is None:
        raise Invalid([{"pointer": "#/unit", "detail": "is not a unit that can be sent"}])
    return unit


def _refuse_if_busy(unit: Unit, incident: Incident, reason: str) -> bool:
    """Return whether a locked unit is out elsewhere, which takes a reason."""
    out = Dispatch.objects.filter(unit=unit, cleared_at=None).exclude(incident=incident)
    elsewhere = out.select_related("incident").first()
    if elsewhere is not None and not reason:
        raise UnitBusy(
            f"{unit.name} is at {elsewhere.incident.number}.",
            incident=str(elsewhere.incident.id),
            number=elsewhere.incident.number,
        )
    return elsewhere is not None


def _check_way(dispatch: Dispatch, status: UnitStatus, reason: str, actor: User) -> bool:
    """Return whether the way to a status is an override; refuse it if it must not be."""
    allowed = TRANSITIONS[UnitStatus(dispatch.status)]
    if status in allowed:
        return False
    if not reason:
        raise NotInThisState(
            f"The unit is {dispatch.status}.", state=dispatch.status, allowed=sorted(allowed)
        )
    if actor.role not in SUPERVISORS:
        raise Forbidden(needed=sorted(SUPERVISORS))
    return True


def _write_down(dispatch: Dispatch, *, actor: User, now: datetime, reason: str) -> None:
    incident, kind = dispatch.incident, f"unit_{dispatch.status}"
    told = {"unit": dispatch.unit_id, "name": dispatch.unit.name, "reason": reason}
    write_down(incident, actor=actor, now=now, kind=kind, **told)
    write_down_on(linked_to(incident), incident, actor=actor, now=now, kind=kind, **told)


def _unit_alert(dispatch: Dispatch) -> NewAlert:
    return incident_alert("unit.status", dispatch.incident, unit=dispatch_document(dispatch))
