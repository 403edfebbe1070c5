"""What goes wrong with a request to the stand-in, drawn by lot."""

import random
import threading
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Failure(Enum):
    """A way to fail before the work."""

    UNAVAILABLE = "503"
    UNAVAILABLE_SECONDS = "503 with Retry-After in seconds"
    UNAVAILABLE_DATE = "503 with Retry-After as a date"
    ERROR = "500"
    CUT = "the connection is cut"


@dataclass(frozen=True, slots=True)
class Plan:
    """One request's fate; `failure` is None where the work is done."""

    hang: bool
    failure: Failure | None
    drop_reply: bool
    latency: timedelta


class Faults:
    """Draws each request's plan; with a `seed` the same ones in the same order, whatever the rates.

    A request hangs or else fails or else loses its reply.
    """

    def __init__(
        self,
        *,
        fail_rate: float = 0.0,
        drop_reply_rate: float = 0.0,
        hang_rate: float = 0.0,
        latency: timedelta = timedelta(0),
        seed: int | None = None,
    ) -> None:
        self._rates = (hang_rate, fail_rate, drop_reply_rate)
        self._latency = latency
        self._random = random.Random(seed)  # noqa: S311 - a lot that can be repeated, no secret
        self._lock = threading.Lock()

    def draw(self) -> Plan:
        """Draw the next plan."""
        with self._lock:
            hang, fail, drop = (self._random.random() < rate for rate in self._rates)
            failure = self._random.choice(tuple(Failure))
        return Plan(
            hang=hang, failure=failure if fail else None, drop_reply=drop, latency=self._latency
        )
