"""The shapes of RFC 5491 → a point and the radius of a circle around all of the shape. Pure.

Heights are dropped: a ball is its circle, a prism its base. Points are (latitude, longitude).
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from interactions.places.place import coordinate, number, positive, wrong

_METRES_PER_DEGREE = 111_195.0
_METRES = {"9001": 1.0, "9002": 0.3048, "9036": 1000.0}
_DEGREES = {"9102": 1.0, "9101": math.degrees(1)}
_MOST_CORNERS = 5_000

Point = tuple[float, float]


class Circle(NamedTuple):
    latitude: float
    longitude: float
    radius_m: float | None


def name_of(element: Element) -> str:
    """Return an element's name without its namespace: GML has had several."""
    return element.tag.rpartition("}")[2]


def read_shape(element: Element) -> Circle | None:
    """Return a shape's circle; None where the element is none of the known shapes.

    Raises:
        Invalid: it is one, but its numbers, units or reference system are not.
    """
    reader = _READERS.get(name_of(element))
    return reader(element, _frame(element)) if reader else None


class _Frame(NamedTuple):
    """In which order the coordinates stand, and how many make a point."""

    longitude_first: bool
    dimensions: int


def _frame(element: Element) -> _Frame:
    """Check that the coordinates are WGS 84."""
    names = {each.get("srsName") for each in element.iter()} - {None, ""}
    systems = {re.split(r"[:/#]", str(name))[-1].upper() for name in names}
    if systems <= {"4326", "4979"}:
        return _Frame(longitude_first=False, dimensions=3 if "4979" in systems else 2)
    if systems == {"CRS84"}:
        return _Frame(longitude_first=True, dimensions=2)
    raise wrong("srsName", "must be WGS 84: EPSG 4326 or 4979")


def _point(element: Element, frame: _Frame) -> Circle:
    return Circle(*_position(element, frame), None)


def _circle(element: Element, frame: _Frame) -> Circle:
    return Circle(*_position(element, frame), positive(_length(element, "radius")))


def _ellipse(element: Element, frame: _Frame) -> Circle:
    major = max(_length(element, "semiMajorAxis"), _length(element, "semiMinorAxis"))
    return Circle(*_position(element, frame), positive(major))


def _arc_band(element: Element, frame: _Frame) -> Circle:
    """The centre of gravity of the band, and the circle that holds its four corners."""
    center = _position(element, frame)
    inner, outer = _length(element, "innerRadius"), _length(element, "outerRadius")
    if not 0 <= inner < outer:
        raise wrong("outerRadius", "must be larger than innerRadius")
    start = _measure(element, "startAngle", _DEGREES)
    opening = abs(_measure(element, "openingAngle", _DEGREES))
    if opening >= 360 or opening == 0:
        return Circle(*center, positive(outer))
    half = math.radians(opening / 2)
    middle = (
        2 * math.sin(half) / (3 * half) * (outer**2 + outer * inner + inner**2) / (outer + inner)
    )
    # On the axis behind the centre, the far point of a wide band lies on the outer arc itself.
    reach = max(
        math.sqrt(max(0.0, side**2 + middle**2 - 2 * side * middle * math.cos(half)))
        for side in (inner, outer)
    )
    reach = max(reach, outer - middle)
    bearing = math.radians(start + opening / 2)
    return Circle(*_moved(center, middle * math.cos(bearing), middle * math.sin(bearing)), reach)


def _polygon(element: Element, frame: _Frame) -> Circle:
    corners = _corners(element, frame)
    if len(corners) < 3:
        raise wrong(name_of(element), "must have three corners at least")
    latitude, longitude = corners[0]
    north = _METRES_PER_DEGREE
    east = _METRES_PER_DEGREE * max(math.cos(math.radians(latitude)), 1e-6)
    plane = [
        # The short way round, so that a polygon may lie across the 180th meridian.
        ((lat - latitude) * north, ((lon - longitude + 180) % 360 - 180) * east)
        for lat, lon in corners
    ]
    center = _center(plane)
    reach = max(math.dist(center, corner) for corner in plane)
    return Circle(*_moved(corners[0], *center), positive(reach))


def _center(plane: Sequence[Point]) -> Point:
    """The centre of gravity; of a polygon without an area the mean of its corners."""
    twice_area = north = east = 0.0
    for (a, b), (c, d) in zip(plane, [*plane[1:], plane[0]], strict=True):
        cross = a * d - c * b
        twice_area += cross
        north += (a + c) * cross
        east += (b + d) * cross
    reach = max(abs(value) for corner in plane for value in corner)
    if abs(twice_area) > 1e-9 * reach**2:
        center = north / (3 * twice_area), east / (3 * twice_area)
        if max(map(abs, center)) <= 2 * reach:
            return center
    count = len(plane)
    return sum(each[0] for each in plane) / count, sum(each[1] for each in plane) / count


