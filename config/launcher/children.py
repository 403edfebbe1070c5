"""The portal's own processes: their commands, and the environment they read."""

import base64
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from celery import Celery

from config.launcher.kept import kept_secret
from config.launcher.processes import Process
from config.launcher.settings_check import CHECKOUT, ServerSettings

MINIMAL_ENV = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def environment(
    settings: ServerSettings, *, database_url: str, cache_url: str, broker_url: str, dumas_url: str
) -> dict[str, str]:
    """Return what the portal's processes and `manage.py` read; an empty value is left out."""
    data, demo = settings.data, settings.demo
    values = {
        "PORT": str(settings.port),
        "PORTAL_DATA": str(data),
        "PORTAL_DOMAIN": settings.domain,
        "PORTAL_DEMO": "1" if demo else "0",
        "DATABASE_URL": database_url,
        "CACHE_URL": cache_url,
        "BROKER_URL": broker_url,
        "SECRET_KEY": settings.secret_key or kept_secret(data, "secret-key", new_secret_key),
        "DUMAS_URL": dumas_url,
        "DUMAS_SECRET": settings.dumas_secret or "",
    }
    if demo and not settings.dumas_secret:
        values["DUMAS_SECRET"] = kept_secret(data, "dumas", new_webhook_secret)
    return {name: value for name, value in values.items() if value}


def new_secret_key() -> str:
    """Make a Django SECRET_KEY."""
    return secrets.token_urlsafe(48)


def new_webhook_secret() -> str:
    """Make a secret in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def services_file(values: Mapping[str, str]) -> str:
    """Write the values as KEY=value lines, for django-environ."""
    return "".join(f"{name}={value}\n" for name, value in values.items())


def send_first_heartbeat(broker_url: str) -> None:
    """Put the worker's first task into its queue; beat's first would come five seconds later."""
    with Celery(broker=broker_url, set_as_current=False) as app:
        app.send_task("regions.tasks.heartbeat", ignore_result=True, retry=False, expires=60)


class Children:
    """Makes the processes of one installation; `env` is what `environment` returned."""

    def __init__(self, settings: ServerSettings, env: Mapping[str, str]) -> None:
        self.settings = settings
        self.heartbeat = settings.data / "run" / "worker-heartbeat"
        extra = {"PORTAL_WORKER_HEARTBEAT": str(self.heartbeat), "PYTHONUNBUFFERED": "1"}
        self.env = {**os.environ, **env, **extra}

    def prepare(self) -> Process:
        """Migrations where the list differs, the Polda, demo accounts."""
        return self._python("prepare", "manage.py", "prepare", *self._demo_flag())

    def web(self) -> Process:
        """Pages, API and sockets."""
        settings = self.settings
        # In a demo nothing stands in front, so nobody may say on whose behalf they come.
        proxy = "--no-proxy-headers" if settings.demo else "--proxy-headers"
        options = ["--host", settings.bind, "--port", str(settings.port), proxy]
        options += ["--loop", "uvloop", "--http", "httptools", "--lifespan", "off"]
        options += ["--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "3"]
        # Our socket says little and hears only pongs: small frames, nothing to compress.
        options += ["--ws", "websockets-sansio", "--ws-max-size", "65536", "--ws-max-queue", "32"]
        options += ["--ws-per-message-deflate", "false"]
        options += ["--ws-ping-interval", "20", "--ws-ping-timeout", "20"]
        return self._python("web", "-m", "uvicorn", "config.asgi:application", *options)

    def worker(self) -> Process:
        """Celery's worker.

        Threads, because tasks wait for PostgreSQL and Dumas, not for the processor: no forks to
        start, to hold connections or to be left behind. Gossip, mingle and heartbeats are for
        workers that watch each other; without them one starts a second sooner, and whether it
        works is told by the task that touches PORTAL_WORKER_HEARTBEAT.
        """
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        options = ["--pool", "threads", "--concurrency", "8", "--loglevel", "warning", *quiet]
        return self._python("worker", "-m", "celery", "-A", "config", "worker", *options)

    def beat(self) -> Process:
        """Celery's clock. Its file is deleted first: a damaged or older one must not stop it."""
        schedule = self.settings.data / "run" / "beat-schedule"

        def forget_schedule() -> None:
            for file in schedule.parent.glob(f"{schedule.name}*"):
                file.unlink(missing_ok=True)

        options = ["--schedule", str(schedule), "--pidfile", "", "--loglevel", "warning"]
        beat = self._python("beat", "-m", "celery", "-A", "config", "beat", *options)
        beat.before_start = forget_schedule
        return beat

    def _python(self, name: str, *arguments: str) -> Process:
        return portal_process(self.settings.data, name, *arguments, env=self.env)

    def _demo_flag(self) -> list[str]:
        return ["--demo"] if self.settings.demo else []


def dumas_sandbox(settings: ServerSettings, port: int) -> Process:
    """Make the stand-in for Dumas Presisi, which knows nothing of the portal but its address."""
    arguments = ["manage.py", "dumas_sandbox", "--port", str(port), "--domain", settings.domain]
    arguments += ["--store", str(settings.data / "dumas-sandbox.sqlite3")]
    callback = f"http://127.0.0.1:{settings.port}/api/v1/dumas/callbacks"
    arguments += ["--callback-url", callback]
    secret = settings.dumas_secret or kept_secret(settings.data, "dumas", new_webhook_secret)
    env = {**MINIMAL_ENV, "DUMAS_SECRET": secret, "PYTHONUNBUFFERED": "1"}
    return portal_process(settings.data, "sandbox", *arguments, env=env)


def portal_process(data: Path, name: str, *arguments: str, env: Mapping[str, str]) -> Process:
    """Make a process of the virtual environment's Python, in the checkout."""
    return Process(
        name,
        [sys.executable, *arguments],
        log=data / "log" / f"{name}.log",
        pid_file=data / "run" / f"{name}.pid",
        env=env,
        cwd=CHECKOUT,
        # All work survives a kill, and nothing shall work on without its watch.
        death_signal=signal.SIGKILL,
    )
