"""The stand-in for Dumas Presisi as a process of its own, which tests stop, kill and restart."""

import os
import queue
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

import httpx

ROOT = Path(__file__).resolve().parents[2]
SECRET = "whsec_dGVzdHMgb25seSwgbm90IGEgcmVhbCBzZWNyZXQ="
# One for all: making a client costs more than a request. No connection outlives its request.
HTTP = httpx.Client(timeout=10, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))


class SandboxProcess:
    """`manage.py dumas_sandbox` with the given options; keeps its port over restarts."""

    def __init__(self, store: Path, **options):
        self.store = store
        self.options = options
        self.port = 0
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        self.process.stdout.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, **options):
        """Start it, with other options if given, and wait until it listens."""
        self.options |= options
        if self.process:
            self.process.stdout.close()
        self.process = subprocess.Popen(
            command(self.port, self.store, **self.options),
            cwd=ROOT,
            # Nothing but this: it must need no setting of Django's.
            env={"PATH": os.environ["PATH"], "DUMAS_SECRET": SECRET},
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("dumas sandbox on http://127.0.0.1:"), line
        self.port = int(line.rsplit(":", 1)[1])

    def kill(self):
        self.process.kill()
        self.process.wait()

    def terminate(self):
        """Ask it to stop; give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=5)

    def rows(self, query, *values):
        """Read its file from outside, as anybody may while it runs."""
        with closing(sqlite3.connect(self.store, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def outcomes(self):
        return [outcome for (outcome,) in self.rows("SELECT outcome FROM request ORDER BY id")]

    def reports(self):
        return self.rows("SELECT key, number FROM report ORDER BY rowid")

    def post(self, key, **fields):
        """Hand in a report over a raw connection; `fields` replace those of a complete one."""
        headers = {"Idempotency-Key": str(key)} if key else {}
        return HTTP.post(f"{self.url}/v1/reports", json=WIRE | fields, headers=headers)

    def get(self, path):
        return HTTP.get(f"{self.url}{path}")

    def decide(self, number, status, **fields):
        url = f"{self.url}/v1/reports/{number}/status"
        return HTTP.post(url, json={"status": status, **fields})


def command(port, store, **options):
    named = [
        part
        for name, value in options.items()
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]
    here = [sys.executable, "manage.py", "dumas_sandbox"]
    return [*here, "--port", str(port), "--store", str(store), *named]


def eventually(condition, *, seconds=10.0):
    """Wait until the condition gives something true, and give that."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        threading.Event().wait(0.01)
    return found


class Answers:
    """A plain HTTP/1.1 server on loopback that gives ready-made bytes and keeps what it got."""

    def __init__(self, *answers: bytes, pause_seconds=0.0):
        self.answers = answers
        self.pause_seconds = pause_seconds
        self.received: queue.Queue[bytes] = queue.Queue()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def _serve(self):
        for number in range(1_000_000):
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.received.put(self._request(connection))
                self._answer(connection, self.answers[min(number, len(self.answers) - 1)])

    def _request(self, connection):
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ]
        while len(body) < sum(lengths):
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def _answer(self, connection, answer):
        pieces = [bytes([byte]) for byte in answer] if self.pause_seconds else [answer]
        try:
            for piece in pieces:
                connection.sendall(piece)
                if self.stop.wait(self.pause_seconds):
                    return
        except OSError:
            return  # the client would not wait or read any longer


def answer(status, body=b"", **headers):
    """Write an HTTP answer; headers by name with underscores."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


KEY = UUID("5f8f3a52-1f64-4b38-9d3c-0d7f4f1b9b11")
WIRE = {
    "reference": "JBR-2026-000042",
    "region": "jabar",
    "category": "P13",
    "summary": "Petugas tidak datang",
    "detail": "Menunggu dua jam.",
    "occurred_at": "2026-11-03T02:15:00Z",
    "complainant": {"name": "Siti Contoh", "phone": "+6281200000001"},
    "attachments": [],
}
