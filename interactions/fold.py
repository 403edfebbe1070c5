"""A call's events → the call. Pure: no Django, no clock, no database.

The events of a call are a set. They are ordered by time, then source, then id, so any order of
arrival and any number of deliveries gives the same call.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

OFFERED, QUEUED, ANSWERED, ENDED = "offered", "queued", "answered", "ended"


@dataclass(frozen=True, slots=True)
class Event:
    """One message from the switch; `type` without its prefix, `time` aware and in UTC."""

    source: str
    id: str
    type: str
    time: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FoldedCall:
    """What the events of a call add up to; the columns of `Call` up to `claimed_by`."""

    state: str = OFFERED
    caller: str | None = None
    dialled: str | None = None
    trunk: str | None = None
    queue: str | None = None
    offered_to: str | None = None
    agent: str | None = None
    offered_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    location: dict[str, Any] | None = None
    transferred_to: dict[str, Any] | None = None
    recordings: tuple[dict[str, Any], ...] = ()
    events: int = 0
    first_event_at: datetime | None = None


def fold_call(events: Iterable[Event]) -> FoldedCall:
    """Fold the events of one call, in any order and with repetitions.

    A call never goes back: an offer or a queue position that comes after the answer changes no
    state, and the first answer and the first end count. The newest location, transfer, agent and
    queue are shown.
    """
    distinct = {(event.source, event.id): event for event in events}
    call = FoldedCall(events=len(distinct))
    for event in sorted(distinct.values(), key=lambda each: (each.time, each.source, each.id)):
        if call.first_event_at is None:
            call = replace(call, first_event_at=event.time)
        call = replace(call, **_CHANGES[event.type](call, event))
    return replace(call, state=_state(call))


def _state(call: FoldedCall) -> str:
    if call.ended_at is not None:
        return ENDED
    if call.answered_at is not None:
        return ANSWERED
    return QUEUED if call.state == QUEUED else OFFERED


def _offered(call: FoldedCall, event: Event) -> dict[str, Any]:
    data = event.data
    return {
        # The first offer says who called; a later one (another queue or agent) where it rings.
        "caller": call.caller or data.get("caller"),
        "dialled": call.dialled or data.get("dialled"),
        "trunk": call.trunk or data.get("trunk"),
        "queue": data.get("queue") or call.queue,
        "offered_to": data.get("agent"),
        "offered_at": call.offered_at or event.time,
    }


def _queued(call: FoldedCall, event: Event) -> dict[str, Any]:
    return {"state": QUEUED, "queue": event.data.get("queue") or call.queue}


def _answered(call: FoldedCall, event: Event) -> dict[str, Any]:
    if call.answered_at is not None:
        return {}
    return {"answered_at": event.time, "agent": event.data.get("agent")}


_BESIDE_THE_POINT = ("civic", "confidence", "positioning")


def _located(call: FoldedCall, event: Event) -> dict[str, Any]:
    data, shown = event.data, call.location
    if data.get("latitude") is None and shown and shown["latitude"] is not None:
        # An address alone is no reason to take the point off the map.
        return {"location": {**shown, "civic": data.get("civic")}}
    location = {name: data.get(name) for name in ("latitude", "longitude", "accuracy_m", "method")}
    more = {name: data[name] for name in _BESIDE_THE_POINT if data.get(name) is not None}
    at = _taken_at(data) or event.time
    return {"location": {**location, **more, "at": at.isoformat()}}


def _taken_at(data: Mapping[str, Any]) -> datetime | None:
    """When the place was found, where its message says so; it may be older than its event."""
    try:
        at = datetime.fromisoformat(data["taken_at"])
    except (KeyError, TypeError, ValueError):
        return None
    return at if at.tzinfo else None


def _transferred(call: FoldedCall, event: Event) -> dict[str, Any]:
    to_agent, to_region = event.data.get("to_agent"), event.data.get("to_region")
    changes: dict[str, Any] = {
        "transferred_to": {"agent": to_agent, "region": to_region, "at": event.time.isoformat()}
    }
    if to_agent:
        changes["agent" if call.answered_at else "offered_to"] = to_agent
    return changes


def _recorded(call: FoldedCall, event: Event) -> dict[str, Any]:
    names = ("uri", "sha256", "duration_s", "media_type")
    recording = {name: event.data.get(name) for name in names}
    return {"recordings": (*call.recordings, recording)}


def _ended(call: FoldedCall, event: Event) -> dict[str, Any]:
    if call.ended_at is not None:
        return {}
    return {"ended_at": event.time, "end_reason": event.data.get("reason")}


_CHANGES = {
    "call.offered": _offered,
    "call.queued": _queued,
    "call.answered": _answered,
    "call.located": _located,
    "call.transferred": _transferred,
    "call.recorded": _recorded,
    "call.ended": _ended,
}
