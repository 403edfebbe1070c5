"""How the stand-in decides reports and tells the portal: signed, until it arrives."""

import json
import threading
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
from typing_extensions import override

from complaints import backoff
from complaints.dumas import signatures
from complaints.dumas.adapter import DumasStatus, is_final, rfc3339
from complaints.dumas.sandbox.store import Filed, PendingCallback, Store, Write

TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Home:
    """Where callbacks go; the host they name is the region's under `domain`, with `url`'s port."""

    url: str
    domain: str
    secret: str

    def host_of(self, region: str) -> str:
        """The Host header for a region."""
        port = httpx.URL(self.url).port
        return f"{region}.{self.domain}" + (f":{port}" if port else "")


class CallbackSender(threading.Thread):
    """Sends what is due, one after the other; the queue is the store's, so a kill loses nothing."""

    def __init__(
        self,
        store: Store,
        *,
        home: Home | None,
        decide_after: float | None,
        stop: threading.Event,
    ) -> None:
        super().__init__(daemon=True)
        self.crashed = False
        self._store = store
        self._home = home
        self._decide_after = None if decide_after is None else timedelta(seconds=decide_after)
        self._stop_requested = stop
        self._wake = threading.Event()

    def decide(self, tx: Write, report: Filed, *, status: DumasStatus, note: str | None) -> None:
        """Set a report's status and queue its callback, in the caller's transaction."""
        at = datetime.now(UTC)
        tx.decide(report.number, status=status, at=at)
        if self._home is None:
            return
        body = {
            "number": report.number,
            "reference": report.reference,
            "status": status,
            "at": rfc3339(at),
        } | ({"note": note} if note else {})
        tx.add_callback(
            webhook_id=f"msg_{uuid4().hex}",
            number=report.number,
            region=report.region,
            body=json.dumps(body),
            at=at,
        )

    def wake(self) -> None:
        """Look for work at once; call it after the commit."""
        self._wake.set()

    @override
    def run(self) -> None:
        """Work until told to stop; a crash stops the whole stand-in, which then ends with 1."""
        try:
            with httpx.Client(
                timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False
            ) as client:
                while not self._stop_requested.is_set():
                    self._decide_by_itself()
                    if not self._send_one(client):
                        self._wake.wait(0.25)
                        self._wake.clear()
        except Exception:  # noqa: BLE001 - a thread's last words; nobody else would hear of it
            self.crashed = True
            traceback.print_exc()
            self._stop_requested.set()

    def _decide_by_itself(self) -> None:
        if self._decide_after is None:
            return
        with self._store.write() as tx:
            until = datetime.now(UTC) - self._decide_after
            for report in tx.undecided_reports(received_until=until):
                self.decide(tx, report, status=_verdict(report.key), note=None)

    def _send_one(self, client: httpx.Client) -> bool:
        if self._home is None:
            return False
        with self._store.write() as tx:
            callback = tx.due_callback(now=datetime.now(UTC))
        if callback is None:
            return False
        state, error = _post(client, self._home, callback)
        with self._store.write() as tx:
            self._settle(tx, callback, state=state, error=error)
        return True

    def _settle(
        self, tx: Write, callback: PendingCallback, *, state: str, error: str | None
    ) -> None:
        if state != "pending":
            tx.finish_callback(callback.id, state=state, error=error)
            return
        until = backoff.next_attempt_at(
            callback.attempts + 1, started_at=callback.started_at, now=datetime.now(UTC)
        )
        if until is None:
            tx.finish_callback(callback.id, state="dead", error=error)
        else:
            tx.postpone_callback(callback.id, until=until, error=error or "")


def _post(client: httpx.Client, home: Home, callback: PendingCallback) -> tuple[str, str | None]:
    body = callback.body.encode()
    headers = signatures.sign(
        webhook_id=callback.id, body=body, secret=home.secret, at=datetime.now(UTC)
    )
    headers |= {"Host": home.host_of(callback.region), "Content-Type": "application/json"}
    try:
        answer = client.post(home.url, content=body, headers=headers)
    except httpx.TransportError as error:
        return "pending", type(error).__name__
    if answer.is_success:
        return "sent", None
    return ("refused" if is_final(answer.status_code) else "pending"), str(answer.status_code)


def _verdict(key: str) -> DumasStatus:
    """Decide by the key, so that a run can be repeated; about every second one is found true."""
    true = int(key[-1], 16) % 2 == 0
    return DumasStatus.SELESAI_BENAR if true else DumasStatus.SELESAI_TIDAK_BENAR
