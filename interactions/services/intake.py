"""Intake: events of the switch, each kept once, folded into their calls and told as alerts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from interactions.cloudevents import (
    Envelope,
    NewEvent,
    Problems,
    read_envelope,
    read_event,
)
from interactions.figures import Figures, call_figures
from interactions.fold import Event, FoldedCall, fold_call
from interactions.models import Call, CallEvent, Interaction
from interactions.queries import call_document
from interactions.services.alerts import NewAlert, append_alerts
from interactions.services.claim import open_interactions_for
from interactions.services.jurisdiction import judge_locations
from interactions.services.rollups import append_deltas
from interactions.services.waiting_places import take_waiting_places
from regions.context import current_region
from regions.errors import Invalid
from regions.metrics import CALL_EVENTS
from regions.people.access import AT_THE_DESK
from regions.people.models import User

_WRITTEN = [
    *(column.name for column in fields(FoldedCall)),
    "jurisdiction",
    "claimed_by",
    "claimed_at",
]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery."""

    accepted: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A readable envelope and where it stands in the body, for refusals that point at it."""

    envelope: Envelope
    pointer: str

    @property
    def identity(self) -> tuple[str, str]:
        return self.envelope.source, self.envelope.id


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one request brought: readable envelopes, and what is wrong with the other items.

    One wrong item refuses the whole delivery, but only after the right ones' data was checked too,
    so that the refusal names every bad item at once.
    """

    events: Sequence[Placed]
    problems: Problems = field(default_factory=list)

    def check_new(self, new: Iterable[Placed], *, now: datetime) -> list[NewEvent]:
        """Check type, time and data of the events that are not known yet.

        Raises:
            Invalid: names every bad item of the delivery.
        """
        events: list[NewEvent] = []
        problems = list(self.problems)
        for each in new:
            event, wrong = read_event(each.envelope, each.pointer, now)
            problems += wrong
            if event is not None:
                events.append(event)
        if problems:
            raise Invalid(sorted(problems, key=_place_in_body))
        return events


def _place_in_body(problem: dict[str, str]) -> int:
    index = problem["pointer"].split("/")[1:2]
    return int(index[0]) if index and index[0].isdigit() else 0


def read_delivery(items: Sequence[Any], *, pointers: Sequence[str]) -> Delivery:
    """Check what every event must have, of all items; `pointers` say where each stands."""
    placed: list[Placed] = []
    problems: Problems = []
    for item, pointer in zip(items, pointers, strict=True):
        envelope, wrong = read_envelope(item, pointer)
        problems += wrong
        if envelope is not None:
            placed.append(Placed(envelope, pointer))
    return Delivery(placed, problems)


def unknown(events: Sequence[Placed], known: Collection[tuple[str, str]]) -> list[Placed]:
    """Return the events whose identity is not known, each once, in the order of the body."""
    first: dict[tuple[str, str], Placed] = {}
    for each in events:
        if each.identity not in known:
            first.setdefault(each.identity, each)
    return list(first.values())


@transaction.atomic(durable=True)
def record_events(delivery: Delivery) -> Taken:
    """Keep a delivery, all or nothing, and fold it into its calls; one alert per new event.

    An event whose source and id are known is a duplicate, whatever else it says. The calls are
    locked in the order of their ids, so that deliveries for the same call wait for each other; the
    region's alert counter comes last. The number of queries depends on neither the batch nor the
    history.

    Raises:
        Invalid: names every bad item; nothing is kept.
    """
    now = timezone.now()
    calls = _lock_calls({each.envelope.subject for each in delivery.events})
    events = _new_events(delivery, now)
    if not events:
        transaction.set_rollback(True)  # a call row without an event is nobody's
        return Taken(accepted=0, duplicates=len(delivery.events))
    accepted = len(events)
    events += take_waiting_places(events, now=now)
    CallEvent.objects.bulk_create(
        CallEvent(
            source=event.source,
            event_id=event.id,
            type=event.type,
            call_id=event.call,
            time=event.time,
            data=event.data,
            extensions=event.extensions,
            received_at=now,
        )
        for event in events
    )
    touched = [calls[call_id] for call_id in sorted({event.call for event in events})]
    interactions = _interactions_of(touched)
    before = _figures(touched, interactions)
    people = _fold(touched, events)
    interactions |= _claim_answered(touched, people, now)
    Call.objects.bulk_create(
        touched, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN
    )
    append_deltas(before=before, after=_figures(touched, interactions))
    append_alerts(
        [
            NewAlert(event.type, {"call": _document(calls[event.call], interactions)})
            for event in events
        ],
        at=now,
    )
    _forget_calls_without_events(calls, events)
    region = current_region().slug
    transaction.on_commit(lambda: CALL_EVENTS.labels(region, "accepted").inc(accepted))
    return Taken(accepted=accepted, duplicates=len(delivery.events) - accepted)


