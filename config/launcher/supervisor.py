"""Keeps the processes running, and stops them in order."""

import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.launcher.errors import ProcessFailed, StartRefused
from config.launcher.processes import Process, until

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0
STEADY_SECONDS = 20.0  # who ran that long starts again without a pause
STALE_SECONDS = 60.0
LOG_OCTETS = 50 * 1024 * 1024


@dataclass(slots=True)
class Watched:
    """A process and how its last starts went. Times are of the monotonic clock."""

    process: Process
    started_at: float
    pause_seconds: float = 0.0
    restart_at: float | None = None


class Supervisor:
    """Starts dead processes again; ends worker and beat when no task was done for a minute."""

    def __init__(self, heartbeat: Path) -> None:
        self._watched: list[Watched] = []
        self._heartbeat = heartbeat
        self._last_beat: float | None = None
        self._beat_seen_at = time.monotonic()

    def watch(self, process: Process) -> None:
        """Take over a process that has been started."""
        self._watched.append(Watched(process, time.monotonic()))

    def tick(self) -> None:
        """Look at everything once; to be called several times a second."""
        now = time.monotonic()
        for watched in self._watched:
            if not watched.process.is_running:
                self._revive(watched, now)
            watched.process.limit_log(LOG_OCTETS)
        self._check_heartbeat(now)

    def _revive(self, watched: Watched, now: float) -> None:
        if watched.restart_at is None:
            steady = now - watched.started_at > STEADY_SECONDS
            longer = min(watched.pause_seconds * 2, LONGEST_PAUSE_SECONDS)
            watched.pause_seconds = FIRST_PAUSE_SECONDS if steady else longer or FIRST_PAUSE_SECONDS
            watched.restart_at = now + watched.pause_seconds
            process = watched.process
            _say(f"{process.name} ended (code {process.exit_code}); starting it again")
        elif now >= watched.restart_at:
            watched.restart_at = None
            watched.started_at = now
            try:
                watched.process.start()
            except (OSError, ProcessFailed, StartRefused) as error:
                _say(f"{watched.process.name} does not start: {error}")

    def _check_heartbeat(self, now: float) -> None:
        try:
            beat = self._heartbeat.stat().st_mtime
        except OSError:
            beat = None
        if beat != self._last_beat:
            self._last_beat, self._beat_seen_at = beat, now
        elif now - self._beat_seen_at > STALE_SECONDS:
            self._beat_seen_at = now
            _say(f"no task was done for {STALE_SECONDS:g} s; starting worker and beat again")
            for process in self._named("worker", "beat"):
                process.kill()

    def _named(self, *names: str) -> Iterator[Process]:
        return (watched.process for watched in self._watched if watched.process.name in names)


def stop_all(processes: list[Process]) -> None:
    """Stop what uses the services, then Valkey, then PostgreSQL; under 10 s, kills included."""
    services = ("valkey", "postgres")
    _stop_together([process for process in processes if process.name not in services], 4.0)
    _stop_together([process for process in processes if process.name == "valkey"], 1.5)
    _stop_together([process for process in processes if process.name == "postgres"], 3.0)


def _stop_together(processes: list[Process], seconds: float) -> None:
    for process in processes:
        process.send(process.stop_signal)
    until(lambda: not any(process.is_running for process in processes), seconds)
    for process in processes:
        process.send(signal.SIGKILL)
    until(lambda: not any(process.is_running for process in processes), 1)


def _say(line: str) -> None:
    print(f"script/server: {line}", file=sys.stderr, flush=True)  # noqa: T201
