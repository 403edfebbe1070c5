"""The alert socket: the protocol only. What is sent comes from `portal.feed`."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

import orjson
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError
from psycopg_pool import PoolTimeout
from typing_extensions import override

from interactions import queries
from portal import socket_access
from portal.feed import AlertFeed
from regions.context import arun_in_public, arun_in_region

HEARTBEAT_SECONDS = 5.0
BAD_AFTER, NOT_NOW = 4400, 1013
MOST_DIGITS = 18


class NoSocket(AsyncWebsocketConsumer):
    """Any other path: refused before it opens."""

    @override
    async def connect(self) -> None:
        await self.close()


class AlertSocket(AsyncWebsocketConsumer):
    """Hello, then every alert after `after` exactly once and in order, and a heartbeat."""

    feed: AlertFeed | None = None
    sending: asyncio.Task[None] | None = None

    @override
    async def connect(self) -> None:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in self.scope["headers"]
        }
        scheme = self.scope.get("scheme", "ws")
        if "origin" in headers and not socket_access.is_own_origin(headers, scheme):
            await self.close()
            return
        credentials = socket_access.credentials_of(headers)
        if credentials is not None and credentials.session_key and "origin" not in headers:
            credentials = None  # a browser always says where it comes from
        try:
            refused = await self._enter(headers, credentials)
        except (DatabaseError, PoolTimeout):
            await self._open_and_close(NOT_NOW)
            return
        if refused is not None:
            await self._open_and_close(refused)

    async def _enter(
        self, headers: dict[str, str], credentials: socket_access.Credentials | None
    ) -> int | None:
        """Open the socket and start what it sends; returns the code of a refusal instead."""
        host = socket_access.host_of(headers)
        region = await arun_in_public(socket_access.region_of_host, host)
        if region is None or credentials is None:
            return socket_access.SIGN_IN
        refused = await arun_in_region(region, socket_access.refusal_of, credentials)
        if refused is not None:
            return refused
        after = self._after()
        if after is not None and after < 0:
            return BAD_AFTER
        # The feed first, then the span: what is committed in between is heard, not missed.
        self.feed = await AlertFeed.join(region, self, credentials)
        span = await arun_in_region(region, queries.alerts_span)
        await self.accept()
        await self._send({"type": "hello", "region": region, "seq": span.newest})
        cursor = span.newest if after is None else after
        if cursor > span.newest or cursor < (span.oldest_kept or span.newest + 1) - 1:
            cursor = span.newest
            await self._send({"type": "reset", "seq": span.newest})
        self.sending = asyncio.create_task(self._send_all(self.feed, cursor))
        return None

    def _after(self) -> int | None:
        """Return the cursor that the client asked for; -1 for one that is none."""
        asked = parse_qs(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        values = asked.get("after")
        if values is None:
            return None
        text = values[0]
        is_number = len(values) == 1 and text.isascii() and text.isdigit()
        return int(text) if is_number and len(text) <= MOST_DIGITS else -1

    async def _send(self, message: dict[str, Any]) -> None:
        await self.send(text_data=orjson.dumps(message).decode())

    async def _open_and_close(self, code: int) -> None:
        # Closed before it opens, a browser would not learn the code.
        await self.accept()
        await self.close(code=code)

    async def _send_all(self, feed: AlertFeed, cursor: int) -> None:
        """Send alerts as they come and a heartbeat every HEARTBEAT_SECONDS.

        A slow client holds up nobody: it goes on from its own cursor.
        """
        clock = asyncio.get_running_loop()
        heartbeat_at = clock.time() + HEARTBEAT_SECONDS
        while True:
            try:
                async with asyncio.timeout_at(heartbeat_at):
                    page = await feed.after(cursor)
            except TimeoutError:
                page = ()
            except (DatabaseError, PoolTimeout):
                await asyncio.sleep(1)
                continue
            for seq, message in page:
                await self.send(text_data=message)
                cursor = seq
            if clock.time() >= heartbeat_at:
                await self._send({"type": "heartbeat", "seq": feed.head})
                heartbeat_at = clock.time() + HEARTBEAT_SECONDS

    @override
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take nothing: commands are requests, so that none waits in a dead socket."""

    @override
    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        if self.sending is not None:
            self.sending.cancel()
        if self.feed is not None:
            self.feed.leave(self)
        raise StopConsumer
