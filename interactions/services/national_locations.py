"""Places that come to the national intake: to the region which has the call, and nowhere else.

No number is kept in the public schema. A place whose call is not there yet waits in the fallback
region, which gets the calls that nothing else decides; the call's offer takes it along to wherever
the call goes.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from interactions.models import WaitingPlace
from interactions.services.intake import Placed
from interactions.services.locations import (
    Message,
    attach_place,
    call_of,
    let_wait,
    receive_place,
    waiting_message,
)
from interactions.services.waiting_places import WAITS_FOR
from regions.context import current_region, run_in_region
from regions.errors import DomainError
from regions.models import CallRoute, Region

_RECENT = timedelta(hours=4)


class NobodyKeepsIt(DomainError):
    """The call is not there, and without a fallback region there is nowhere to wait."""

    status = 503
    title = "No region can keep this place"


def receive_national_place(message: Message) -> tuple[str | None, str | None]:
    """Attach a place to its call, whichever region has it; returns the call's id and the region.

    Both are None where the place waits for its call.

    Raises:
        NobodyKeepsIt: it would have to wait, and no region is set as fallback.
    """
    region = _region_with_call(message)
    if region is not None:
        return run_in_region(region, receive_place, message), region
    fallback = _fallback()
    if fallback is None:
        raise NobodyKeepsIt
    run_in_region(fallback, let_wait, message, is_national=True)
    return None, None


def _region_with_call(message: Message) -> str | None:
    """Find the region of a call by its route, or of a caller by asking each; recent ones first."""
    now = timezone.now()
    if message.call is not None:
        route = CallRoute.objects.filter(call=message.call, region__is_active=True)
        newest = route.order_by("-routed_at").values_list("region__slug", flat=True).first()
        there = newest and run_in_region(newest, call_of, message, now=now)
        return newest if there else None
    routed = CallRoute.objects.filter(routed_at__gt=now - _RECENT).order_by("-routed_at")
    recent = list(dict.fromkeys(routed.values_list("region__slug", flat=True)[:1000]))
    open_regions = list(Region.objects.polda().order_by("pk").values_list("slug", flat=True))
    ordered = sorted(
        open_regions, key=lambda slug: recent.index(slug) if slug in recent else len(recent)
    )
    return next((slug for slug in ordered if run_in_region(slug, call_of, message, now=now)), None)


def _fallback() -> str | None:
    fallback = Region.objects.polda().filter(is_fallback=True)
    return fallback.values_list("slug", flat=True).first()


def bring_waiting_places(events: Iterable[Placed], regions: Mapping[tuple[str, str], str]) -> None:
    """Move the places that wait for calls offered here to where each call goes, before it does.

    `regions` says where the calls of new events go, by source and call. One look into the fallback
    region if there is an offer.
    """
    by_caller: dict[str, str] = {}
    by_call: dict[str, str] = {}
    for each in events:
        slug = regions.get((each.envelope.source, each.envelope.subject))
        if slug and each.envelope.type.endswith(".call.offered"):
            by_call[each.envelope.subject] = slug
            by_caller |= dict.fromkeys(_callers(each.envelope.data), slug)
    fallback = _fallback() if by_call else None
    if fallback is None:
        return
    with transaction.atomic():
        for row in run_in_region(fallback, _national_ones, list(by_caller), list(by_call)):
            slug = by_call.get(row.call or "") or by_caller.get(row.caller or "") or fallback
            if slug != fallback:
                run_in_region(slug, let_wait, waiting_message(row))
                run_in_region(fallback, _remove, row.pk)


def _callers(data: Any) -> list[str]:
    """The number of an offer; what is a duplicate may have any data."""
    caller = data.get("caller") if isinstance(data, dict) else None
    return [caller] if isinstance(caller, str) else []


def _national_ones(callers: list[str], calls: list[str]) -> list[WaitingPlace]:
    waiting = WaitingPlace.objects.filter(
        is_national=True, received_at__gt=timezone.now() - WAITS_FOR
    )
    return list(waiting.filter(Q(caller__in=callers) | Q(call__in=calls)).order_by("pk"))


def _remove(pk: int) -> None:
    WaitingPlace.objects.filter(pk=pk).delete()


def sweep_waiting_places() -> None:
    """Look at this region's waiting places again, and forget those that waited ten minutes.

    For the call that came in the same moment as its place, so that neither saw the other, and for
    the call that came to its region directly while its place came to the national intake. One SQL
    query where nothing waits. May run twice or next to itself.
    """
    now = timezone.now()
    rows = list(WaitingPlace.objects.order_by("pk")[:500])
    for row in rows:
        message = waiting_message(row)
        if row.received_at <= now - WAITS_FOR:
            _remove(row.pk)
            continue
        call_id = call_of(message, now=now)
        if call_id is not None:
            attach_place(message, call_id)
        elif row.is_national:
            _send_on(row, message)


def _send_on(row: WaitingPlace, message: Message) -> None:
    region = _region_with_call(message)
    if region is not None and region != current_region().slug:
        run_in_region(region, receive_place, message)
        _remove(row.pk)
