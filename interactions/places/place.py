"""A caller's place as a network message tells it, and the refusal of one that cannot be read."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from regions.errors import DomainError, Invalid


class Unreadable(DomainError):
    """Not what its media type says: no XML, no text."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "The message cannot be read"


class TooLong(DomainError):
    """Longer than any message of its kind, so it is not looked at."""

    status: ClassVar[int] = 413
    title: ClassVar[str] = "The message is too long"


def wrong(pointer: str, detail: str) -> Invalid:
    """Refuse a message that can be read but says nothing true; `pointer` names the field."""
    return Invalid([{"pointer": f"#/{pointer}" if pointer else "#", "detail": detail}])


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is, as one message says.

    `latitude` and `longitude` are WGS 84 degrees, both None where only a civic address is known.
    `accuracy_m` is the radius of the circle around the whole shape, `confidence` the percentage
    with which they are inside. `positioning` is how it was found, in the message's own word.
    `at` is the message's own time, however old. Identities of SIM card and handset are not kept.
    """

    latitude: float | None
    longitude: float | None
    method: str
    accuracy_m: float | None = None
    confidence: float | None = None
    positioning: str | None = None
    at: datetime | None = None
    caller: str | None = None
    civic: dict[str, str] | None = None


_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?", re.ASCII)


def number(text: str | None) -> float | None:
    """Read a plain decimal number; None for anything else, also for NaN and infinity."""
    stripped = (text or "").strip()
    return float(stripped) if _NUMBER.fullmatch(stripped) else None


def coordinate(text: str | None, pointer: str, most: float) -> float:
    """Read a latitude or longitude.

    Raises:
        Invalid: it is no number, or not on the globe.
    """
    value = number(text)
    if value is None or abs(value) > most:
        raise wrong(pointer, f"must be degrees from {-most:g} to {most:g}")
    return value


def positive(value: float | None) -> float | None:
    """Return an accuracy; zero and below say "not known"."""
    return value if value is not None and 0 < value < 1e8 else None


def percentage(value: float | None) -> float | None:
    """Return a confidence in percent; zero and what is no percentage say "not known"."""
    return value if value is not None and 0 < value <= 100 else None


def word(text: str | None) -> str | None:
    """Return a short word of a message, like `802.11`; None for anything longer or stranger."""
    stripped = (text or "").strip()
    return stripped if re.fullmatch(r"[\w .+/-]{1,40}", stripped, re.ASCII) else None


def time_of(seconds: float | None) -> datetime | None:
    """Return the time of a Unix timestamp; None where there is no such time."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
