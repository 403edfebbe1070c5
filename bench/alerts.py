"""Time from POST to the message at every socket, beside bare Valkey publish/subscribe."""

import asyncio
import multiprocessing
import re
import socket
import time
from collections.abc import Awaitable, Callable
from functools import partial
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

from bench.figure import percentile, tell
from bench.portal import gate, services
from bench.switch import Line, call_of_five, in_threads
from tests.live import LivePortal

REGION = "jabar"
SOCKETS = (1, 100)
PER_SECOND, SECONDS, SENDERS = 20, 10, 4
CHANNEL = "bench.alerts"

Received = list[tuple[str, int]]  # call and time, monotonic nanoseconds of this machine
Listener = Callable[[Connection, int, tuple[str, ...]], None]


def run(portal: LivePortal) -> None:
    """Measure at each number of sockets, bare publish/subscribe right before."""
    place = portal.demo["regions"][REGION]
    cache = services(portal)["CACHE_URL"]
    for count in SOCKETS:
        bare = _milliseconds(hear_bare, count, (cache,), lambda: _publish(cache))
        target = (str(portal.port), place["host"], place["tokens"]["agent1"])
        whole = _milliseconds(hear_alerts, count, target, lambda: _deliver(portal))
        sockets = f"{count}_socket{'s' if count > 1 else ''}"
        for percent in (50, 99):
            reached, ceiling = percentile(whole, percent), percentile(bare, percent)
            tell(f"raw_publish_{sockets}_p{percent}", ceiling, "ms")
            tell(
                f"alert_{sockets}_p{percent}",
                reached,
                "ms",
                f"ratio {reached / ceiling:.1f} of bare publish/subscribe",
                *(["goal under 100 ms"] if (count, percent) == (100, 99) else []),
                f"{len(whole)} messages at {PER_SECOND} events/s",
            )


def _milliseconds(
    listener: Listener, count: int, target: tuple[str, ...], send: Callable[[], dict[str, int]]
) -> list[float]:
    """Start a process with so many listeners, send, and return how long each message took."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=listener, args=(theirs, count, target))
    process.start()
    try:
        if not ours.poll(60):
            message = "the listeners did not connect within 60 s"
            raise RuntimeError(message)
        ours.recv()
        sent = send()
        time.sleep(2)
        ours.send("enough")
        received: Received = ours.recv()
    finally:
        process.terminate()
        process.join()
    times = [(at - sent[call]) / 1e6 for call, at in received if call in sent]
    if len(times) != count * len(sent):
        message = f"{len(times)} of {count * len(sent)} messages arrived"
        raise RuntimeError(message)
    return times


def _deliver(portal: LivePortal) -> dict[str, int]:
    """Offer calls at a steady rate over several connections; returns when each was sent."""
    target, sent, began = gate(portal, REGION), dict[str, int](), time.monotonic()

    def sender(number: int) -> None:
        line = Line(portal.port)
        for turn in range(number, PER_SECOND * SECONDS, SENDERS):
            offer = call_of_five("agent1")[:1]
            delivery = target.delivery(offer)
            time.sleep(max(0.0, began + turn / PER_SECOND - time.monotonic()))
            sent[offer[0]["subject"]] = time.monotonic_ns()
            line.post(*delivery)
        line.close()

    in_threads([partial(sender, number) for number in range(SENDERS)])
    return sent


def _publish(url: str) -> dict[str, int]:
    sent: dict[str, int] = {}
    began = time.monotonic()
    with _valkey(url) as line:
        for turn in range(PER_SECOND * SECONDS):
            call = f"{turn:032x}"
            message = f'"id":"{call}"'.ljust(900)  # as long as an alert
            time.sleep(max(0.0, began + turn / PER_SECOND - time.monotonic()))
            sent[call] = time.monotonic_ns()
            line.sendall(f"PUBLISH {CHANNEL} '{message}'\r\n".encode())
            line.recv(64)
    return sent


def _valkey(url: str) -> socket.socket:
    parts = urlsplit(url)
    line = socket.create_connection((parts.hostname, parts.port), timeout=10)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.sendall(f"AUTH {parts.password}\r\n".encode())
    line.recv(64)
    return line


_CALL = re.compile(r'"id":"([0-9a-f]{32})"')


def hear_alerts(pipe: Connection, count: int, target: tuple[str, ...]) -> None:
    """Listen at sockets of the portal, in a process of its own."""
    port, host, token = target

    async def one(received: Received, ready: Callable[[], None]) -> None:
        line = socket.create_connection(("127.0.0.1", int(port)))
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(
            f"ws://{host}/ws/alerts/", sock=line, additional_headers=headers, compression=None
        ) as messages:
            await messages.recv()  # hello
            ready()
            async for message in messages:
                now = time.monotonic_ns()
                if found := _CALL.search(str(message)):
                    received.append((found[1], now))

    asyncio.run(_hear(pipe, count, one))


def hear_bare(pipe: Connection, count: int, target: tuple[str, ...]) -> None:
    """Listen as plain subscribers of Valkey, in a process of its own."""

    async def one(received: Received, ready: Callable[[], None]) -> None:
        reader, writer = await asyncio.open_connection(sock=_valkey(target[0]))
        writer.write(f"SUBSCRIBE {CHANNEL}\r\n".encode())
        for _ in range(6):  # *3, then the kind, the channel and the number of subscriptions
            await reader.readline()
        ready()
        while line := await reader.readline():
            now = time.monotonic_ns()
            if found := _CALL.search(line.decode()):
                received.append((found[1], now))

    asyncio.run(_hear(pipe, count, one))


async def _hear(
    pipe: Connection,
    count: int,
    one: Callable[[Received, Callable[[], None]], Awaitable[None]],
) -> None:
    received: Received = []
    connected = asyncio.Semaphore(0)
    listeners = [asyncio.ensure_future(one(received, connected.release)) for _ in range(count)]
    for _ in range(count):
        await connected.acquire()
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    for listener in listeners:
        listener.cancel()
    pipe.send(received)
