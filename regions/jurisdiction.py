"""Which Polda and Polres a point on the map belongs to: offline, in memory, under a millisecond.

Districts that answer to another Polda than their regency come first, then regencies; off the coast
the nearest of them within COAST_LIMIT_M. Which Polda has a regency is what regions say they cover
(`Region.covers`), so a change counts from the next question on.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
import orjson
import shapely
from django.conf import settings

from regions.models import Region
from regions.services.regions import reference

COAST_LIMIT_M = 5_000  # a harbour's roads, but not across the Strait of Singapore
_BORDER_M = 300  # borders are simplified: a district's and its regency's lie this far apart
_METRES_PER_DEGREE = 111_195.0
_EARTH_RADIUS_M = 6_371_008.8
_DIVIDED_RATIO = 0.9


@dataclass(frozen=True, slots=True)
class Cover:
    """Which regions there are, and the slug of the one that covers each Kemendagri code."""

    regions: frozenset[str]
    by_code: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Polres:
    """A police resort of the reference data; `code` is its regency's and its unit's."""

    code: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Area:
    """A regency, or a district whose Polda is told apart from its regency's."""

    code: str
    regency: str
    polres: Polres
    polda: str | None = None

    def region(self, cover: Cover) -> str | None:
        """Return the slug of the region in charge.

        A district that a region covers by its own code goes there, else to the Polda of the
        reference data.
        """
        known = cover.by_code.get(self.code, self.polda)
        return known if known in cover.regions else None


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Who is in charge of a place: the region's slug and the Polres of the reference data."""

    region: str
    polres: Polres


def jurisdiction_of(latitude: float, longitude: float, cover: Cover) -> Jurisdiction | None:
    """Return who is in charge of a point; None abroad, at sea, and where no region covers."""
    area = area_map().area_at(latitude, longitude)
    region = area.region(cover) if area else None
    return Jurisdiction(region, area.polres) if area and region else None


def current_cover() -> Cover:
    """Return what regions cover now; one SQL query."""
    return cover_of(Region.objects.polda().order_by("pk").values_list("slug", "covers"))


def cover_of(regions: Iterable[tuple[str, list[str]]]) -> Cover:
    """Return who covers what; where two regions name the same code, the first keeps it."""
    slugs: list[str] = []
    by_code: dict[str, str] = {}
    for slug, codes in regions:
        slugs.append(slug)
        for code in codes:
            by_code.setdefault(code, slug)
    return Cover(frozenset(slugs), by_code)


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two points (latitude, longitude) over the globe."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, point)) for point in (a, b))
    chord = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


class _Layer:
    """Areas that do not overlap, cut into single polygons for the search."""

    def __init__(self, areas: list[Area], shapes: Iterable[Any]) -> None:
        self.areas = areas
        self._parts, self._owner = shapely.get_parts(np.array(list(shapes)), return_index=True)
        shapely.prepare(self._parts)
        self._tree = shapely.STRtree(self._parts)

    def holding(self, point: Any) -> Area | None:
        found = self._tree.query(point, predicate="intersects")
        return self.areas[self._owner[found].min()] if len(found) else None

    def nearest(self, point: Any, limit_m: float) -> tuple[float, Area] | None:
        """Return the nearest area and how far away it is, if that is within the limit."""
        # Longitudes are narrower than latitudes, by two per cent at most in Indonesia.
        reach = 1.05 * limit_m / _METRES_PER_DEGREE
        found = self._tree.query_nearest(point, max_distance=reach, all_matches=False)
        if not len(found):
            return None
        _, edge = shapely.shortest_line(point, self._parts[found[0]]).coords
        distance = metres_between((point.y, point.x), (edge[1], edge[0]))
        return (distance, self.areas[self._owner[found[0]]]) if distance <= limit_m else None


class AreaMap:
    """The polygons of the reference data."""

    def __init__(self) -> None:
        resorts = [
            Polres(row["kemendagri_code"], row["name"], float(row["lat"]), float(row["lon"]))
            for row in reference("polres")
        ]
        by_code = {each.code: each for each in resorts}
        by_name = {each.name: each for each in resorts}
        regencies, shapes = _features("kabkota")
        self._regencies = _Layer(
            [
                Area(code, code, by_code[code])
                for code in (each["kemendagri_code"] for each in regencies)
            ],
            shapes,
        )
        districts, parts = _features("district-jurisdiction")
        self._districts = _Layer(
            [
                Area(each["code"], each["regency"], by_name[each["polres"]], each["polda"])
                for each in districts
            ],
            parts,
        )
        sizes = {each["kemendagri_code"]: s.area for each, s in zip(regencies, shapes, strict=True)}
        inside: dict[str, float] = {}
        for each, part in zip(districts, parts, strict=True):
            inside[each["regency"]] = inside.get(each["regency"], 0.0) + part.area
        # Of these regencies every district is known, so a gap between two belongs to the nearer.
        self._divided = {
            code for code, size in inside.items() if size > _DIVIDED_RATIO * sizes[code]
        }

    def area_at(self, latitude: float, longitude: float) -> Area | None:
        """Return the area that a point lies in, or off whose coast it lies; None elsewhere."""
        point = shapely.Point(longitude, latitude)
        district = self._districts.holding(point)
        if district:
            return district
        regency = self._regencies.holding(point)
        if regency is None:
            return self._nearest(point)
        if regency.code in self._divided:
            near = self._districts.nearest(point, COAST_LIMIT_M)
            if near and near[1].regency == regency.code:
                return near[1]
        return regency

    def _nearest(self, point: Any) -> Area | None:
        district = self._districts.nearest(point, COAST_LIMIT_M)
        regency = self._regencies.nearest(point, COAST_LIMIT_M)
        if district and (regency is None or district[0] <= regency[0] + _BORDER_M):
            return district[1]
        return regency[1] if regency else None


def _features(name: str) -> tuple[list[dict[str, str]], Any]:
    """Return the properties and shapes of a file of polygons, in its order."""
    text = (settings.REFERENCE_DATA / f"{name}.geojson").read_bytes()
    properties = [
        {"code": each["id"], **each["properties"]} for each in orjson.loads(text)["features"]
    ]
    return properties, shapely.get_parts(shapely.from_geojson(text))


_building = Lock()


@cache
def _built() -> AreaMap:
    return AreaMap()


def area_map() -> AreaMap:
    """Return the map of this process; the first call reads it, in a quarter of a second."""
    with _building:
        return _built()
