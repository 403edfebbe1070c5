"""What is measured inside of Django: `python -m bench.inside WHAT` prints what it found as JSON."""

import json
import os
import random
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import django

from bench.figure import percentile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def open_a_region() -> dict[str, Any]:
    """Time the service that opens a region, in a process that has nothing else to load."""
    from regions.services.regions import NewRegion, open_region  # noqa: PLC0415

    slug = f"bench{secrets.token_hex(4)}"
    began = time.monotonic()
    open_region(NewRegion(slug=slug, name="Polda Bench", timezone="Asia/Jakarta"))
    return {"seconds": time.monotonic() - began}


def queries(slug: str) -> dict[str, Any]:
    """Count what a delivery asks the database, from the host to the alert."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from bench.switch import BATCH, ONE, batches, call_of_five  # noqa: PLC0415

    demo = json.loads((settings.PORTAL_DATA / "demo.json").read_text())
    region = demo["regions"][slug]
    client = Client(
        SERVER_NAME=region["host"].split(":")[0],
        headers={"Authorization": f"Bearer {region['telephony_key']}"},
    )
    milliseconds = []

    def deliver(body: Any) -> int:
        kind = BATCH if isinstance(body, list) else ONE
        with CaptureQueriesContext(connection) as captured:
            answer = client.generic("POST", "/api/v1/calls/events", json.dumps(body), kind)
        if answer.status_code != 202:
            message = f"not taken: {answer.status_code} {answer.content!r}"
            raise RuntimeError(message)
        asked = [each for each in captured.captured_queries if "search_path" not in each["sql"]]
        milliseconds.append(1000 * sum(float(each["time"]) for each in captured.captured_queries))
        return len(asked)

    deliver(call_of_five("agent1")[0])  # what a process learns once
    milliseconds.clear()
    first = deliver(call_of_five("agent1")[0])
    course = [deliver(event) for event in call_of_five("agent1")]
    batch = deliver(next(batches(100)))
    return {
        "first": first,
        "later": course[1],
        "answered": course[3],
        "batch_of_100": batch,
        "milliseconds": milliseconds[:6],
    }


def jurisdiction() -> dict[str, Any]:
    """Time the map of the country, in memory and beside it in PostgreSQL's own polygons."""
    from regions import jurisdiction as the_map  # noqa: PLC0415
    from regions.services.regions import reference  # noqa: PLC0415

    before, began = _resident_mib(), time.monotonic()
    areas = the_map.area_map()
    loading = time.monotonic() - began
    memory = _resident_mib() - before
    cover = the_map.current_cover()
    known = [
        (float(row["lat"]), float(row["lon"]), row["polda"]) for row in reference("known-points")
    ]
    answers = [the_map.jurisdiction_of(lat, lon, cover) for lat, lon, _ in known]
    right = sum(
        answer is not None and answer.region == polda
        for answer, (_, _, polda) in zip(answers, known, strict=True)
    )
    points = _points(20_000)
    milliseconds = []
    for latitude, longitude in points:
        began = time.perf_counter()
        areas.area_at(latitude, longitude)
        milliseconds.append(1000 * (time.perf_counter() - began))
    return {
        "loading_seconds": loading,
        "memory_mib": memory,
        "known": len(known),
        "known_right": right,
        "points": len(points),
        "milliseconds": _percentiles(milliseconds),
        "postgres_milliseconds": _percentiles(_in_postgres(points[:2_000])),
    }


def _points(count: int) -> list[tuple[float, float]]:
    """Half of them anywhere in and around the country, half within 11 km of a Polres's point."""
    from regions.services.regions import reference  # noqa: PLC0415

    chance = random.Random(110)  # noqa: S311
    towns = [(float(row["lat"]), float(row["lon"])) for row in reference("polres")]
    anywhere = [(chance.uniform(-11.5, 6.5), chance.uniform(94, 142)) for _ in range(count // 2)]
    near = [
        (latitude + chance.uniform(-0.1, 0.1), longitude + chance.uniform(-0.1, 0.1))
        for latitude, longitude in chance.choices(towns, k=count - len(anywhere))
    ]
    points = anywhere + near
    chance.shuffle(points)
    return points


def _in_postgres(points: list[tuple[float, float]]) -> list[float]:
    import shapely  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    text = (settings.REFERENCE_DATA / "kabkota.geojson").read_bytes()
    parts = shapely.get_parts(shapely.get_parts(shapely.from_geojson(text)))
    rows = [("(" + ",".join(f"({x},{y})" for x, y in p.exterior.coords) + ")",) for p in parts]
    milliseconds = []
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE area (id serial, shape polygon)")
        cursor.executemany("INSERT INTO area (shape) VALUES (%s::polygon)", rows)
        cursor.execute("CREATE INDEX ON area USING gist (shape)")
        cursor.execute("ANALYZE area")
        for latitude, longitude in points:
            began = time.perf_counter()
            cursor.execute(
                "SELECT id FROM area WHERE shape @> polygon(box(point(%s, %s)))",
                [longitude, latitude],
            )
            cursor.fetchall()
            milliseconds.append(1000 * (time.perf_counter() - began))
        cursor.execute("DROP TABLE area")
    return milliseconds


def _percentiles(values: list[float]) -> dict[str, float]:
    return {f"{percent:g}": percentile(values, percent) for percent in (50, 99, 99.9)}


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Do what was asked."""
    django.setup()
    what = sys.argv[1]
    if what == "open-region":
        found = open_a_region()
    elif what.startswith("queries-"):
        found = queries(what.removeprefix("queries-"))
    elif what == "jurisdiction":
        found = jurisdiction()
    else:
        found = {}
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
