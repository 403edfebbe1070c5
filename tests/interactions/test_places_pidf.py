"""PIDF-LO: every shape of RFC 5491, civic addresses, and which location counts."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from interactions.places import read_place
from interactions.places.place import TooLong, Unreadable
from regions.errors import Invalid

MESSAGES = Path(__file__).parent / "messages"
POINT = '<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>-6.9 107.6</gml:pos></gml:Point>'
CIVIC = "<cl:civicAddress><cl:country>ID</cl:country><cl:A1>Jawa Barat</cl:A1></cl:civicAddress>"


def bearer(location, kind="dm:device", more=""):
    return (
        f'<{kind} id="x"><gp:geopriv><gp:location-info>{location}</gp:location-info>'
        f"<gp:method>GPS</gp:method></gp:geopriv>{more}</{kind}>"
    )


def document(content, entity="pres:somebody@example.id"):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
        <presence xmlns="urn:ietf:params:xml:ns:pidf" entity="{entity}"
          xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"
          xmlns:cl="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"
          xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
          xmlns:con="urn:ietf:params:xml:ns:geopriv:conf"
          xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0">
        {content}</presence>""".encode()


def read(content, **options):
    return read_place("application/pidf+xml", document(content, **options))


def shape(name, inner, crs="4326"):
    return read(bearer(f'<gs:{name} srsName="urn:ogc:def:crs:EPSG::{crs}">{inner}</gs:{name}>'))


def length(name, value, unit="9001"):
    return f'<gs:{name} uom="urn:ogc:def:uom:EPSG::{unit}">{value}</gs:{name}>'


def angle(name, value):
    return length(name, value, "9102")


@pytest.mark.parametrize(
    ("file", "latitude", "longitude", "accuracy"),
    [
        ("DevicePointLocation", 41.772035, -88.473291, None),
        ("DeviceCircleLocation", 41.760537, -88.261914, 50),
        ("DeviceCircleWithConfidence", 41.760537, -88.261914, 50),
        ("RFC5491TupleCircleLocation", 42.5463, -73.2512, 850.24),
        ("RFC5491TuplePointLocation", 37.775, pytest.approx(-122.4194444), None),
        ("DeviceCivicLocation", None, None, None),
    ],
)
def test_real_documents(file, latitude, longitude, accuracy):
    place = read_place("application/pidf+xml", (MESSAGES / f"{file}.xml").read_bytes())

    assert (place.latitude, place.longitude, place.accuracy_m) == (latitude, longitude, accuracy)
    assert place.method == "pidf-lo"


def test_a_real_document_tells_confidence_method_and_civic_address():
    circle = read_place(
        "application/pidf+xml", (MESSAGES / "DeviceCircleWithConfidence.xml").read_bytes()
    )
    civic = read_place("application/pidf+xml", (MESSAGES / "DeviceCivicLocation.xml").read_bytes())

    assert (circle.confidence, circle.positioning) == (95, "802.11")
    assert civic.civic["A3"] == "AURORA"
    assert civic.at == datetime(2015, 7, 9, 20, 57, 29, tzinfo=UTC)


def test_a_circle_in_feet():
    place = shape("Circle", "<gml:pos>-6.9 107.6</gml:pos>" + length("radius", 100, "9002"))

    assert place.accuracy_m == pytest.approx(30.48)


def test_a_sphere_is_its_circle():
    place = shape("Sphere", "<gml:pos>-6.9 107.6 26.3</gml:pos>" + length("radius", 85), "4979")

    assert (place.latitude, place.longitude, place.accuracy_m) == (-6.9, 107.6, 85)


@pytest.mark.parametrize(("name", "crs"), [("Ellipse", "4326"), ("Ellipsoid", "4979")])
def test_an_ellipse_is_the_circle_around_it(name, crs):
    axes = length("semiMajorAxis", 1275) + length("semiMinorAxis", 670)

    place = shape(name, f"<gml:pos>-6.9 107.6 5</gml:pos>{axes}{angle('orientation', 43.2)}", crs)

    assert (place.latitude, place.accuracy_m) == (-6.9, 1275)


