"""A switch that costs little: kept-alive connections that only know how to deliver events."""

import http.client
import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson

ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a region takes events: its host and the switch's key."""

    host: str
    key: str

    def delivery(self, events: list[dict[str, Any]]) -> tuple[bytes, dict[str, str]]:
        """Write the body and the headers of a delivery, one event or a batch."""
        one = len(events) == 1
        headers = {
            "Host": self.host,
            "Authorization": f"Bearer {self.key}",
            "Content-Type": ONE if one else BATCH,
        }
        return orjson.dumps(events[0] if one else events), headers


class Line:
    """One kept-alive connection to a portal on this machine."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def post(self, body: bytes, headers: dict[str, str]) -> None:
        """Deliver and read the answer.

        Raises:
            RuntimeError: it was not taken.
        """
        self._connection.request("POST", "/api/v1/calls/events", body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != HTTPStatus.ACCEPTED:
            message = f"not taken: {answer.status} {text!r}"
            raise RuntimeError(message)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def call_of_five(agent: str) -> list[dict[str, Any]]:
    """Invent a whole call: offered, queued, located, answered by an agent who exists, ended."""
    call = uuid.uuid4().hex
    start = datetime.now(UTC) - timedelta(minutes=5)
    place = {"latitude": -6.91, "longitude": 107.61, "accuracy_m": 25.0, "method": "aml"}
    course = (
        ("offered", {"caller": "+6281200000001", "dialled": "110", "trunk": "bench"}),
        ("queued", {"queue": "110", "position": 1}),
        ("located", place),
        ("answered", {"agent": agent}),
        ("ended", {"reason": "completed"}),
    )
    return [
        {
            "specversion": "1.0",
            "id": f"{call}-{number}",
            "source": "/bench/switch",
            "type": f"id.layanan110.call.{kind}",
            "subject": call,
            "time": (start + timedelta(seconds=7 * number)).isoformat(),
            "data": data,
        }
        for number, (kind, data) in enumerate(course)
    ]


def batches(size: int) -> Iterator[list[dict[str, Any]]]:
    """Invent calls for ever, in deliveries of so many events, in the order they happen."""
    agents = itertools.cycle(["agent1", "agent2"])
    waiting: list[dict[str, Any]] = []
    while True:
        while len(waiting) < size:
            waiting += call_of_five(next(agents))
        yield waiting[:size]
        del waiting[:size]


def events_per_second(
    port: int, gates: list[Gate], *, connections: int, batch: int, seconds: float
) -> float:
    """Deliver from several connections at once, each in turn to every gate; returns the rate."""
    start = threading.Barrier(connections)
    sent: list[int] = []

    def deliver(number: int) -> None:
        line = Line(port)
        targets = itertools.cycle(gates[number % len(gates) :] + gates[: number % len(gates)])
        source = batches(batch)
        count = 0
        start.wait()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            line.post(*next(targets).delivery(next(source)))
            count += batch
        line.close()
        sent.append(count)

    began = time.monotonic()
    in_threads([partial(deliver, number) for number in range(connections)])
    return sum(sent) / (time.monotonic() - began)


def in_threads(works: list[Callable[[], None]]) -> None:
    """Do all of it at once.

    Raises:
        RuntimeError: one of them failed.
    """
    failed: list[Exception] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except (OSError, RuntimeError, threading.BrokenBarrierError) as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise RuntimeError(str(failed[0])) from failed[0]
