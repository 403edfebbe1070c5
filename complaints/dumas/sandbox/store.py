"""The stand-in's memory: a SQLite file that a kill at any moment leaves whole."""

import base64
import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from complaints.dumas.adapter import DumasStatus, rfc3339

_SCHEMA = """
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    key TEXT,
    outcome TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER,
    number TEXT
);
CREATE TABLE IF NOT EXISTS report (
    key TEXT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    reference TEXT NOT NULL,
    region TEXT NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at TEXT NOT NULL,
    decided_at TEXT
);
CREATE INDEX IF NOT EXISTS report_reference ON report (reference);
CREATE INDEX IF NOT EXISTS report_undecided ON report (received_at) WHERE decided_at IS NULL;
CREATE TABLE IF NOT EXISTS callback (
    id TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    region TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0,
    started_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    last_error TEXT
);
CREATE INDEX IF NOT EXISTS callback_due ON callback (due_at) WHERE state = 'pending';
"""

_REPORTS = "SELECT key, number, reference, region, status, body, received_at FROM report"


@dataclass(frozen=True, slots=True)
class Filed:
    """A report that was accepted."""

    key: str
    number: str
    reference: str
    region: str
    status: DumasStatus
    body: str
    received_at: str


@dataclass(frozen=True, slots=True)
class PendingCallback:
    """A callback that has not arrived; `body` is what is signed, to the byte."""

    id: str
    region: str
    body: str
    attempts: int
    started_at: datetime


class Store:
    """The file, shared by the process's threads; others may read it meanwhile.

    Every method of a `Write` belongs to the one transaction that `write` opens, and is on disk when
    that ends.
    """

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)  # it holds what citizens wrote
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
        self._connection.executescript(
            f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {_SCHEMA}"
        )

    @contextmanager
    def write(self) -> Iterator["Write"]:
        """Open the one transaction at a time; commits durably, or rolls back on an exception."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Write(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


class Write:
    """What may be read and changed within `Store.write`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    def record_request(
        self,
        *,
        key: str | None,
        outcome: str,
        method: str,
        path: str,
        status: int | None,
        number: str | None,
    ) -> None:
        """Note a request; `status` is None where no reply goes out."""
        self._execute(
            "INSERT INTO request (time, key, outcome, method, path, status, number)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (rfc3339(datetime.now(UTC)), key, outcome, method, path, status, number),
        )

    def file_report(
        self, *, key: str, reference: str, region: str, body: str
    ) -> tuple[Filed, bool]:
        """Accept a report; give the one that the key stands for, and whether it is new."""
        inserted = self._execute(
            "INSERT INTO report (key, number, reference, region, status, body, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            (
                key,
                number_of(key),
                reference,
                region,
                DumasStatus.PROSES,
                body,
                rfc3339(datetime.now(UTC)),
            ),
        )
        return self._filed("key = ?", key)[0], inserted.rowcount == 1

    def report_numbered(self, number: str) -> Filed | None:
        """Find a report by its number."""
        return next(iter(self._filed("number = ?", number)), None)

    def reports_for(self, reference: str, *, region: str | None) -> list[Filed]:
        """Find reports by the sender's own number, oldest first."""
        return self._filed(
            "reference = ?1 AND region = coalesce(?2, region) ORDER BY rowid", reference, region
        )

    def undecided_reports(self, *, received_until: datetime) -> list[Filed]:
        """List some reports that nobody has decided, oldest first."""
        return self._filed(
            "decided_at IS NULL AND received_at <= ? ORDER BY received_at LIMIT 100",
            rfc3339(received_until),
        )

    def decide(self, number: str, *, status: DumasStatus, at: datetime) -> None:
        """Set a report's status."""
        self._execute(
            "UPDATE report SET status = ?, decided_at = ? WHERE number = ?",
            (status, rfc3339(at), number),
        )

    def add_callback(
        self, *, webhook_id: str, number: str, region: str, body: str, at: datetime
    ) -> None:
        """Queue a callback for now."""
        self._execute(
            "INSERT INTO callback (id, number, region, body, started_at, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (webhook_id, number, region, body, rfc3339(at), rfc3339(at)),
        )

    def due_callback(self, *, now: datetime) -> PendingCallback | None:
        """Take the callback that has been due longest."""
        row = self._execute(
            "SELECT id, region, body, attempts, started_at FROM callback"
            " WHERE state = 'pending' AND due_at <= ? ORDER BY due_at LIMIT 1",
            (rfc3339(now),),
        ).fetchone()
        if row is None:
            return None
        webhook_id, region, body, attempts, started_at = row
        return PendingCallback(
            webhook_id, region, body, attempts, datetime.fromisoformat(started_at)
        )

    def finish_callback(self, webhook_id: str, *, state: str, error: str | None) -> None:
        """Close a callback as `sent`, `refused` or `dead`."""
        self._execute(
            "UPDATE callback SET state = ?, attempts = attempts + 1, last_error = ? WHERE id = ?",
            (state, error, webhook_id),
        )

    def postpone_callback(self, webhook_id: str, *, until: datetime, error: str) -> None:
        """Try a callback again later."""
        self._execute(
            "UPDATE callback SET due_at = ?, attempts = attempts + 1, last_error = ? WHERE id = ?",
            (rfc3339(until), error, webhook_id),
        )

    def _filed(self, condition: str, *values: str | None) -> list[Filed]:
        rows = self._execute(f"{_REPORTS} WHERE {condition}", values)
        return [
            Filed(key, number, reference, region, DumasStatus(status), body, received_at)
            for key, number, reference, region, status, body, received_at in rows
        ]


def number_of(key: str) -> str:
    """Derive a report's number from its key: the same for ever, even in a new store."""
    digest = hashlib.sha256(key.encode()).digest()
    letters = base64.b32encode(digest).decode()[:10]
    return f"DP-{letters[:5]}-{letters[5:]}"
