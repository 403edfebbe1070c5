"""Invented calls: when each rings, where it comes from, what becomes of it. Pure and seeded.

The distributions are plausible, not measured: the public log of 110 does not exist. Times are
log-normal, as those of call centres are.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

RING_MEDIAN, TALK_MEDIAN, PATIENCE_MEDIAN = 7.0, 110.0, 45.0  # seconds
LONGEST_TALK, LONGEST_PATIENCE = 900.0, 300.0
QUEUED_SHARE, LOCATED_SHARE, WITHHELD_SHARE = 0.5, 0.7, 0.03
PRANKSTERS = 12  # nuisance comes from few numbers, again and again
SCATTER_DEGREES, FURTHEST_DEGREES = 0.12, 0.35


@dataclass(frozen=True, slots=True)
class Place:
    """A point in WGS 84 degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Step:
    """What happens so many seconds after the first ring."""

    after_seconds: float
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call: its number in the run, when it rings, and its steps in order.

    `talk_seconds` is how long it lasts if a person at the desk takes it.
    """

    number: int
    rings_at_seconds: float
    steps: tuple[Step, ...]
    talk_seconds: float


@dataclass(frozen=True, slots=True)
class Shares:
    """How many calls of a hundred end in which way; the rest is answered, or waits for people."""

    abandoned: float = 0.12
    busy: float = 0.03
    nuisance: float = 0.2


class Inventor:
    """Invents calls around a place; the same seed gives the same calls."""

    def __init__(self, seed: str, shares: Shares, *, agents: tuple[str, ...] = ()) -> None:
        self._random = random.Random(seed)  # noqa: S311 (dice, not secrets)
        self._shares = shares
        self._agents = agents
        self._pranksters = [self._mobile_number() for _ in range(PRANKSTERS)]

    def arrivals(self, count: int, seconds: float) -> Iterator[float]:
        """Spread calls over a time as a Poisson process would that brought just so many."""
        yield from sorted(self._random.uniform(0, seconds) for _ in range(count))

    def near(self, centre: Place) -> Place:
        """Return a point around a centre, most of them close."""
        return Place(*(self._scatter(each) for each in (centre.latitude, centre.longitude)))

    def call(
        self, number: int, rings_at: float, place: Place, *, trunk: str, queue: str
    ) -> PlannedCall:
        """Invent one call. Without agents an ordinary one rings until its caller loses patience."""
        fate = self._random.random()
        is_nuisance = fate < self._shares.nuisance
        is_busy = not is_nuisance and fate < self._shares.nuisance + self._shares.busy
        steps = [Step(0, "offered", self._offer(trunk, is_nuisance=is_nuisance))]
        if is_busy:
            steps.append(Step(self._random.uniform(0.2, 1), "ended", {"reason": "busy"}))
        elif is_nuisance:
            steps.append(Step(self._random.uniform(1, 4.5), "ended", {"reason": "abandoned"}))
        else:
            steps += self._course(place, queue)
        return PlannedCall(number, rings_at, tuple(steps), self._talk())

    def _course(self, place: Place, queue: str) -> list[Step]:
        steps = []
        if self._random.random() < QUEUED_SHARE:
            position = self._random.randint(1, 4)
            data = {"queue": queue, "position": position}
            steps.append(Step(self._random.uniform(0.5, 2), "queued", data))
        if self._random.random() < LOCATED_SHARE:
            steps.append(Step(self._random.uniform(1, 6), "located", self._location(place)))
        gives_up = self._random.random() < self._shares.abandoned / max(
            0.01, 1 - self._shares.nuisance - self._shares.busy
        )
        patience = min(LONGEST_PATIENCE, self._around(PATIENCE_MEDIAN, 0.5))
        answer = self._around(RING_MEDIAN, 0.6)
        if self._agents and not gives_up:
            agent = self._random.choice(self._agents)
            steps.append(Step(answer, "answered", {"agent": agent}))
            steps.append(Step(answer + self._talk(), "ended", {"reason": "completed"}))
        else:
            steps.append(Step(patience, "ended", {"reason": "abandoned"}))
        return sorted(steps, key=lambda step: step.after_seconds)

    def _offer(self, trunk: str, *, is_nuisance: bool) -> dict[str, Any]:
        caller = self._random.choice(self._pranksters) if is_nuisance else self._mobile_number()
        withheld = self._random.random() < WITHHELD_SHARE
        return {"caller": None if withheld else caller, "dialled": "110", "trunk": trunk}

    def _location(self, place: Place) -> dict[str, Any]:
        method = self._random.choices(("aml", "gnss", "cell"), (6, 2, 4))[0]
        radius = self._around(900 if method == "cell" else 18, 0.7)
        return {
            "latitude": round(place.latitude, 6),
            "longitude": round(place.longitude, 6),
            "accuracy_m": round(radius, 1),
            "method": method,
        }

    def _mobile_number(self) -> str:
        # Invented: no operator has given out numbers that begin with 0812-000.
        return f"+62812000{self._random.randint(0, 99_999):05d}"

    def _talk(self) -> float:
        return min(LONGEST_TALK, self._around(TALK_MEDIAN, 0.7))

    def _around(self, median: float, spread: float) -> float:
        return self._random.lognormvariate(math.log(median), spread)

    def _scatter(self, centre: float) -> float:
        away = self._random.gauss(0, SCATTER_DEGREES)
        return centre + max(-FURTHEST_DEGREES, min(FURTHEST_DEGREES, away))
