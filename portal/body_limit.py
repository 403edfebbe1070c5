"""The size of a request's body: refused before it is read, never kept in memory or on disk."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from portal.errors import API, PROBLEM, problem

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MIB = 1024 * 1024
EVENTS_PATH, EVENTS_LIMIT = "/api/v1/calls/events", 4 * MIB
UPLOAD_PATHS, UPLOAD_LIMIT = ("/pengaduan/",), 51 * MIB  # five files of 10 MiB and the form
LIMIT = MIB
DRAINED = 16 * MIB


def limit_of(path: str) -> int:
    """Return how many bytes a body may have that is sent to this path."""
    if path == EVENTS_PATH:
        return EVENTS_LIMIT
    return UPLOAD_LIMIT if path in UPLOAD_PATHS else LIMIT


class _TooLarge(Exception):
    pass


class BodyLimit:
    """Answer 413 to a body over its path's limit and 415 to a compressed one.

    Django reads a whole body into a temporary file before a view sees it, so a limit in a view
    comes too late. A chunked body is counted while it comes.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if headers.get(b"content-encoding", b"identity") != b"identity":
            await _refuse(scope, send, 415)
            return
        limit = limit_of(scope["path"])
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > limit:
            await _drain(receive)
            await _refuse(scope, send, 413)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLarge
            return message

        try:
            await self.application(scope, counted, send)
        except _TooLarge:
            await _drain(receive)
            await _refuse(scope, send, 413)


async def _drain(receive: Receive) -> None:
    """Throw away the rest of a body that is refused, up to a bound.

    Most clients read no answer before they have sent everything; a connection closed under them
    would look like a fault of the network, and be tried again.
    """
    drained, more = 0, True
    while more and drained < DRAINED:
        message = await receive()
        drained += len(message.get("body", b""))
        more = message.get("more_body", False)


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    is_api = scope["path"].startswith(API)
    body = json.dumps(problem(status)).encode() if is_api else b""
    kind = PROBLEM if is_api else "text/plain"
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
