"""Plays calls in time: what is due goes out, region by region, and all that rings is ended."""

import heapq
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulation.calls import PlannedCall, Step
from simulation.line import Line

LOOK_EVERY = 1.0
TICK = 0.05


@dataclass(order=True, slots=True)
class Due:
    """An event that is to happen; `at` in seconds of the run."""

    at: float
    order: int
    line: Line = field(compare=False)
    event: dict[str, Any] = field(compare=False)


@dataclass(slots=True)
class Player:
    """One run. `run` names it in every id, so that the same run again is all duplicates."""

    run: str
    speed: float
    is_over: Callable[[], bool]
    watches_desk: bool = False
    _due: list[Due] = field(default_factory=list)
    _ringing: dict[str, tuple[PlannedCall, Line]] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def add_call(self, call: PlannedCall, line: Line) -> None:
        """Plan a call."""
        subject = f"sim-{self.run}-{line.gate.slug}-{call.number}"
        for place, step in enumerate(call.steps):
            self._plan(call.rings_at_seconds + step.after_seconds, line, subject, place, step)
        self._ringing[subject] = (call, line)

    def add_event(self, at_seconds: float, event: dict[str, Any], line: Line) -> None:
        """Plan an event of a recorded log; its time becomes the time at which it is played."""
        heapq.heappush(self._due, Due(at_seconds / self.speed, next(self._order), line, event))

    def play(self, seconds: float | None) -> None:
        """Play until all is told, the time is up, or somebody stops it; then end what rings."""
        began = looked = time.monotonic()
        while self._due and not self.is_over():
            now = time.monotonic()
            if seconds is not None and now - began > seconds:
                break
            if self.watches_desk and now - looked > LOOK_EVERY:
                looked = now
                self._look(now - began)
            self._send(self._until(now - began))
            if self._due:
                wait = self._due[0].at - (time.monotonic() - began)
                time.sleep(max(0.0, min(TICK, wait)))
        self._hang_up()

    def _plan(self, at: float, line: Line, subject: str, place: int, step: Step) -> None:
        event = {
            "specversion": "1.0",
            "id": f"{subject}-{place}",
            "source": f"/simulation/{self.run}",
            "type": f"id.layanan110.call.{step.kind}",
            "subject": subject,
            "data": step.data,
        }
        heapq.heappush(self._due, Due(at / self.speed, next(self._order), line, event))

    def _until(self, now: float) -> list[Due]:
        due = []
        while self._due and self._due[0].at <= now:
            due.append(heapq.heappop(self._due))
        return due

    def _send(self, due: Iterable[Due]) -> None:
        parts: dict[str, tuple[Line, list[dict[str, Any]]]] = {}
        for each in due:
            event = {**each.event, "time": datetime.now(UTC).isoformat(timespec="microseconds")}
            parts.setdefault(each.line.gate.slug, (each.line, []))[1].append(event)
            self._follow(event)
        for line, events in parts.values():
            line.deliver(events)

    def _follow(self, event: dict[str, Any]) -> None:
        if event["type"].endswith(".answered"):
            self._answered.add(event["subject"])
        if event["type"].endswith(".ended"):
            self._ringing.pop(event["subject"], None)

    def _look(self, now: float) -> None:
        """Let a call that a person claimed at the desk be answered by them."""
        lines = {line.gate.slug: line for _, line in self._ringing.values()}
        for line in lines.values():
            for subject, agent in line.claims().items():
                if subject in self._ringing and subject not in self._answered:
                    self._answer(subject, agent, now)

    def _answer(self, subject: str, agent: str, now: float) -> None:
        call, line = self._ringing[subject]
        left = [due for due in self._due if not _ends(due, subject)]
        heapq.heapify(left)
        self._due = left
        at = now * self.speed
        place = len(call.steps)
        self._plan(at, line, subject, place, Step(0, "answered", {"agent": agent}))
        ended = Step(0, "ended", {"reason": "completed"})
        self._plan(at + call.talk_seconds, line, subject, place + 1, ended)
        self._answered.add(subject)

    def _hang_up(self) -> None:
        """End the calls that have begun, so that none rings for ever."""
        waiting = {
            due.event["subject"]: due for due in self._due if due.event["type"].endswith(".ended")
        }
        offered = {
            due.event["subject"] for due in self._due if due.event["type"].endswith(".offered")
        }
        last = []
        for subject in sorted(self._ringing.keys() - offered):
            if due := waiting.get(subject):
                reason = "completed" if subject in self._answered else "abandoned"
                last.append(Due(0, 0, due.line, {**due.event, "data": {"reason": reason}}))
        self._send(last)


def _ends(due: Due, subject: str) -> bool:
    event = due.event
    return bool(event["subject"] == subject and event["type"].endswith(".ended"))
