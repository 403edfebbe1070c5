"""A whole portal as `script/server` starts it, and clients that speak to it from outside."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import httpx
import psycopg
from websockets.sync.client import ClientConnection, connect

from config.launcher.kept import kept_port
from config.launcher.postgres import EmbeddedPostgres
from config.launcher.processes import Identity, until

SCRIPT = Path(__file__).resolve().parents[1] / "script" / "server"
SETTINGS = {"PORT", "DATABASE_URL", "DATABASE_POOL_SIZE", "CACHE_URL", "BROKER_URL", "SECRET_KEY"}
SETTINGS |= {"DUMAS_SECRET", "CHANNEL_PREFIX", "LOG_LEVEL"}


def clean_environment(**settings: str) -> dict[str, str]:
    """What a shell has: nothing of this test run's own settings."""
    ours = {k: v for k, v in os.environ.items() if k not in SETTINGS and "PORTAL_" not in k}
    return ours | {"DUMAS_URL": ""} | settings


class LivePortal:
    """One data folder and port, and the server that runs there now."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = kept_port(data.with_name(f"{data.name}.port"))
        self.output = data.with_name(f"{data.name}.output")
        self.process: Any = None

    def start(self, within_seconds: float = 300) -> None:
        env = clean_environment(PORT=str(self.port), PORTAL_DATA=str(self.data))
        with self.output.open("w") as output:
            self.process = subprocess.Popen([SCRIPT], stdout=output, stderr=output, env=env)
        until(lambda: self.is_ready or self.process.poll() is not None, within_seconds)
        assert self.is_ready, f"not ready within {within_seconds} s:\n{self.output.read_text()}"

    @property
    def is_ready(self) -> bool:
        return self.output.read_text().endswith("\nready\n")

    @property
    def answers(self) -> bool:
        """Whether it is up as a load balancer sees it."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> int:
        """Stop as Ctrl-C would; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code: int = self.process.wait(15)
        return code

    def kill(self, *names: str) -> None:
        """kill -9 of children by name (web, worker, beat, valkey, postgres, sandbox)."""
        for name in names:
            child = Identity.read(self.data / "run" / f"{name}.pid")
            assert child, f"{name} does not run"
            os.kill(child.pid, signal.SIGKILL)

    def kill_everything(self) -> None:
        """kill -9 of the launcher first, then of all its children."""
        children = [Identity.read(file) for file in (self.data / "run").glob("*.pid")]
        self.process.kill()
        self.process.wait()
        for child in filter(None, children):
            try:
                os.kill(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def clear(self) -> None:
        """Stop and remove everything."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        EmbeddedPostgres(self.data).remove()

    def sql(self, statement: str, *values: object) -> None:
        """Change rows behind the portal's back, to make a state that takes days to come about."""
        lines = (self.data / "services.env").read_text().splitlines()
        url = dict(line.split("=", 1) for line in lines)["DATABASE_URL"].strip("\"'")
        with psycopg.connect(url) as database:
            database.execute(statement, values)

    @property
    def demo(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.data / "demo.json").read_text())
        return document

    def host(self, slug: str) -> str:
        place = self.demo["national"] if slug == "nasional" else self.demo["regions"][slug]
        host: str = place["host"]
        return host

    def url(self, slug: str, path: str = "/") -> str:
        return f"http://{self.host(slug)}{path}"

    def client(self, slug: str, account: str = "") -> httpx.Client:
        """A program at a host: with a person's token, `telephony` for the switch's, or none."""
        place = self.demo["national"] if slug == "nasional" else self.demo["regions"][slug]
        tokens = {**place["tokens"], "telephony": place["telephony_key"]}
        headers = {"Host": place["host"]}
        if account:
            headers["Authorization"] = f"Bearer {tokens[account]}"
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=20)

    def socket(
        self,
        slug: str,
        account: str = "agent1",
        *,
        after: object = None,
        max_queue: int = 16,
        **headers: str,
    ) -> ClientConnection:
        """Open the alert socket as a program does: a token, no Origin."""
        place = self.demo["regions"][slug]
        query = "" if after is None else f"?after={after}"
        given = {"Host": place["host"]}
        if account:
            given["Authorization"] = f"Bearer {place['tokens'][account]}"
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        host = given.pop("Host")
        return connect(
            f"ws://{host}/ws/alerts/{query}",
            sock=_loopback(self.port),
            additional_headers=given,
            open_timeout=20,
            close_timeout=5,
            max_queue=max_queue,
        )


def _loopback(port: int) -> Any:
    import socket

    return socket.create_connection(("127.0.0.1", port), timeout=20)
