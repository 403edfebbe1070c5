"""What a call, its interaction and an incident add to the national figures. Pure; nobody's data.

A change of figures is the difference between what the rows add after and before it, so a late event
or a correction mends the hour it belongs to, and a recount of all rows gives the same totals.
"""

from collections import Counter
from datetime import UTC, datetime

from interactions.models import (
    Call,
    CallState,
    EndReason,
    Incident,
    IncidentState,
    Interaction,
    InteractionState,
)
from regions.histogram import bin_of

# (hour, figure, detail) → how many
Figures = Counter[tuple[datetime, str, str]]


def hour_of(time: datetime) -> datetime:
    """Return the start of the hour, UTC."""
    return time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def call_figures(call: Call | None, interaction: Interaction | None) -> Figures:
    """Count one call, in the hour in which it was offered, and its interaction."""
    figures: Figures = Counter()
    if call is not None and call.offered_at is not None:
        hour = hour_of(call.offered_at)
        figures[hour, "calls.offered", ""] = 1
        if call.answer_seconds is not None:
            figures[hour, "calls.answered", ""] = 1
            for limit in (10, 15):
                if call.answer_seconds <= limit:
                    figures[hour, f"calls.answered_within_{limit}s", ""] = 1
            if interaction is None or interaction.nuisance is None:
                figures[hour, "calls.valid", ""] = 1
            figures[hour, "calls.answer", str(bin_of(call.answer_seconds))] = 1
        elif call.state == CallState.ENDED and call.end_reason == EndReason.ABANDONED:
            figures[hour, "calls.abandoned", ""] = 1
    if interaction is not None:
        figures += interaction_figures(interaction, call)
    return figures


def interaction_figures(interaction: Interaction, call: Call | None) -> Figures:
    """Count one interaction: in its call's hour, so that a range of hours holds both or neither."""
    figures: Figures = Counter()
    offered_at = call.offered_at if call is not None else None
    hour = hour_of(offered_at or interaction.opened_at)
    if interaction.state == InteractionState.OPEN:
        figures[hour, "interactions.open", ""] = 1
    if interaction.service:
        figures[hour, f"interactions.{interaction.service}", ""] = 1
    if interaction.category_id:
        figures[hour, "category", interaction.category_id] = 1
    if interaction.nuisance:
        figures[hour, f"nuisance.{interaction.nuisance}", ""] = 1
    return figures


def incident_figures(incident: Incident) -> Figures:
    """Count one incident in the hour in which it was opened.

    Its clocks run from the first contact about it: to the first unit that was sent, and to the
    first that was at the scene.
    """
    figures: Figures = Counter()
    hour = hour_of(incident.opened_at)
    if incident.state == IncidentState.OPEN:
        figures[hour, "incidents.open", ""] = 1
    clocks = {"dispatch": incident.dispatched_at, "arrival": incident.arrived_at}
    for clock, reached_at in clocks.items():
        if reached_at is not None:
            seconds = (reached_at - incident.first_contact_at).total_seconds()
            figures[hour, f"incidents.{clock}", str(bin_of(seconds))] = 1
    return figures
