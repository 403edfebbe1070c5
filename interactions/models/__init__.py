"""Tables of what happens on the line."""

from interactions.models.alert import Alert, AlertHead
from interactions.models.call import Call, CallEvent, CallState, EndReason
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
    "Interaction",
    "InteractionState",
    "Outcome",
    "RegisterCounter",
    "RollupDelta",
    "Service",
    "TimelineEntry",
]
