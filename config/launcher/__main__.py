"""script/server: starts everything, says `ready`, watches, and stops all of it on a signal."""

import contextlib
import fcntl
import http.client
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from config.launcher.children import (
    Children,
    dumas_sandbox,
    environment,
    send_first_heartbeat,
    services_file,
)
from config.launcher.demo import announcement, hide_demo_file, show_demo_file
from config.launcher.errors import ProcessFailed, StartRefused, StopRequested
from config.launcher.kept import kept_port, why_taken, write_private
from config.launcher.postgres import EmbeddedPostgres
from config.launcher.processes import Process, until
from config.launcher.settings_check import (
    ServerSettings,
    check_reachable,
    make_data_folder,
    read_settings,
)
from config.launcher.supervisor import Supervisor, stop_all
from config.launcher.valkey import EmbeddedValkey

READY_SECONDS = 90.0


class Server:
    """One run of the installation in a data folder that is ours alone."""

    def __init__(self, settings: ServerSettings, stop: threading.Event) -> None:
        self.settings = settings
        self._stop = stop
        self._started: list[Process] = []

    def run(self) -> None:
        """Start, announce, watch until the stop signal; stops everything however it ends."""
        data = self.settings.data
        hide_demo_file(data)
        try:
            supervisor = self._start()
            show_demo_file(data)
            with contextlib.suppress(BrokenPipeError):  # nobody listens: run on
                for line in announcement(self.settings):
                    print(line, flush=True)  # noqa: T201
            while not self._stop.wait(0.1):
                supervisor.tick()
        finally:
            stop_all(self._started)
            (data / "services.env").unlink(missing_ok=True)
            hide_demo_file(data)

    def _start(self) -> Supervisor:
        settings = self.settings
        _rotate_logs(settings.data / "log")
        check_reachable(settings)
        sandbox, dumas_url = self._sandbox()
        postgres = None if settings.database_url else EmbeddedPostgres(settings.data)
        needs_valkey = not (settings.cache_url and settings.broker_url)
        valkey = EmbeddedValkey(settings.data) if needs_valkey else None
        taken = why_taken(settings.bind, settings.port)
        if taken:
            message = f"PORT: cannot listen at {settings.bind}:{settings.port} ({taken})"
            raise StartRefused(message)
        if postgres:
            self._launch(postgres.process)
        if valkey:
            self._started.append(valkey.process)
            valkey.start()
        if sandbox:
            self._launch(sandbox)
        if postgres:
            self._wait(postgres.process, lambda: postgres.is_ready, 120)
        env = environment(
            settings,
            database_url=settings.database_url or (postgres.url() if postgres else ""),
            cache_url=settings.cache_url or (valkey.url(0) if valkey else ""),
            broker_url=settings.broker_url or (valkey.url(1) if valkey else ""),
            dumas_url=dumas_url,
        )
        write_private(settings.data / "services.env", services_file(env))
        return self._start_portal(Children(settings, env))

    def _sandbox(self) -> tuple[Process | None, str]:
        settings = self.settings
        if settings.dumas_url or not settings.demo:
            return None, settings.dumas_url or ""
        port = kept_port(settings.data / "dumas-sandbox.port")
        return dumas_sandbox(settings, port), f"http://127.0.0.1:{port}"

    def _start_portal(self, children: Children) -> Supervisor:
        self._finish(children.prepare())
        children.heartbeat.unlink(missing_ok=True)
        send_first_heartbeat(children.env["BROKER_URL"])
        web, worker, beat = children.web(), children.worker(), children.beat()
        for process in (web, worker, beat):
            self._launch(process)
        self._wait(web, self._answers, READY_SECONDS)
        self._wait(worker, children.heartbeat.exists, READY_SECONDS)
        supervisor = Supervisor(children.heartbeat)
        for process in self._started:
            supervisor.watch(process)
        return supervisor

    def _launch(self, process: Process) -> None:
        self._started.append(process)
        process.start()

    def _finish(self, process: Process) -> None:
        """Run a process that ends by itself; migrations may take their time."""
        self._launch(process)
        until(lambda: self._stop.is_set() or not process.is_running, float("inf"))
        if self._stop.is_set():
            raise StopRequested
        self._started.remove(process)
        if process.exit_code:
            raise process.failed(f"failed with code {process.exit_code}")

    def _wait(self, process: Process, is_ready: Callable[[], bool], seconds: float) -> None:
        """Wait until something answers, and all that was started still runs."""

        def settled() -> bool:
            return self._stop.is_set() or bool(self._ended()) or is_ready()

        in_time = until(settled, seconds)
        if self._stop.is_set():
            raise StopRequested
        for ended in self._ended():
            raise ended.failed(f"ended with code {ended.exit_code} while starting")
        if not in_time:
            raise process.failed(f"did not answer within {seconds:g} s")

    def _ended(self) -> list[Process]:
        return [process for process in self._started if not process.is_running]

    def _answers(self) -> bool:
        bind = self.settings.bind
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104
        connection = http.client.HTTPConnection(host, self.settings.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": self.settings.domain})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@contextlib.contextmanager
def alone_in(data: Path) -> Iterator[None]:
    """Hold the data folder against a second server; the kernel lets go when we die.

    Raises:
        StartRefused: another server runs there, or the folder cannot be written.
    """
    try:
        file = (data / "server.lock").open("a+")
    except OSError as error:
        message = f"PORTAL_DATA: {data} cannot be written ({error.strerror})"
        raise StartRefused(message) from None
    with file:

        def is_locked() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        # A child that was just being started holds a killed launcher's lock for a moment.
        if not until(is_locked, 0.5):
            file.seek(0)
            message = (
                f"PORTAL_DATA: a server (process {file.read().strip()}) already runs on {data}"
            )
            raise StartRefused(message)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _stop_leftovers(settings: ServerSettings) -> None:
    """End what outlived a killed launcher; PostgreSQL and Valkey see to theirs when they start."""
    run = settings.data / "run"
    for pid_file in run.glob("*.pid"):
        if pid_file.stem != "postgres":
            Process(pid_file.stem, [], log=Path(os.devnull), pid_file=pid_file).stop_leftover()


def _rotate_logs(folder: Path) -> None:
    """Keep the logs of this run and of the one before."""
    for log in folder.glob("*.log"):
        log.replace(log.with_name(f"{log.name}.1"))


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def request_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, request_stop)
    return stop


def main() -> int:
    """Run until a signal. 0 after a stop, 1 when a process fails to start, 2 for a setting."""
    stop = _stop_on_signals()
    try:
        settings = read_settings(os.environ, sys.argv[1:])
        make_data_folder(settings.data)
        with alone_in(settings.data):
            _stop_leftovers(settings)
            Server(settings, stop).run()
    except StartRefused as refusal:
        print(f"script/server: {refusal}", file=sys.stderr)  # noqa: T201
        return 2
    except ProcessFailed as failure:
        lines = [*failure.last_lines, f"script/server: {failure}"]
        print("\n".join(lines), file=sys.stderr)  # noqa: T201
        return 1
    except StopRequested:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
