"""What pages read beyond what one app offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from interactions import queries
from interactions.errors import InteractionNotFound
from interactions.models import CallEvent, Category, Interaction, TimelineEntry
from interactions.queries import WaitingCall
from regions.context import current_region
from regions.models import Region
from regions.people.models import ServiceKey, Unit, User
from regions.people.queries import keys, people


@dataclass(frozen=True, slots=True)
class Queue:
    """Who waits, and the call that this person should take next."""

    waiting: list[WaitingCall]
    offer: WaitingCall | None
    as_of: datetime


def queue_for(person: User, *, now: datetime) -> Queue:
    """Return the calls that wait, longest first, and the first one that rings here; one query."""
    waiting = queries.waiting_calls(now=now)
    here = {None, person.username, person.extension or person.username}
    offer = next((call for call in waiting if call.offered_to in here), None)
    return Queue(waiting, offer, now)


def interaction(interaction_id: UUID) -> Interaction:
    """Return an interaction with its call, agent and category; one query.

    Raises:
        InteractionNotFound: this region has no such interaction.
    """
    found = queries.interactions().filter(id=interaction_id).first()
    if found is None:
        raise InteractionNotFound
    return found


def earlier_interactions(of: Interaction, *, limit: int = 5) -> Sequence[Interaction]:
    """Return what the same caller had with us before, newest first; one query by index."""
    if of.caller is None:
        return []
    earlier = queries.interactions().filter(caller=of.caller, opened_at__lt=of.opened_at)
    return list(earlier[:limit])


def timeline(of: Interaction, *, limit: int = 30) -> Sequence[TimelineEntry]:
    """Return the latest that happened to an interaction, oldest first; one query by index."""
    return list(of.timeline.order_by("-id")[:limit])[::-1]


def all_categories() -> list[Category]:
    """Return every active category with the groups, by code; one query."""
    return list(Category.objects.filter(is_active=True).order_by("code"))


@dataclass(frozen=True, slots=True)
class Overview:
    """A region as its IT head sees it."""

    region: Region
    people: Sequence[User]
    keys: Sequence[ServiceKey]
    units: int
    last_event_at: datetime | None


def overview() -> Overview:
    """Return the region's host, people, keys and when its switch was last heard; four queries."""
    newest = CallEvent.objects.order_by("-id").values_list("received_at", flat=True).first()
    return Overview(
        region=current_region(),
        people=people(),
        keys=keys(),
        units=Unit.objects.filter(is_active=True).count(),
        last_event_at=newest,
    )
