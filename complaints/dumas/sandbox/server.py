"""The stand-in's HTTP: reading, failing on purpose, doing the work, answering."""

import json
import socket
import socketserver
import sys
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override

from complaints.dumas.sandbox.callbacks import CallbackSender
from complaints.dumas.sandbox.endpoints import Answer, Endpoints, Request, refusal
from complaints.dumas.sandbox.faults import Failure, Faults, Plan
from complaints.dumas.sandbox.store import Store

LARGEST_BODY_BYTES = 1024 * 1024
LONGEST_HANG_SECONDS = 120.0
RETRY_AFTER_SECONDS = 1


class SandboxServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1 only, a thread for each connection."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(
        self,
        port: int,
        *,
        store: Store,
        faults: Faults,
        sender: CallbackSender,
        stop: threading.Event,
    ) -> None:
        self.store = store
        self.faults = faults
        self.sender = sender
        self.stop = stop
        self.endpoints = Endpoints(sender)
        super().__init__(("127.0.0.1", port), Handler)

    @override
    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # without the look-up of the machine's own name
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that has gone is nobody's fault
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it came


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 60.0
    wbufsize = 64 * 1024  # the whole answer in one packet
    error_content_type = "application/problem+json"
    error_message_format = '{"type": "about:blank", "title": "%(message)s", "status": %(code)d}'
    server: SandboxServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        request = self._read()
        if isinstance(request, Answer):
            self.close_connection = True  # what is left of the body is no next request
            self._record(request)
            self._reply(request)
            return
        plan = Plan(hang=False, failure=None, drop_reply=False, latency=timedelta(0))
        if not request.is_control:
            plan = self.server.faults.draw()
        half = plan.latency.total_seconds() / 2
        self.server.stop.wait(half)
        if plan.hang:
            self._hang()
        elif plan.failure:
            self._fail(plan.failure)
        else:
            self._work(request, drop_reply=plan.drop_reply, latency_seconds=half)

    def _work(self, request: Request, *, drop_reply: bool, latency_seconds: float) -> None:
        # The work and its record are one commit, on disk before the reply: whenever we are killed,
        # the file tells what happened, and the key's next request gets the same number.
        with self.server.store.write() as tx:
            answer = self.server.endpoints.answer(tx, request)
            dropped = drop_reply and answer.outcome != "refused"
            tx.record_request(
                key=request.key,
                outcome="dropped" if dropped else answer.outcome,
                method=request.method,
                path=request.path,
                status=None if dropped else answer.status,
                number=answer.number,
            )
        self.server.sender.wake()
        self.server.stop.wait(latency_seconds)
        if dropped:
            self._cut()
        else:
            self._reply(answer)

    def _hang(self) -> None:
        self._record(Answer(outcome="hung", status=0))
        self.server.stop.wait(LONGEST_HANG_SECONDS)
        self._cut()

    def _fail(self, failure: Failure) -> None:
        if failure is Failure.CUT:
            self._record(Answer(outcome="failed", status=0))
            self._cut()
            return
        error = failure is Failure.ERROR
        answer = Answer(
            outcome="failed",
            status=HTTPStatus.INTERNAL_SERVER_ERROR if error else HTTPStatus.SERVICE_UNAVAILABLE,
            payload={"detail": "The stand-in fails on purpose."},
        )
        self._record(answer)
        self._reply(answer, retry_after=_retry_after(failure))

    def _read(self) -> "Request | Answer":
        length = self.headers.get("Content-Length", "0" if self.command == "GET" else "")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            return refusal(HTTPStatus.LENGTH_REQUIRED, "A Content-Length is needed.")
        if int(length[:9]) > LARGEST_BODY_BYTES:
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            return refusal(HTTPStatus.BAD_REQUEST, "The body ended early.")
        return Request.read(
            self.command, self.path, key=self.headers.get("Idempotency-Key"), body=body
        )

    def _record(self, answer: Answer) -> None:
        path = self.path.partition("?")[0]
        with self.server.store.write() as tx:
            tx.record_request(
                key=self.headers.get("Idempotency-Key"),
                outcome=answer.outcome,
                method=self.command,
                path=path,
                status=answer.status or None,
                number=None,
            )

    def _reply(self, answer: Answer, *, retry_after: str | None = None) -> None:
        content = json.dumps(answer.payload).encode()
        problem = answer.status >= HTTPStatus.BAD_REQUEST
        self.send_response(answer.status)
        self.send_header(
            "Content-Type", "application/problem+json" if problem else "application/json"
        )
        self.send_header("Content-Length", str(len(content)))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the table `request` holds it."""


def _retry_after(failure: Failure) -> str | None:
    if failure is Failure.UNAVAILABLE_SECONDS:
        return str(RETRY_AFTER_SECONDS)
    if failure is Failure.UNAVAILABLE_DATE:
        at = datetime.now(UTC) + timedelta(seconds=RETRY_AFTER_SECONDS)
        return format_datetime(at, usegmt=True)
    return None
