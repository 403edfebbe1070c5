"""Whose place it is: the Polda and the Polres of a call's location."""

from collections.abc import Iterable
from typing import Any

from interactions.models import Call
from regions.context import current_region
from regions.jurisdiction import Jurisdiction, current_cover, jurisdiction_of, metres_between
from regions.people.models import Unit


def judge_locations(calls: Iterable[Call]) -> None:
    """Set `jurisdiction` of calls whose location has just been set; the caller saves them.

    Two SQL queries where there are coordinates, none otherwise. Kept with the call, so that lists
    and alerts ask nothing, and so that it says who was in charge when the place came.
    """
    located = [call for call in calls if _point(call)]
    if not located:
        return
    cover = current_cover()
    found = {call.id: jurisdiction_of(*point, cover) for call in located if (point := _point(call))}
    own = current_region().slug
    codes = {each.polres.code for each in found.values() if each and each.region == own}
    units = Unit.objects.in_bulk(codes) if codes else {}
    for call in located:
        judged, point = found[call.id], _point(call)
        call.jurisdiction = (
            _document(
                judged, point, units.get(judged.polres.code) if judged.region == own else None
            )
            if judged and point
            else None
        )


def _point(call: Call) -> tuple[float, float] | None:
    location = call.location or {}
    latitude, longitude = location.get("latitude"), location.get("longitude")
    return (latitude, longitude) if latitude is not None and longitude is not None else None


def _document(
    judged: Jurisdiction, point: tuple[float, float], unit: Unit | None
) -> dict[str, Any]:
    """The region's own entry of its Polres counts before the reference data."""
    code, name = judged.polres.code, judged.polres.name
    place: tuple[float, float] = (judged.polres.latitude, judged.polres.longitude)
    if unit is not None:
        name = unit.name
        if unit.latitude is not None and unit.longitude is not None:
            place = (unit.latitude, unit.longitude)
    distance_m = round(metres_between(point, place))
    return {
        "region": judged.region,
        "unit": {"code": code, "name": name, "distance_m": distance_m},
    }
