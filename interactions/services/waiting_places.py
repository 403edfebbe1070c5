"""Places that wait for their call: kept, taken along by its offer, forgotten after ten minutes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Q

from interactions.cloudevents import NewEvent
from interactions.models import CallEvent, WaitingPlace

SOURCE = "/portal/locations"
WAITS_FOR = timedelta(minutes=10)


def event_id_of(digest: str, call_id: str) -> str:
    """Return the id of the event that a message becomes for a call: the same every time."""
    return sha256(f"{digest} {call_id}".encode()).hexdigest()


def located_event(
    digest: str, call_id: str, data: dict[str, Any], received_at: datetime
) -> NewEvent:
    """Make the `call.located` event that a message becomes."""
    return NewEvent(
        source=SOURCE,
        id=event_id_of(digest, call_id),
        type="call.located",
        call=call_id,
        time=received_at,
        data=data,
        extensions={},
    )


def take_waiting_places(events: Sequence[NewEvent], *, now: datetime) -> list[NewEvent]:
    """Take the places that wait for calls which are offered among these events, as events.

    Needs the transaction that keeps the events, with the calls' rows locked. One SQL query if there
    is an offer and nothing waits for it, none without an offer. Of several calls of one caller the
    newest gets the place.
    """
    offers = sorted(
        (event for event in events if event.type == "call.offered"), key=lambda event: event.time
    )
    if not offers:
        return []
    by_caller = {caller: offer.call for offer in offers if (caller := offer.data.get("caller"))}
    by_call = {offer.call for offer in offers}
    rows = list(
        WaitingPlace.objects.select_for_update(skip_locked=True)
        .filter(Q(caller__in=by_caller) | Q(call__in=by_call), received_at__gt=now - WAITS_FOR)
        .order_by("id")
    )
    if not rows:
        return []
    WaitingPlace.objects.filter(id__in=[row.id for row in rows]).delete()
    return _unknown(
        located_event(row.digest, row.call or by_caller[row.caller], row.data, row.received_at)
        for row in rows
    )


def _unknown(events: Iterable[NewEvent]) -> list[NewEvent]:
    """Leave out what the call has already, so that a repeated message gives no second alert."""
    by_id = {event.id: event for event in events}
    known = CallEvent.objects.filter(source=SOURCE, event_id__in=by_id)
    for event_id in known.values_list("event_id", flat=True):
        del by_id[event_id]
    return list(by_id.values())