def arc(inner, outer, start, opening):
    radii = length("innerRadius", inner) + length("outerRadius", outer)
    return shape(
        "ArcBand",
        f"<gml:pos>0 107.6</gml:pos>{radii}"
        + angle("startAngle", start)
        + angle("openingAngle", opening),
    )


def test_a_narrow_arc_band_lies_along_its_middle():
    place = arc(1000, 1100, 80, 20)  # to the east

    assert place.latitude == pytest.approx(0, abs=1e-6)
    assert place.longitude == pytest.approx(107.6 + 1045 / 111_195, abs=1e-4)
    assert place.accuracy_m == pytest.approx(195, abs=15)  # to the outer corners


def test_a_whole_ring_is_its_outer_circle():
    place = arc(500, 2000, 0, 360)

    assert (place.latitude, place.longitude, place.accuracy_m) == (0, 107.6, 2000)


@pytest.mark.parametrize("opening", [10, 90, 180, 270, 359])
def test_an_arc_band_lies_within_its_circle(opening):
    from math import cos, hypot, radians, sin

    place = arc(300, 1500, 0, opening)
    north, east = place.latitude * 111_195, (place.longitude - 107.6) * 111_195

    for degrees in range(opening + 1):
        for radius in (300, 1500):
            a, b = radius * cos(radians(degrees)), radius * sin(radians(degrees))
            assert hypot(a - north, b - east) <= place.accuracy_m + 1


SQUARE = ("-6.90 107.60", "-6.90 107.62", "-6.92 107.62", "-6.92 107.60", "-6.90 107.60")
RING = "<gml:exterior><gml:LinearRing>{}</gml:LinearRing></gml:exterior>"


def polygon(corners):
    ring = RING.format(f"<gml:posList>{corners}</gml:posList>")
    return f"<gml:Polygon>{ring}</gml:Polygon>"


@pytest.mark.parametrize(
    "corners",
    ["".join(f"<gml:pos>{each}</gml:pos>" for each in SQUARE),
     f"<gml:posList>{' '.join(SQUARE)}</gml:posList>"],
    ids=["pos", "posList"],
)  # fmt: skip
def test_a_polygon_is_the_circle_around_its_centre(corners):
    place = read(bearer(f"<gml:Polygon>{RING.format(corners)}</gml:Polygon>"))

    assert (place.latitude, place.longitude) == pytest.approx((-6.91, 107.61), abs=1e-6)
    assert place.accuracy_m == pytest.approx(1565, rel=0.01)


def test_a_prism_is_its_base():
    corners = " ".join(f"{each} 40" for each in SQUARE)
    ring = RING.format(f"<gml:posList>{corners}</gml:posList>")
    base = f"<gs:base><gml:Polygon>{ring}</gml:Polygon></gs:base>"

    place = shape("Prism", base + length("height", 2.4), "4979")

    assert (place.latitude, place.longitude) == pytest.approx((-6.91, 107.61), abs=1e-6)


def test_a_polygon_across_the_180th_meridian_stays_there():
    corners = "0 179.9 0 -179.9 1 -179.9 1 179.9 0 179.9"

    place = read(bearer(polygon(corners)))

    assert abs(place.longitude) == pytest.approx(180, abs=0.01)
    assert place.accuracy_m < 60_000


def test_a_flat_polygon_is_the_mean_of_its_corners():
    corners = "0 107 0 108 0 109 0 107"

    place = read(bearer(polygon(corners)))

    assert (place.latitude, place.longitude) == pytest.approx((0, 108), abs=1e-6)


def test_longitude_first_where_the_reference_system_says_so():
    point = POINT.replace("EPSG::4326", "OGC:1.3:CRS84").replace("-6.9 107.6", "107.6 -6.9")

    place = read(bearer(point))

    assert (place.latitude, place.longitude) == (-6.9, 107.6)


