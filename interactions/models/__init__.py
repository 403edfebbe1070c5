"""Tables of what happens on the line."""

from interactions.models.alert import Alert, AlertHead
from interactions.models.call import Call, CallEvent, CallState, EndReason
from interactions.models.incident import (
    Dispatch,
    Incident,
    IncidentCounter,
    IncidentEntry,
    IncidentState,
    UnitPosition,
    UnitStatus,
)
from interactions.models.interaction import (
    Category,
    Channel,
    Interaction,
    InteractionState,
    Outcome,
    RegisterCounter,
    Service,
    TimelineEntry,
)
from interactions.models.nuisance import NuisanceKind, NuisanceReport, NuisanceState
from interactions.models.place import WaitingPlace
from interactions.models.rollup import RollupDelta

__all__ = [
    "Alert",
    "AlertHead",
    "Call",
    "CallEvent",
    "CallState",
    "Category",
    "Channel",
    "Dispatch",
    "EndReason",
    "Incident",
    "IncidentCounter",
    "IncidentEntry",
    "IncidentState",
    "Interaction",
    "InteractionState",
    "NuisanceKind",
    "NuisanceReport",
    "NuisanceState",
    "Outcome",
    "RegisterCounter",
    "RollupDelta",
    "Service",
    "TimelineEntry",
    "UnitPosition",
    "UnitStatus",
    "WaitingPlace",
]
