"""The record of an interaction: opened, written down, classified, closed, opened again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from interactions.errors import InteractionNotFound, NotInThisState
from interactions.figures import call_figures
from interactions.models import (
    Call,
    Category,
    Channel,
    Interaction,
    InteractionState,
    Outcome,
    Service,
    TimelineEntry,
)
from interactions.services.alerts import append_alerts
from interactions.services.incident_record import locked_incident, settle_incident
from interactions.services.nuisance import false_report_confirmed_by
from interactions.services.register import next_register_numbers
from interactions.services.rollups import append_deltas
from regions.errors import Invalid, Stale
from regions.people.chain import append_chained
from regions.people.models import User

UNDO_TIME = timedelta(seconds=10)


@transaction.atomic(durable=True)
def open_interaction(
    *,
    channel: Channel,
    agent: User,
    caller: str | None,
    summary: str,
    service: Service | None = None,
    category: str | None = None,
    priority: int | None = None,
) -> Interaction:
    """Open an interaction that came another way than by a call of the switch.

    Raises:
        Invalid: the category does not exist or is not one of the service.
    """
    now = timezone.now()
    (number,) = next_register_numbers(1, now=now)
    interaction = Interaction(
        number=number, channel=channel, agent=agent, caller=caller, summary=summary, opened_at=now
    )
    if service is not None:
        _set_class(interaction, service=service, category=category, priority=priority)
        interaction.classified_at = now
    interaction.save(force_insert=True)
    _write_down(interaction, actor=agent, kind="opened", channel=channel)
    append_deltas(before=call_figures(None, None), after=call_figures(None, interaction))
    return interaction


@transaction.atomic(durable=True)
def write_record(
    *, interaction_id: UUID, version: int | None, changes: Mapping[str, Any], actor: User
) -> Interaction:
    """Save what was written down, if nobody saved in between.

    `changes` holds any of summary, detail, place, caller_name, promise. `version` is the one that
    the writer has seen; None saves in any case.

    Raises:
        InteractionNotFound: this region has no such interaction.
        Stale: another version was saved in the meantime; `version` is the newest.
    """
    interaction = _locked(interaction_id)
    with _saving(interaction):
        if version is not None and version != interaction.version:
            raise Stale(version=interaction.version)
        for name, value in changes.items():
            setattr(interaction, name, value)
        _write_down(interaction, actor=actor, kind="written", fields=sorted(changes))
    return interaction


@transaction.atomic(durable=True)
def classify_interaction(
    *,
    interaction_id: UUID,
    service: Service,
    category: str | None,
    priority: int | None,
    actor: User,
) -> Interaction:
    """Say what an interaction is: service, category and priority (by default the category's).

    Raises:
        InteractionNotFound: this region has no such interaction.
        NotInThisState: it is closed.
        Invalid: the category does not exist or is not one of the service.
    """
    interaction = _locked(interaction_id)
    with _saving(interaction):
        _refuse_unless(interaction.state == InteractionState.OPEN, interaction)
        _set_class(interaction, service=service, category=category, priority=priority)
        interaction.classified_at = interaction.classified_at or timezone.now()
        _write_down(
            interaction,
            actor=actor,
            kind="classified",
            service=service,
            category=category,
            priority=interaction.priority,
        )
    return interaction


@transaction.atomic(durable=True)
def close_interaction(
    *, interaction_id: UUID, outcome: Outcome, note: str, actor: User
) -> Interaction:
    """Close an interaction with its outcome; closing again with the same one changes nothing.

    Raises:
        InteractionNotFound: this region has no such interaction.
        NotInThisState: it is closed with another outcome, or not classified and no nuisance.
    """
    interaction = _locked(interaction_id)
    if interaction.state == InteractionState.CLOSED and interaction.outcome == outcome:
        return interaction
    _refuse_unless(interaction.state == InteractionState.OPEN, interaction)
    with _incident_follows(interaction, actor=actor), _saving(interaction):
        interaction.state = InteractionState.CLOSED
        interaction.outcome = outcome
        interaction.outcome_note = note
        interaction.closed_at = timezone.now()
        if outcome == Outcome.FALSE_REPORT:
            interaction.outcome_confirmed_by = false_report_confirmed_by(interaction)
        _write_down(interaction, actor=actor, kind="closed", outcome=outcome)
    return interaction


@transaction.atomic(durable=True)
def reopen_interaction(*, interaction_id: UUID, reason: str, actor: User) -> Interaction:
    """Open a closed interaction again: within 10 s as an undo, later with a reason.

    Raises:
        InteractionNotFound: this region has no such interaction.
        NotInThisState: it is open.
        Invalid: the undo time has passed and no reason was given.
    """
    interaction = _locked(interaction_id)
    with _incident_follows(interaction, actor=actor), _saving(interaction):
        _refuse_unless(interaction.state == InteractionState.CLOSED, interaction)
        closed_at = interaction.closed_at
        is_undo = closed_at is not None and timezone.now() - closed_at <= UNDO_TIME
        if not is_undo and not reason.strip():
            raise Invalid(
                [{"pointer": "#/reason", "detail": "is needed once 10 seconds have passed"}]
            )
        interaction.state = InteractionState.OPEN
        interaction.outcome = None
        interaction.outcome_note = ""
        interaction.outcome_confirmed_by = None
        interaction.closed_at = None
        _write_down(
            interaction, actor=actor, kind="undone" if is_undo else "reopened", reason=reason
        )
    return interaction


def _locked(interaction_id: UUID) -> Interaction:
    interaction = (
        # Less than FOR UPDATE: whoever only adds to the timeline need not wait.
        Interaction.objects.select_for_update(of=("self",), no_key=True)
        .select_related("agent", "category", "call")
        .filter(id=interaction_id)
        .first()
    )
    if interaction is None:
        raise InteractionNotFound
    return interaction


@contextmanager
def _saving(interaction: Interaction) -> Iterator[None]:
    """Let a locked interaction be changed, save it as a new version, and count the difference."""
    call: Call | None = interaction.call
    before = call_figures(call, interaction)
    yield
    interaction.version += 1
    interaction.save()
    append_deltas(before=before, after=call_figures(call, interaction))


@contextmanager
def _incident_follows(interaction: Interaction, *, actor: User) -> Iterator[None]:
    """Let the incident of a locked interaction close, or open again, with it."""
    if interaction.incident_id is None:
        yield
        return
    incident = locked_incident(interaction.incident_id)  # before anything is written down
    yield
    append_alerts(settle_incident(incident, actor=actor), at=timezone.now())


def _set_class(
    interaction: Interaction, *, service: Service, category: str | None, priority: int | None
) -> None:
    chosen: Category | None = None
    if category is not None:
        chosen = Category.objects.filter(
            code=category, service=service, is_active=True, priority__isnull=False
        ).first()
        if chosen is None:
            raise Invalid([{"pointer": "#/category", "detail": f"is not a category of {service}"}])
    interaction.service = service
    interaction.category = chosen
    interaction.priority = priority or (chosen.priority if chosen else None)


def _refuse_unless(allowed: bool, interaction: Interaction) -> None:
    if not allowed:
        raise NotInThisState(f"The interaction is {interaction.state}.", state=interaction.state)


def _write_down(interaction: Interaction, *, actor: User, kind: str, **detail: Any) -> None:
    entry = TimelineEntry(interaction=interaction, actor=actor.username, kind=kind, detail=detail)
    append_chained([entry])
