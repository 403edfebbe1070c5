"""The API of what happens on the line: parse, call, answer."""

from interactions.api.callers import ConfirmNuisance, LiftNuisance, OneCaller, ReportNuisance
from interactions.api.calls import (
    BATCH_TYPE,
    EVENT_TYPE,
    CallEvents,
    Calls,
    ClaimCall,
    EventBatchParser,
    EventParser,
    IntakeReply,
    OneCall,
    delivered,
)
from interactions.api.incidents import (
    CloseIncident,
    DispatchUnit,
    Incidents,
    LinkInteraction,
    OneIncident,
    UnitPositionOf,
    UnitsFor,
    UnitStatusOf,
    UnlinkInteraction,
)
from interactions.api.interactions import (
    ClassifyInteraction,
    CloseInteraction,
    Interactions,
    OneInteraction,
    ReopenInteraction,
    Timeline,
)
from interactions.api.locations import CallLocations
from interactions.api.reading import PhoneField, Place, checked, checked_query, page_of

__all__ = [
    "BATCH_TYPE",
    "EVENT_TYPE",
    "CallEvents",
    "CallLocations",
    "Calls",
    "ClaimCall",
    "ClassifyInteraction",
    "CloseIncident",
    "CloseInteraction",
    "ConfirmNuisance",
    "DispatchUnit",
    "EventBatchParser",
    "EventParser",
    "Incidents",
    "IntakeReply",
    "Interactions",
    "LiftNuisance",
    "LinkInteraction",
    "OneCall",
    "OneCaller",
    "OneIncident",
    "OneInteraction",
    "PhoneField",
    "Place",
    "ReopenInteraction",
    "ReportNuisance",
    "Timeline",
    "UnitPositionOf",
    "UnitStatusOf",
    "UnitsFor",
    "UnlinkInteraction",
    "checked",
    "checked_query",
    "delivered",
    "page_of",
]
