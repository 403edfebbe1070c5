"""A callback's body: what Dumas Presisi tells of a report. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from complaints.dumas.adapter import DumasStatus
from regions.errors import Invalid

# A status from further ahead would hide every later one.
LATEST = timedelta(hours=24)
_LONGEST_NUMBER, _LONGEST_NOTE = 64, 2000


@dataclass(frozen=True, slots=True)
class Callback:
    """A status of a report, by Dumas's number; `reference` is ours, `at` Dumas's time of it."""

    number: str
    reference: str
    status: DumasStatus
    at: datetime
    note: str = field(default="", repr=False)


def read_callback(document: Any, *, now: datetime) -> Callback:
    """Check a callback's body, the contract's `{"number", "reference", "status", "at", "note"?}`.

    Raises:
        Invalid: names every field that is missing or wrong.
    """
    if not isinstance(document, dict):
        raise Invalid([{"pointer": "#", "detail": "must be an object"}])
    status, at = _status(document.get("status")), _time(document.get("at"))
    note = document.get("note") or ""
    sound = {
        "number": _is_text(document.get("number")),
        "reference": _is_text(document.get("reference")),
        "status": status is not None,
        "at": at is not None and at <= now + LATEST,
        "note": isinstance(note, str),
    }
    if status is None or at is None or not all(sound.values()):
        raise Invalid(_errors(document, sound))
    return Callback(
        number=document["number"],
        reference=document["reference"],
        status=status,
        at=at,
        note=note[:_LONGEST_NOTE],
    )


def _errors(document: Mapping[str, Any], sound: Mapping[str, bool]) -> list[dict[str, str]]:
    return [
        {
            "pointer": f"#/{name}",
            "detail": "has a wrong value" if name in document else "is missing",
        }
        for name, is_sound in sound.items()
        if not is_sound
    ]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST_NUMBER and value.isprintable()


def _status(value: Any) -> DumasStatus | None:
    try:
        return DumasStatus(value)
    except ValueError:
        return None


def _time(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo is not None else None
