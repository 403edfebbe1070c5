"""The alert feed: one reader per region and process, shared by all of its sockets.

The table is the truth and the channel layer only a hint, so the feed reads each alert once from
the table, keeps the newest in memory as they go out, and wakes its sockets. Each socket goes on
from its own cursor: from memory when it keeps up, from the table when it is far behind. A lost hint
costs at most `POLL_SECONDS`.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import orjson
import structlog
from channels.layers import get_channel_layer
from django.db import Error as DatabaseError
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from interactions import queries
from interactions.services.alerts import alerts_group
from portal.socket_access import Credentials, refusals_of
from regions.context import arun_in_region
from regions.metrics import ALERT_SOCKETS

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
PAGE = 500
KEPT = 2_000

CHECK_SECONDS = 2.0  # a signed-out person's socket ends within 5 s

Sent = tuple[int, str]  # seq and the message as it goes out


class Socket(Protocol):
    """What the feed needs of a socket: that it can be closed."""

    async def close(self, code: int) -> Any: ...


class AlertFeed:
    """What a region's sockets of this process have in common: the newest seq and alerts."""

    _feeds: ClassVar[dict[str, "AlertFeed"]] = {}

    def __init__(self, region: str, head: int) -> None:
        self.region = region
        self.head = head
        self._recent: deque[Sent] = deque(maxlen=KEPT)
        self._news = asyncio.Condition()
        self._hinted = asyncio.Event()
        self._sockets: dict[Socket, Credentials] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def join(cls, region: str, socket: Socket, credentials: Credentials) -> "AlertFeed":
        """Return the region's feed of this process, started if this is its first socket.

        From now on the socket is closed once its credentials are not good any more.
        """
        feed = cls._feeds.get(region)
        if feed is None:
            span = await arun_in_region(region, queries.alerts_span)
            # Another socket may have been first while the database was asked.
            feed = cls._feeds.setdefault(region, cls(region, span.newest))
        feed._admit(socket, credentials)  # noqa: SLF001 (its own class)
        return feed

    def _admit(self, socket: Socket, credentials: Credentials) -> None:
        self._sockets[socket] = credentials
        ALERT_SOCKETS.labels(self.region).inc()
        if not self._tasks:
            works = (self._read(), self._listen(), self._watch())
            self._tasks = [asyncio.create_task(work) for work in works]

    def leave(self, socket: Socket) -> None:
        """Let go of the feed; with its last socket it stops."""
        if self._sockets.pop(socket, None) is not None:
            ALERT_SOCKETS.labels(self.region).dec()
        if not self._sockets:
            self._feeds.pop(self.region, None)
            for task in self._tasks:
                task.cancel()

    async def after(self, seq: int) -> Sequence[Sent]:
        """Return the next alerts after `seq` in order, one page; waits until there are any."""
        async with self._news:
            await self._news.wait_for(lambda: self.head > seq)
        if self._recent and self._recent[0][0] <= seq + 1:
            first = seq + 1 - self._recent[0][0]
            return [self._recent[i] for i in range(first, min(first + PAGE, len(self._recent)))]
        return await arun_in_region(self.region, _page_after, seq)

    async def _read(self) -> None:
        """Read what is new from the table, at each hint and at least every POLL_SECONDS."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hinted.wait(), POLL_SECONDS)
            self._hinted.clear()
            try:
                page = await arun_in_region(self.region, _page_after, self.head)
            except (DatabaseError, PoolTimeout) as error:
                log.warning("feed.unread", region=self.region, error=type(error).__name__)
                continue
            if not page:
                continue
            self._recent.extend(page)
            async with self._news:
                self.head = page[-1][0]
                self._news.notify_all()
            if len(page) == PAGE:
                self._hinted.set()

    async def _listen(self) -> None:
        """Hear the hints; while Valkey is away the poll alone carries on."""
        while True:
            layer = get_channel_layer()
            try:
                channel = await layer.new_channel()
                await layer.group_add(alerts_group(self.region), channel)
                while True:
                    await layer.receive(channel)
                    self._hinted.set()
            except (RedisError, OSError) as error:
                log.warning("feed.deaf", region=self.region, error=type(error).__name__)
                await asyncio.sleep(POLL_SECONDS)

    async def _watch(self) -> None:
        """Close the sockets whose people signed out, were disabled, or have another role now."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            asked = set(self._sockets.values())
            try:
                refused = await arun_in_region(self.region, refusals_of, asked)
            except (DatabaseError, PoolTimeout) as error:
                log.warning("feed.unchecked", region=self.region, error=type(error).__name__)
                continue
            for socket, credentials in list(self._sockets.items()):
                if credentials in refused:
                    await socket.close(code=refused[credentials])


def _page_after(seq: int) -> list[Sent]:
    return [
        (alert.seq, orjson.dumps(queries.alert_document(alert)).decode())
        for alert in queries.alerts_after(seq, limit=PAGE)
    ]
