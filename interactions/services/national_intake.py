"""The national intake: one endpoint for every switch; each call goes to one region."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from interactions.cloudevents import Envelope
from interactions.services.intake import Delivery, Placed, Taken, record_events, unknown
from interactions.services.national_locations import bring_waiting_places
from regions.context import run_in_region
from regions.errors import DomainError
from regions.jurisdiction import cover_of, jurisdiction_of
from regions.models import AreaCode, CallRoute, EventRoute, Region


class NoRegionTakesIt(DomainError):
    """No place, trunk or area code decides and no region is set as fallback."""

    status = 503
    title = "No region takes this call"


@dataclass(slots=True)
class NationalTaken:
    """What became of a delivery, and which region has which call."""

    accepted: int = 0
    duplicates: int = 0
    regions: dict[str, str] = field(default_factory=dict)


def record_national_events(delivery: Delivery) -> NationalTaken:
    """Send each call of a delivery to its region; all or nothing per region.

    The whole delivery is checked first. Routes are kept before the regions take their part, so that
    a delivery that was cut off goes the same way again: what the first one knew decides.

    Raises:
        Invalid: names every bad item; no region keeps anything.
        NoRegionTakesIt: a call is for nobody; no region keeps anything.
    """
    known, destinations = _keep_routes(delivery)
    bring_waiting_places(delivery.events, destinations)
    parts: dict[str, list[Placed]] = {}
    for each in delivery.events:
        slug = known.get(each.identity) or destinations[each.envelope.source, each.envelope.subject]
        parts.setdefault(slug, []).append(each)
    taken = NationalTaken()
    for slug in sorted(parts):
        part: Taken = run_in_region(slug, record_events, Delivery(parts[slug]))
        taken.accepted += part.accepted
        taken.duplicates += part.duplicates
        taken.regions |= {each.envelope.subject: slug for each in parts[slug]}
    return taken


def _keep_routes(
    delivery: Delivery,
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """Return where known events went, and where each call goes; routes new ones and keeps that."""
    with transaction.atomic():
        known = _event_routes(delivery.events)
        new = unknown(delivery.events, known)
        delivery.check_new(new, now=timezone.now())
        calls = {(each.envelope.source, each.envelope.subject) for each in new}
        routes = _call_routes(calls)
        missing = sorted(calls - routes.keys())
        if missing:
            regions = _Regions()
            CallRoute.objects.bulk_create(
                [
                    CallRoute(
                        source=source, call=call, region=regions.of(_events(new, source, call))
                    )
                    for source, call in missing
                ],
                ignore_conflicts=True,
            )
            routes = _call_routes(calls)
        slugs = {region.slug: region for region in Region.objects.polda()}
        EventRoute.objects.bulk_create(
            [
                EventRoute(
                    source=each.envelope.source,
                    event_id=each.envelope.id,
                    call=each.envelope.subject,
                    region=slugs[routes[each.envelope.source, each.envelope.subject]],
                )
                for each in sorted(new, key=lambda each: each.identity)
            ],
            ignore_conflicts=True,
        )
        # Read again: another delivery of the same event may have been first.
        return _event_routes(delivery.events), routes


def _events(events: Sequence[Placed], source: str, call: str) -> list[Placed]:
    mine = [
        each for each in events if (each.envelope.source, each.envelope.subject) == (source, call)
    ]
    return sorted(mine, key=lambda each: (each.envelope.time, each.envelope.id))


def _event_routes(events: Sequence[Placed]) -> dict[tuple[str, str], str]:
    rows = EventRoute.objects.filter(
        source__in={each.envelope.source for each in events},
        event_id__in={each.envelope.id for each in events},
    ).values_list("source", "event_id", "region__slug")
    return {(source, event_id): slug for source, event_id, slug in rows}


def _call_routes(calls: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    rows = CallRoute.objects.filter(
        source__in={source for source, _ in calls}, call__in={call for _, call in calls}
    ).values_list("source", "call", "region__slug")
    return {(source, call): slug for source, call, slug in rows}


class _Regions:
    """The regions and what leads to each: what they cover, trunks, area codes, the fallback."""

    def __init__(self) -> None:
        self._by_trunk: dict[str, Region] = {}
        self._by_area: dict[str, Region] = {}
        self._fallback: Region | None = None
        regions = list(Region.objects.polda().order_by("pk"))
        self._by_slug = {region.slug: region for region in regions}
        self._cover = cover_of((region.slug, region.covers) for region in regions)
        for region in regions:
            for trunk in region.trunks:
                self._by_trunk[trunk.lower()] = region
            if region.is_fallback:
                self._fallback = region
        for code in AreaCode.objects.select_related("region").filter(region__is_active=True):
            self._by_area[code.prefix] = code.region

    def of(self, events: Sequence[Placed]) -> Region:
        """Return a call's region by what its first delivery tells.

        The newest place in it decides, else an offer's trunk, its area code, the fallback.
        """
        for each in reversed(events):
            region = self._of_place(each.envelope)
            if region is not None:
                return region
        offers = [
            each.envelope.data for each in events if each.envelope.type.endswith(".call.offered")
        ]
        for data in offers:
            region = self._of_trunk(data.get("trunk")) or self._of_area(data.get("caller"))
            if region is not None:
                return region
        if self._fallback is None:
            raise NoRegionTakesIt
        return self._fallback

    def _of_place(self, envelope: Envelope) -> Region | None:
        if not envelope.type.endswith(".call.located"):
            return None
        found = jurisdiction_of(envelope.data["latitude"], envelope.data["longitude"], self._cover)
        return self._by_slug[found.region] if found else None

    def _of_trunk(self, trunk: str | None) -> Region | None:
        """A trunk's own name, or its group: `jabar-2` belongs to `jabar`."""
        if not trunk:
            return None
        name = trunk.lower()
        return self._by_trunk.get(name) or self._by_trunk.get(name.rsplit("-", 1)[0])

    def _of_area(self, caller: str | None) -> Region | None:
        if not caller:
            return None
        lengths = range(len(caller), 3, -1)
        return next(
            (self._by_area[caller[:n]] for n in lengths if caller[:n] in self._by_area), None
        )