def _lock_calls(ids: Iterable[str]) -> dict[str, Call]:
    ordered = sorted(ids)
    Call.objects.bulk_create([Call(id=each) for each in ordered], ignore_conflicts=True)
    # Without joins: a joined row would be as it was before we waited for the lock.
    rows = Call.objects.select_for_update().filter(id__in=ordered).order_by("id")
    return {call.id: call for call in rows}


def _interactions_of(calls: Iterable[Call]) -> dict[str | None, Interaction]:
    """Return the interactions of locked calls; only claimed ones have any and cost a query."""
    claimed = {call.id: call for call in calls if call.claimed_by_id is not None}
    if not claimed:
        return {}
    rows = Interaction.objects.filter(call__in=claimed).select_related("call__claimed_by")
    interactions = {each.call_id: each for each in rows}
    for interaction in interactions.values():
        if interaction.call is not None:
            claimed[interaction.call.id].claimed_by = interaction.call.claimed_by
    return interactions


def _new_events(delivery: Delivery, now: datetime) -> list[NewEvent]:
    known = set(
        CallEvent.objects.filter(
            source__in={each.envelope.source for each in delivery.events},
            event_id__in={each.envelope.id for each in delivery.events},
        ).values_list("source", "event_id")
    )
    events = delivery.check_new(unknown(delivery.events, known), now=now)
    # In one order everywhere, so that two deliveries with the same events cannot lock crosswise.
    return sorted(events, key=lambda event: (event.source, event.id))


def _fold(calls: Sequence[Call], events: Sequence[NewEvent]) -> list[User]:
    """Set the folded columns of the calls from all their events; returns the agents they name."""
    of_call: dict[str, list[Event]] = {call.id: [] for call in calls}
    for new in events:
        of_call[new.call].append(Event(new.source, new.id, new.type, new.time, new.data))
    earlier = [call.id for call in calls if call.events]
    if earlier:
        rows = CallEvent.objects.filter(call__in=earlier).values_list(
            "call_id", "source", "event_id", "type", "time", "data"
        )
        for call_id, *event in rows:
            of_call[call_id].append(Event(*event))
    folded = [fold_call(of_call[call.id]) for call in calls]
    people = _people({name for each in folded for name in (each.agent, each.offered_to)})
    usernames = _usernames(people)
    moved = [
        call for call, result in zip(calls, folded, strict=True) if call.location != result.location
    ]
    for call, result in zip(calls, folded, strict=True):
        for column in fields(result):
            setattr(call, column.name, getattr(result, column.name))
        call.recordings = list(result.recordings)
        call.agent = usernames.get(result.agent, result.agent)
        call.offered_to = usernames.get(result.offered_to, result.offered_to)
    judge_locations(moved)
    return people


def _people(names: set[str | None]) -> list[User]:
    """Find those whom the switch names, by username or extension."""
    known = names - {None}
    if not known:
        return []
    return list(User.objects.filter(Q(username__in=known) | Q(extension__in=known)))


def _usernames(people: Iterable[User]) -> dict[str | None, str]:
    """Map what the switch calls an agent, username or extension, to the username."""
    by_extension: dict[str | None, str] = {
        each.extension: each.username for each in people if each.extension
    }
    return by_extension | {each.username: each.username for each in people}


def _claim_answered(
    calls: Sequence[Call], people: Iterable[User], now: datetime
) -> dict[str | None, Interaction]:
    """Claim each answered call for the agent who answered, unless another has it already."""
    agents: dict[str | None, User] = {
        each.username: each for each in people if each.role in AT_THE_DESK
    }
    unclaimed = (call for call in calls if call.claimed_by_id is None)
    won = [(call, agents[call.agent]) for call in unclaimed if call.agent in agents]
    for call, agent in won:
        call.claimed_by, call.claimed_at = agent, now
    opened = open_interactions_for(won, now=now)
    return {each.call_id: each for each in opened}


def _figures(calls: Iterable[Call], interactions: dict[str | None, Interaction]) -> Figures:
    figures: Figures = Figures()
    for call in calls:
        figures.update(call_figures(call, interactions.get(call.id)))
    return figures


def _document(call: Call, interactions: dict[str | None, Interaction]) -> dict[str, Any]:
    interaction = interactions.get(call.id)
    return call_document(
        call,
        interaction_id=interaction and interaction.id,
        claimed_by=call.claimed_by.username if call.claimed_by else None,
    )


def _forget_calls_without_events(calls: dict[str, Call], events: Sequence[NewEvent]) -> None:
    """Take back the rows of calls that only a duplicate named."""
    idle = calls.keys() - {event.call for event in events}
    if idle:
        Call.objects.filter(id__in=idle, events=0).delete()
