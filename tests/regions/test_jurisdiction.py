"""Which Polda and Polres a point belongs to, from the polygons and what regions cover."""

import csv

import pytest
import shapely
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from regions.jurisdiction import (
    COAST_LIMIT_M,
    Cover,
    area_map,
    current_cover,
    jurisdiction_of,
    metres_between,
)
from regions.models import Region
from regions.services.regions import national_template

EVERYWHERE = Cover(
    regions=frozenset(each.slug for each in national_template()),
    by_code={code: each.slug for each in national_template() for code in each.covers},
)


def known_points():
    with (settings.REFERENCE_DATA / "known-points.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            yield pytest.param(float(row["lat"]), float(row["lon"]), row["polda"], id=row["city"])


def region_at(latitude, longitude):
    found = jurisdiction_of(latitude, longitude, EVERYWHERE)
    return found.region if found else None


@pytest.mark.parametrize(("latitude", "longitude", "polda"), list(known_points()))
def test_the_known_cities(latitude, longitude, polda):
    assert region_at(latitude, longitude) == polda


@pytest.mark.parametrize("polda", national_template(), ids=lambda each: each.slug)
def test_each_headquarters_lies_in_its_own_polda(polda):
    assert region_at(polda.latitude, polda.longitude) == polda.slug


def test_each_polres_point_lies_in_its_own_regency():
    areas = area_map()
    with (settings.REFERENCE_DATA / "polres.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    missed = [
        row["kab_kota"]
        for row in rows
        if areas.area_at(float(row["lat"]), float(row["lon"])).regency != row["kemendagri_code"]
    ]

    assert len(rows) == 514
    assert missed == []


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "polda", "polres"),
    [
        ("Tigaraksa", -6.263, 106.470, "banten", "Polresta Tangerang"),
        ("Balaraja", -6.193, 106.452, "banten", "Polresta Tangerang"),
        ("Bojonggede", -6.487, 106.797, "metrojaya", "Polres Metro Depok"),
        ("Teluknaga", -6.096, 106.643, "metrojaya", "Polres Metro Tangerang Kota"),
        ("Cibinong", -6.481, 106.854, "jabar", "Polres Bogor"),
        ("Kota Tangerang", -6.178, 106.632, "metrojaya", "Polres Metro Tangerang Kota"),
    ],
)
def test_districts_that_answer_elsewhere_come_first(place, latitude, longitude, polda, polres):
    found = jurisdiction_of(latitude, longitude, EVERYWHERE)

    assert (found.region, found.polres.name) == (polda, polres), place


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "polda"),
    [
        ("off Ancol", -6.1000, 106.8350, "metrojaya"),
        ("off Makassar", -5.1350, 119.3900, "sulsel"),
        ("off Kuta", -8.7250, 115.1500, "bali"),
    ],
)
def test_off_the_coast_the_nearest_polda_is_in_charge(place, latitude, longitude, polda):
    assert region_at(latitude, longitude) == polda, place


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (-5.0, 110.0),  # Java Sea
        (1.2903, 103.8519),  # Singapore
        (3.1390, 101.6869),  # Kuala Lumpur
        (-8.5569, 125.5603),  # Dili
        (48.82639, -2.36619),
        (90.0, 0.0),
        (-90.0, 180.0),
        (0.0, -180.0),
    ],
)
def test_abroad_and_at_sea_nobody_is_in_charge(latitude, longitude):
    assert region_at(latitude, longitude) is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_point_on_the_globe_has_an_answer(latitude, longitude):
    assert region_at(latitude, longitude) in {None, *EVERYWHERE.regions}


def test_the_limit_at_the_coast_is_kept():
    # South of Parangtritis there is nothing but the sea.
    first = next(n for n in range(2_000) if region_at(-7.9 - n / 10_000, 110.3) is None)
    text = (settings.REFERENCE_DATA / "kabkota.geojson").read_text()
    point = shapely.Point(110.3, -7.9 - first / 10_000)

    distance = shapely.distance(shapely.from_geojson(text), point) * 111_195

    assert distance == pytest.approx(COAST_LIMIT_M, abs=15)


def test_distances_are_in_metres():
    bandung, jakarta = (-6.9147, 107.6098), (-6.1754, 106.8272)

    assert metres_between(bandung, jakarta) == pytest.approx(119_200, rel=0.01)
    assert metres_between(bandung, bandung) == 0


def test_what_a_region_covers_is_its_own_to_change(db):
    jabar, diy = Region.objects.get(slug="jabar"), Region.objects.get(slug="diy")
    sleman = (-7.716, 110.355)
    assert jurisdiction_of(*sleman, current_cover()).region == "diy"

    diy.covers.remove("34.04")
    diy.save()
    jabar.covers.append("34.04")
    jabar.save()

    assert jurisdiction_of(*sleman, current_cover()).region == "jabar"


def test_a_region_takes_a_district_by_covering_its_code(db):
    bojonggede = (-6.487, 106.797)
    jabar = Region.objects.get(slug="jabar")
    jabar.covers.append("32.01.13")
    jabar.save()

    assert jurisdiction_of(*bojonggede, current_cover()).region == "jabar"


def test_where_no_open_region_covers_nobody_is_in_charge(db):
    tigaraksa, medan = (-6.263, 106.470), (3.5952, 98.6722)

    assert jurisdiction_of(*tigaraksa, current_cover()) is None
    assert jurisdiction_of(*medan, current_cover()) is None


def test_where_two_regions_cover_the_same_the_older_keeps_it(db):
    Region.objects.create(slug="baru", schema_name="baru", name="Polda Baru", covers=["34.04"])

    assert current_cover().by_code["34.04"] == "diy"


def test_what_is_covered_is_one_query(db):
    with CaptureQueriesContext(connection) as captured:
        current_cover()

    assert len([each for each in captured if "search_path" not in each["sql"]]) == 1