def _moved(start: Point, north_m: float, east_m: float) -> Point:
    latitude = max(-90.0, min(90.0, start[0] + north_m / _METRES_PER_DEGREE))
    width = _METRES_PER_DEGREE * max(math.cos(math.radians(start[0])), 1e-6)
    longitude = (start[1] + east_m / width + 180) % 360 - 180
    return round(latitude, 7), round(longitude, 7)


def _position(element: Element, frame: _Frame) -> Point:
    return _first(element, _positions(element, frame))


def _first(element: Element, points: Sequence[Point]) -> Point:
    if not points:
        raise wrong(f"{name_of(element)}/pos", "must be a latitude and a longitude")
    return points[0]


def _corners(element: Element, frame: _Frame) -> list[Point]:
    """The corners of the outer ring; holes are passed over."""
    ring = next((each for each in element.iter() if name_of(each) == "LinearRing"), element)
    corners = _positions(ring, frame)
    return corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners


def _positions(element: Element, frame: _Frame) -> list[Point]:
    points: list[Point] = []
    for each in element.iter():
        name, words = name_of(each), (each.text or "").split()
        if name == "pos":
            points.append(_pair(words[:2]))
        elif name == "posList":
            size = _dimensions(each, len(words), frame)
            points += [_pair(words[i : i + 2]) for i in range(0, len(words), size)]
        elif name == "coordinates":
            points += _old_coordinates(words)
        if len(points) > _MOST_CORNERS:
            raise wrong(name, f"must have at most {_MOST_CORNERS} points")
    ordered = [(b, a) for a, b in points] if frame.longitude_first else points
    if any(abs(latitude) > 90 for latitude, _ in ordered):
        raise wrong("pos", "must be a latitude from -90 to 90, then a longitude")
    return ordered


def _dimensions(element: Element, count: int, frame: _Frame) -> int:
    stated = element.get("srsDimension")
    if stated in {"2", "3"}:
        return int(stated)
    return frame.dimensions if count % frame.dimensions == 0 else 2


def _pair(words: Sequence[str]) -> Point:
    latitude, longitude = [*words, "", ""][:2]
    return coordinate(latitude, "pos", 180), coordinate(longitude, "pos", 180)


_SEXAGESIMAL = re.compile(
    r"(\d{1,3}):(\d{1,2})(?::(\d{1,2}(?:\.\d{1,10})?))?([NSEWnsew])", re.ASCII
)


def _old_coordinates(words: Sequence[str]) -> list[Point]:
    """The `coordinates` of older documents: `37:46:30N 122:25:10W`, or `37.7,-122.4`."""
    if len(words) == 2 and all(_SEXAGESIMAL.fullmatch(each) for each in words):
        return [(_degrees(words[0]), _degrees(words[1]))]
    return [_pair(each.split(",")[:2]) for each in words]


def _degrees(text: str) -> float:
    match = _SEXAGESIMAL.fullmatch(text)
    degrees, minutes, seconds, side = match.groups() if match else ("", "", "", "")
    value = float(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600
    return coordinate(f"{-value if side in 'SWsw' else value:.9f}", "coordinates", 180)


def _length(element: Element, name: str) -> float:
    value = _measure(element, name, _METRES)
    if value < 0 or value > 1e8:
        raise wrong(name, "must be a length")
    return value


def _measure(element: Element, name: str, units: dict[str, float]) -> float:
    child = next((each for each in element.iter() if name_of(each) == name), None)
    value = number(child.text) if child is not None else None
    if child is None or value is None:
        raise wrong(name, "must be a number")
    unit = child.get("uom")
    factor = next(iter(units.values())) if not unit else units.get(re.split(r"[:/#]", unit)[-1])
    if factor is None:
        raise wrong(f"{name}/uom", f"must be one of EPSG {', '.join(units)}")
    return value * factor


_READERS: dict[str, Callable[[Element, _Frame], Circle]] = {
    "Point": _point,
    "Circle": _circle,
    "Sphere": _circle,
    "Ellipse": _ellipse,
    "Ellipsoid": _ellipse,
    "ArcBand": _arc_band,
    "Polygon": _polygon,
    "Surface": _polygon,
    "Prism": _polygon,
}
