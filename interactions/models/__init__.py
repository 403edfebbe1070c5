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
    "EndReason",
    "Dispatch",
    "Interaction",
    "Incident",
    "IncidentCounter",
    "IncidentEntry",
    "IncidentState",
    "InteractionState",
    "Outcome",
    "RegisterCounter",
    "RollupDelta",
    "Service",
    "TimelineEntry",
    "WaitingPlace",
]
