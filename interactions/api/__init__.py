"""The API of what happens on the line: parse, call, answer."""

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
from interactions.api.interactions import (
    ClassifyInteraction,
    CloseInteraction,
    Interactions,
    OneInteraction,
    ReopenInteraction,
    Timeline,
)
from interactions.api.reading import PhoneField, Place, checked, checked_query, page_of

__all__ = [
    "BATCH_TYPE",
    "EVENT_TYPE",
    "CallEvents",
    "Calls",
    "ClaimCall",
    "ClassifyInteraction",
    "CloseInteraction",
    "EventBatchParser",
    "EventParser",
    "IntakeReply",
    "Interactions",
    "OneCall",
    "OneInteraction",
    "PhoneField",
    "Place",
    "ReopenInteraction",
    "Timeline",
    "checked",
    "checked_query",
    "delivered",
    "page_of",
]
