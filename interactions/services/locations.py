"""A caller's place from the network: it becomes an event of their call, or waits for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from typing_extensions import override

from interactions.cloudevents import Envelope, NewEvent
from interactions.models import Call, CallEvent, WaitingPlace
from interactions.places import Place
from interactions.services.intake import Delivery, Placed, record_events
from interactions.services.waiting_places import (
    SOURCE,
    WAITS_FOR,
    event_id_of,
    located_event,
)

STAYS_OPEN_FOR = timedelta(hours=4)
_NEWEST_CALLS = 10


@dataclass(frozen=True, slots=True)
class Message:
    """A place and whose it is: the call that the sender named, or else the caller's number.

    `digest` is that of the message as it came: the same message is never told twice of one call.
    `data` is that of the `call.located` event which it becomes.
    """

    digest: str
    call: str | None
    caller: str | None
    data: dict[str, Any]
    received_at: datetime


def message_of(
    place: Place, *, digest: str, call: str | None, caller: str | None, now: datetime
) -> Message:
    """Make a message; a named call goes before a number."""
    data = {
        "latitude": place.latitude,
        "longitude": place.longitude,
        "accuracy_m": place.accuracy_m,
        "method": place.method,
        "confidence": place.confidence,
        "positioning": place.positioning,
        "civic": place.civic,
        "taken_at": (place.at or now).isoformat(),
    }
    return Message(digest, call, None if call else caller, data, now)


def receive_place(message: Message) -> str | None:
    """Attach a place to its call and return the call's id; None where it waits for its call.

    The call is the one that was named, else the caller's: see `call_of`. Either way the place is on
    disk when this returns.
    """
    now = timezone.now()
    call_id = call_of(message, now=now)
    if call_id is None:
        let_wait(message)
        # The call may have come between the question and the row, and not have seen the row.
        call_id = call_of(message, now=now)
    if call_id is not None:
        attach_place(message, call_id)
    return call_id


def call_of(message: Message, *, now: datetime) -> str | None:
    """Return the id of the call that a place belongs to, if it is there.

    Of a caller's calls it is the one that has this very message already; else the newest that is
    open and of which something came within four hours; else the newest that ended, if its last
    event came within ten minutes. All times are those of receipt, since switches' clocks differ.
    """
    if message.call is not None:
        return message.call if Call.objects.filter(id=message.call).exists() else None
    of_caller = Call.objects.filter(caller=message.caller).order_by("-first_event_at", "-id")
    calls = list(of_caller[:_NEWEST_CALLS])
    if not calls:
        return None
    events = CallEvent.objects.filter(call__in=calls)
    ids = [event_id_of(message.digest, call.id) for call in calls]
    known = events.filter(source=SOURCE, event_id__in=ids).values_list("call_id", flat=True)
    heard_at = dict(events.order_by().values_list("call_id").annotate(Max("received_at")))
    heard = [(call, heard_at[call.id]) for call in calls if call.id in heard_at]
    open_calls = [call.id for call, at in heard if not call.ended_at and at > now - STAYS_OPEN_FOR]
    just_ended = [call.id for call, at in heard if call.ended_at and at > now - WAITS_FOR]
    return next(iter([*known, *open_calls, *just_ended]), None)


def attach_place(message: Message, call_id: str) -> None:
    """Tell a place as an event of a call, once, and take it off the waiting ones."""
    event = located_event(message.digest, call_id, message.data, message.received_at)
    envelope = Envelope.model_construct(
        specversion="1.0",
        id=event.id,
        source=event.source,
        type=event.type,
        subject=event.call,
        time=event.time,
        data=event.data,
    )
    record_events(_OwnDelivery([Placed(envelope, "#")], own=event))
    _waiting(message).delete()


@dataclass(frozen=True, slots=True)
class _OwnDelivery(Delivery):
    """A delivery of one event that this portal made itself: there is nothing to check."""

    own: NewEvent | None = None

    @override
    def check_new(self, new: Iterable[Placed], *, now: datetime) -> list[NewEvent]:
        return [self.own] if self.own and list(new) else []


def let_wait(message: Message, *, is_national: bool = False) -> None:
    """Keep a place until its call is offered; a repeated message waits once, from the first."""
    waiting = WaitingPlace(
        digest=message.digest,
        call=message.call,
        caller=message.caller,
        data=message.data,
        received_at=message.received_at,
        is_national=is_national,
    )
    WaitingPlace.objects.bulk_create([waiting], ignore_conflicts=True)


def _waiting(message: Message) -> QuerySet[WaitingPlace]:
    return WaitingPlace.objects.filter(
        digest=message.digest, call=message.call, caller=message.caller
    )


def waiting_message(row: WaitingPlace) -> Message:
    """Return the message that a row keeps."""
    return Message(row.digest, row.call, row.caller, row.data, row.received_at)
