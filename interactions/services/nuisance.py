"""Nuisance: an agent reports a caller, a supervisor confirms or lifts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from interactions.errors import (
    AlreadyReported,
    NotByTheReporter,
    NothingToConfirm,
    NothingToLift,
)
from interactions.figures import call_figures
from interactions.models import (
    Interaction,
    NuisanceKind,
    NuisanceReport,
    NuisanceState,
    Outcome,
    TimelineEntry,
)
from interactions.nuisance import KEPT_FOR
from interactions.services.rollups import append_deltas
from regions.errors import Invalid
from regions.people.audit import record_audit
from regions.people.chain import append_chained
from regions.people.models import User


@transaction.atomic(durable=True)
def report_nuisance(
    *, caller: str, kind: NuisanceKind, reason: str, interaction_id: UUID | None, actor: User
) -> NuisanceReport:
    """Report a caller; nothing follows until a supervisor confirms it.

    Raises:
        Invalid: the interaction is not here or not this caller's.
        AlreadyReported: a report on this interaction stands.
    """
    now = timezone.now()
    if interaction_id is not None:
        interaction = _locked(interaction_id)
        if interaction is None or interaction.caller != caller:
            detail = "is not an interaction with this caller"
            raise Invalid([{"pointer": "#/interaction", "detail": detail}])
        standing = interaction.nuisance_reports.exclude(state=NuisanceState.LIFTED).first()
        if standing is not None:
            raise AlreadyReported(report=standing.pk)
        _write_down(interaction_id, actor=actor, now=now, kind="nuisance_reported", of=kind)
    return NuisanceReport.objects.create(
        caller=caller,
        kind=kind,
        reason=reason,
        interaction_id=interaction_id,
        reported_by=actor,
        reported_at=now,
    )


@transaction.atomic(durable=True)
def confirm_nuisance(
    *, caller: str, reason: str, report_id: int | None, actor: User
) -> list[NuisanceReport]:
    """Confirm what waits on a caller, all of it or one report; each counts for KEPT_FOR.

    A false report that names its interaction now counts as one there and in the figures. Reports
    that this supervisor made stay as they are.

    Raises:
        NothingToConfirm: no report waits.
        NotByTheReporter: those that wait are this supervisor's own.
    """
    now = timezone.now()
    waiting = _lock_reports(caller, [NuisanceState.REPORTED], report_id)
    if not waiting:
        raise NothingToConfirm
    confirmed = [each for each in waiting if each.reported_by_id != actor.pk]
    if not confirmed:
        raise NotByTheReporter
    for report in confirmed:
        report.state = NuisanceState.CONFIRMED
        report.confirmed_by, report.confirmed_at = actor, now
        report.confirm_reason = reason
        report.expires_at = now + KEPT_FOR
        report.save()
        _follow(report, actor=actor, now=now, confirmed_by=actor, reason=reason)
    return confirmed


@transaction.atomic(durable=True)
def lift_nuisance(
    *, caller: str, reason: str, report_id: int | None, actor: User
) -> list[NuisanceReport]:
    """Lift what stands against a caller, all of it or one report, confirmed or waiting.

    Raises:
        NothingToLift: no report stands.
    """
    now = timezone.now()
    standing = [NuisanceState.REPORTED, NuisanceState.CONFIRMED]
    lifted = _lock_reports(caller, standing, report_id)
    if not lifted:
        raise NothingToLift
    for report in lifted:
        report.state = NuisanceState.LIFTED
        report.lifted_by, report.lifted_at, report.lift_reason = actor, now, reason
        report.save()
        _follow(report, actor=actor, now=now, confirmed_by=None, reason=reason)
    return lifted


def false_report_confirmed_by(interaction: Interaction) -> User | None:
    """Return who confirmed that a locked interaction is a false report, if anybody; one query."""
    reports = interaction.nuisance_reports.filter(
        kind=NuisanceKind.FALSE_REPORT, state=NuisanceState.CONFIRMED
    )
    report = reports.select_related("confirmed_by").first()
    return report.confirmed_by if report else None


def _lock_reports(
    caller: str, states: list[NuisanceState], report_id: int | None
) -> list[NuisanceReport]:
    """Lock the interactions and then the reports, both in the order of their ids."""
    wanted = NuisanceReport.objects.filter(caller=caller, state__in=states)
    if report_id is not None:
        wanted = wanted.filter(pk=report_id)
    found = dict(wanted.values_list("pk", "interaction"))
    interactions = Interaction.objects.select_for_update(no_key=True).order_by("id")
    list(interactions.filter(id__in=set(found.values()) - {None}))
    # Once more with the states: another supervisor may have been quicker.
    rows = NuisanceReport.objects.select_for_update(no_key=True).order_by("pk")
    return list(rows.filter(pk__in=found, state__in=states))


def _locked(interaction_id: UUID) -> Interaction | None:
    rows = Interaction.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("call").filter(id=interaction_id).first()


def _follow(
    report: NuisanceReport, *, actor: User, now: datetime, confirmed_by: User | None, reason: str
) -> None:
    """Let the interaction and the audit follow a report that was confirmed or lifted."""
    kind = f"nuisance_{report.state}"
    if report.interaction_id is not None:
        with _recounted(report.interaction_id) as interaction:
            if interaction.outcome == Outcome.FALSE_REPORT == report.kind:
                interaction.outcome_confirmed_by = confirmed_by
        _write_down(
            report.interaction_id, actor=actor, now=now, kind=kind, of=report.kind, reason=reason
        )
    record_audit(actor=actor.username, action=kind, subject=f"nuisance report {report.pk}")


@contextmanager
def _recounted(interaction_id: UUID) -> Iterator[Interaction]:
    """Let a locked interaction's confirmation be changed, and count the difference."""
    interaction = Interaction.objects.select_related("call").get(id=interaction_id)
    before = call_figures(interaction.call, interaction)
    yield interaction
    interaction.save(update_fields=["outcome_confirmed_by"])
    append_deltas(before=before, after=call_figures(interaction.call, interaction))


def _write_down(
    interaction_id: UUID, *, actor: User, now: datetime, kind: str, **detail: Any
) -> None:
    entry = TimelineEntry(
        interaction_id=interaction_id, at=now, actor=actor.username, kind=kind, detail=detail
    )
    append_chained([entry])
