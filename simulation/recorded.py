"""Recorded logs: JSON lines of CloudEvents, or a CSV of a dispatch log; plain or gzipped."""

import csv
import gzip
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import IO, Any

from simulation.calls import FURTHEST_DEGREES, Place


class Unreadable(Exception):
    """A log that is none of ours; the message names file and line."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A row of a dispatch log: seconds after its first row, and where, relative to its middle."""

    at_seconds: float
    queue: str
    north_degrees: float
    east_degrees: float

    def around(self, centre: Place) -> Place:
        """Move it to another centre, as far away from it as it was from its own."""
        return Place(centre.latitude + self.north_degrees, centre.longitude + self.east_degrees)


def is_csv(file: Path) -> bool:
    """Say whether the name is that of a CSV, gzipped or not."""
    return file.name.removesuffix(".gz").endswith(".csv")


def recorded_events(file: Path) -> list[tuple[float, dict[str, Any]]]:
    """Read JSON lines of CloudEvents; returns seconds after the first and event, in that order.

    Raises:
        Unreadable: a line is no event with a time.
    """
    events: list[tuple[datetime, dict[str, Any]]] = []
    with _opened(file) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                events.append(_event(file, number, line))
    events.sort(key=lambda each: each[0])
    return [((time - events[0][0]).total_seconds(), event) for time, event in events]


def _event(file: Path, number: int, line: str) -> tuple[datetime, dict[str, Any]]:
    try:
        event = json.loads(line)
        time = datetime.fromisoformat(event["time"])
        if time.tzinfo is None or not all(isinstance(event[key], str) for key in ("id", "subject")):
            raise ValueError
    except (ValueError, TypeError, KeyError):
        message = f"{file}, line {number}: is no CloudEvent with id, subject and time"
        raise Unreadable(message) from None
    return time, event


def recorded_calls(file: Path, *, most: int | None = None) -> list[RecordedCall]:
    """Read a dispatch log with the columns `arrived_at`, `category`, `lat` and `lng`, in order.

    Raises:
        Unreadable: a column is missing, or a value is none.
    """
    rows: list[tuple[datetime, str, float, float]] = []
    with _opened(file) as lines:
        for row in csv.DictReader(lines):
            try:
                at = datetime.fromisoformat(row["arrived_at"])
                rows.append((at, row["category"], float(row["lat"]), float(row["lng"])))
            except (KeyError, TypeError, ValueError):
                message = f"{file}, row {len(rows) + 1}: needs arrived_at, category, lat and lng"
                raise Unreadable(message) from None
            if most is not None and len(rows) == most:
                break
    if not rows:
        return []
    rows.sort()
    north, east = median(row[2] for row in rows), median(row[3] for row in rows)
    return [
        RecordedCall(
            (at - rows[0][0]).total_seconds(),
            category.lower(),
            _bounded(latitude - north),
            _bounded(longitude - east),
        )
        for at, category, latitude, longitude in rows
    ]


def _bounded(away: float) -> float:
    """Keep a slip of the pen (a zero for a latitude) within the region."""
    return away if abs(away) <= FURTHEST_DEGREES else 0.0


def _opened(file: Path) -> IO[str]:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8", newline="")
    return file.open(encoding="utf-8", newline="")
