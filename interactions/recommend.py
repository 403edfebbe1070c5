"""Which units to send to a place, with the reasons. Pure: no Django, no clock, no database.

Units are compared by how well their kind fits the category and then by distance in a straight
line. A unit on the road counts where it last said it is, for FRESH_FOR; after that nobody knows,
and it is named apart instead of guessed at. A unit that never reported counts at its station.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

FRESH_FOR = timedelta(minutes=5)
_EARTH_M = 6_371_000

# What each category calls for first (Route in the category tree); patrols and stations come to all.
SPECIALISTS: dict[str, frozenset[str]] = {
    "L01": frozenset({"satlantas"}),
    "L02": frozenset({"satlantas"}),
    "L03": frozenset({"satlantas"}),
    "L09": frozenset({"satlantas"}),
    "L07": frozenset({"samapta", "brimob"}),
    "L08": frozenset({"samapta"}),
    "L13": frozenset({"gegana", "brimob"}),
    "L16": frozenset({"polairud"}),
}
FIRST_AT_HAND = frozenset({"patrol", "patroli", "polsubsektor", "polsek", "spkt"})
STATIONS = frozenset({"polres", "polresta", "polrestabes", "polres_metro"})


@dataclass(frozen=True, slots=True)
class Point:
    """WGS 84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that might be sent; `busy_at` is the number of the incident at which it is out."""

    code: str
    name: str
    kind: str
    station: Point | None
    position: Point | None = None
    position_at: datetime | None = None
    busy_at: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a unit stands where it does: a code, and what it is measured by."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit and why it is recommended, or why it is not; `distance_m` is None if not known."""

    code: str
    name: str
    kind: str
    distance_m: int | None
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Units to send, best first; those that are not, nearest first; and why none, if none."""

    recommended: list[Suggestion]
    not_recommended: list[Suggestion]
    why_none: Reason | None


def distance_m(start: Point, end: Point) -> float:
    """Metres along the great circle (haversine); within 0.6 % of the ellipsoid."""
    lat1, lat2 = math.radians(start.latitude), math.radians(end.latitude)
    half_lat = (lat2 - lat1) / 2
    half_lon = math.radians(end.longitude - start.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * _EARTH_M * math.asin(math.sqrt(min(1.0, chord)))


def recommend(
    candidates: Iterable[Candidate],
    *,
    where: Point | None,
    category: str,
    now: datetime,
    limit: int = 10,
) -> Recommendation:
    """Order units by kind and distance; at most `limit` of each list."""
    wanted, others = [], []
    units = list(candidates)
    for unit in units:
        against = _against(unit, where, now)
        metres = _metres(unit, where)
        if against:
            others.append(Suggestion(unit.code, unit.name, unit.kind, metres, against))
        else:
            reasons = [_kind_reason(unit.kind, category), *_position_reasons(unit, metres, now)]
            wanted.append(Suggestion(unit.code, unit.name, unit.kind, metres, reasons))
    wanted.sort(key=lambda each: (_rank(each.kind, category), each.distance_m or 0, each.code))
    others.sort(key=lambda each: (each.distance_m or math.inf, each.code))
    return Recommendation(wanted[:limit], others[:limit], _why_none(units, wanted, where))


def _rank(kind: str, category: str) -> int:
    if kind in SPECIALISTS.get(category, ()):
        return 0
    if kind in FIRST_AT_HAND:
        return 1
    return 2 if kind in STATIONS else 3


def _kind_reason(kind: str, category: str) -> Reason:
    names = ("kind_is_for_category", "kind_is_first_at_hand", "kind_is_a_station", "kind_is_other")
    return Reason(names[_rank(kind, category)], {"kind": kind, "category": category})


def _position_reasons(unit: Candidate, metres: int | None, now: datetime) -> list[Reason]:
    distance = Reason("distance", {"metres": metres})
    if unit.position_at is None:
        return [distance, Reason("at_its_station")]
    return [distance, Reason("position_is_fresh", {"age_seconds": _age(unit.position_at, now)})]


def _against(unit: Candidate, where: Point | None, now: datetime) -> list[Reason]:
    """Return what speaks against sending a unit without asking."""
    reasons = []
    if unit.busy_at is not None:
        reasons.append(Reason("busy", {"incident": unit.busy_at}))
    if unit.position_at is not None and now - unit.position_at > FRESH_FOR:
        age = _age(unit.position_at, now)
        reasons.append(Reason("position_is_old", {"age_seconds": age}))
    elif unit.position is None and unit.station is None:
        reasons.append(Reason("position_is_not_known"))
    if where is None:
        reasons.append(Reason("place_is_not_known"))
    return reasons


def _age(at: datetime, now: datetime) -> int:
    return int((now - at).total_seconds())


def _metres(unit: Candidate, where: Point | None) -> int | None:
    stands = unit.position or unit.station
    return round(distance_m(stands, where)) if stands and where else None


def _why_none(
    units: list[Candidate], wanted: list[Suggestion], where: Point | None
) -> Reason | None:
    if wanted:
        return None
    if not units:
        return Reason("no_units", {})
    if where is None:
        return Reason("place_is_not_known", {"units": len(units)})
    busy = sum(unit.busy_at is not None for unit in units)
    return Reason("none_is_free", {"units": len(units), "busy": busy, "unknown": len(units) - busy})