def test_a_civic_address_alone_has_no_coordinates():
    place = read(bearer(CIVIC))

    assert (place.latitude, place.longitude) == (None, None)
    assert place.civic == {"country": "ID", "A1": "Jawa Barat"}


def test_a_point_beside_its_civic_address_keeps_both():
    place = read(bearer(CIVIC + POINT))

    assert (place.latitude, place.civic["A1"]) == (-6.9, "Jawa Barat")


def at(latitude):
    return POINT.replace("-6.9", str(latitude))


def test_a_device_counts_before_a_tuple_before_a_person():
    person, device = bearer(at(1), "dm:person"), bearer(at(3))
    entry = bearer(at(2), "tuple")

    assert read(person + entry + device).latitude == 3
    assert read(person + entry).latitude == 2
    assert read(person).latitude == 1


def test_the_first_device_that_has_a_location_counts():
    assert read('<dm:device id="a"/>' + bearer(at(2)) + bearer(at(3))).latitude == 2


@pytest.mark.parametrize(
    ("entity", "caller"),
    [
        ("tel:+6281234567890", "+6281234567890"),
        ("sip:+6281234567890@ims.example.id;user=phone", "+6281234567890"),
        ("sip:081234567890@ims.example.id", "+6281234567890"),
        ("pres:alice@atlanta.example.com", None),
    ],
)
def test_the_caller_is_whom_the_document_is_about(entity, caller):
    assert read(bearer(POINT), entity=entity).caller == caller


@pytest.mark.parametrize(
    "stamp", ["2026-11-24T12:00:00+07:00", "2026-11-24T05:00:00Z", "2026-11-24T05:00:00"]
)
def test_the_time_is_read_into_utc(stamp):
    place = read(bearer(POINT, more=f"<dm:timestamp>{stamp}</dm:timestamp>"))

    assert place.at == datetime(2026, 11, 24, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "location",
    [
        "",
        "<gml:LineString><gml:posList>1 2 3 4</gml:posList></gml:LineString>",
        POINT.replace("4326", "3857"),
        POINT.replace("-6.9 107.6", "107.6 -6.9"),
        POINT.replace("-6.9 107.6", "-6.9"),
        POINT.replace("-6.9 107.6", "NaN NaN"),
        f"<gs:Circle><gml:pos>1 2</gml:pos>{length('radius', -5)}</gs:Circle>",
        "<gs:Circle><gml:pos>1 2</gml:pos></gs:Circle>",
        f"<gs:Circle><gml:pos>1 2</gml:pos>{length('radius', 5, '9102')}</gs:Circle>",
        polygon("1 2 3 4 1 2"),
        polygon("107 -6 108 -6 108 -7"),
    ],
)
def test_a_location_that_cannot_be_is_refused(location):
    with pytest.raises(Invalid):
        read(bearer(location))


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", Unreadable),
        (b"<presence>", Unreadable),
        (b"\xff\xfe\x00", Unreadable),
        (b'<?xml version="1.0" encoding="utf-7"?><presence/>', Unreadable),
        (b'<!DOCTYPE presence [<!ENTITY a "b">]><presence>&a;</presence>', Unreadable),
        (b'<!DOCTYPE presence SYSTEM "file:///etc/passwd"><presence/>', Unreadable),
        (b"<presence/>", Invalid),
        (b"<other/>", Invalid),
        (b"<a>" * 30_000 + b"</a>" * 30_000, Invalid),
        (b" " * 262_145, TooLong),
    ],
    ids=[
        "empty",
        "cut",
        "octets",
        "encoding",
        "entity",
        "external",
        "nothing",
        "other",
        "deep",
        "long",
    ],
)
def test_what_is_no_location_document_is_refused(body, refusal):
    with pytest.raises(refusal):
        read_place("application/pidf+xml", body)
