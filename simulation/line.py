"""One connection to a portal: delivers events until they are taken, and looks who claimed what."""

import http.client
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulation.gates import Gate, NoGate

EVENTS = "/api/v1/calls/events"
MOST_EVENTS = 500
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
AGAIN = {429, 502, 503, 504}
NOT_OURS = {400, 401, 403, 404, 405, 415}


@dataclass(slots=True)
class Tally:
    """What became of the events."""

    sent: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    unsent: int = 0


class Line:
    """Delivers to one gate. An outage only delays: the same events go out until an answer comes."""

    def __init__(self, gate: Gate, tally: Tally, is_over: Callable[[], bool]) -> None:
        self.gate = gate
        self._tally = tally
        self._is_over = is_over
        self._connection: http.client.HTTPConnection | None = None

    def deliver(self, events: list[dict[str, Any]]) -> None:
        """Send events; those of a refused batch go again one by one: the good ones count.

        Raises:
            NoGate: the portal will never take them: wrong key, host or address.
        """
        for first in range(0, len(events), MOST_EVENTS):
            self._deliver(events[first : first + MOST_EVENTS])

    def _deliver(self, events: list[dict[str, Any]]) -> None:
        status, body = self._until_answered(events)
        if status in {200, 202}:
            answer = json.loads(body)
            self._tally.sent += len(events)
            self._tally.accepted += answer["accepted"]
            self._tally.duplicates += answer["duplicates"]
        elif status in NOT_OURS:
            message = f"{self.gate.host} answers {status}: {body.decode(errors='replace')[:200]}"
            raise NoGate(message)
        elif not status:
            self._tally.unsent += len(events)
        elif len(events) > 1:
            for event in events:
                self._deliver([event])
        else:
            self._tally.sent += 1
            self._tally.refused += 1
            _say(f"{events[0].get('id')} refused ({status}): {body.decode(errors='replace')[:300]}")

    def _until_answered(self, events: list[dict[str, Any]]) -> tuple[int, bytes]:
        """Return status and body; 0 when the run was broken off while the portal was away."""
        body = json.dumps(events).encode()
        pause = FIRST_PAUSE
        while True:
            status, answer, wait = self._ask("POST", EVENTS, self.gate.key, body)
            if status and status not in AGAIN:
                return status, answer
            if self._is_over():
                return 0, b""
            if pause == FIRST_PAUSE:
                _say(f"{self.gate.host} does not take events ({status or 'no answer'}); going on")
            time.sleep(max(pause, wait))
            pause = min(2 * pause, LONGEST_PAUSE)

    def claims(self) -> dict[str, str]:
        """Return who claimed which of the newest calls that still ring, as far as we may look."""
        claimed = {}
        for state in ("offered", "queued"):
            path = f"/api/v1/calls/?state={state}"
            status, body, _ = self._ask("GET", path, self.gate.desk_token)
            if status == http.HTTPStatus.OK:
                for call in json.loads(body)["results"]:
                    if call.get("claimed_by"):
                        claimed[call["id"]] = call["claimed_by"]
        return claimed

    def _ask(
        self, method: str, path: str, token: str, body: bytes | None = None
    ) -> tuple[int, bytes, float]:
        """Return status, body and `Retry-After`; status 0 where no answer came."""
        headers = {"Host": self.gate.host, "Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = "application/cloudevents-batch+json"
        try:
            if self._connection is None:
                self._connection = self._connected()
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            wait = answer.headers.get("Retry-After", "")
            return answer.status, answer.read(), min(float(wait) if wait.isdigit() else 0, 30)
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, b"", 0

    def _connected(self) -> http.client.HTTPConnection:
        gate = self.gate
        if gate.scheme == "https":
            return http.client.HTTPSConnection(gate.address, gate.port, timeout=15)
        return http.client.HTTPConnection(gate.address, gate.port, timeout=15)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _say(line: str) -> None:
    print(f"script/simulate: {line}", file=sys.stderr, flush=True)  # noqa: T201
