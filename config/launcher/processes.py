"""One child process: how it starts, ends with its parent, and is recognised after a crash."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.launcher.errors import ProcessFailed

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None, use_errno=True).prctl


@dataclass(frozen=True, slots=True)
class Account:
    """The system account that a process runs under."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Identity:
    """A process beyond its number, which the kernel gives away again."""

    pid: int
    started: int  # clock ticks since boot
    boot: str

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """Read who has this number now; None when nobody, or only a zombie, does."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        return None if fields[0] in "ZX" else cls(pid, int(fields[19]), boot)

    @classmethod
    def read(cls, file: Path) -> "Identity | None":
        """Read what `write` kept; None when there is nothing to read."""
        try:
            pid, started, boot = file.read_text().split()
            return cls(int(pid), int(started), boot)
        except (OSError, ValueError):
            return None

    def write(self, file: Path) -> None:
        """Keep it for the start after a crash."""
        file.write_text(f"{self.pid} {self.started} {self.boot}\n")

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return Identity.of(self.pid) == self


@dataclass(slots=True)
class Process:
    """A child of the launcher in a session of its own, with a log file.

    The kernel signals it when the thread that started it ends, `kill -9` included, so it must be
    started by a thread that lives as long as it shall.
    """

    name: str
    argv: Sequence[str]
    log: Path
    pid_file: Path
    env: Mapping[str, str] | None = None  # default: the launcher's
    cwd: Path | None = None
    account: Account | None = None  # default: the launcher's
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    before_start: Callable[[], None] | None = None
    exit_code: int | None = field(default=None, init=False)  # of its last run; -N: by signal N
    _running: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it; raises OSError when its program cannot be run."""
        if self.before_start:
            self.before_start()
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pid_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._running = spawn(
                self.argv, output.fileno(), self.env, self.cwd, self.account, self.death_signal
            )
        identity = Identity.of(self._running.pid)
        if identity:
            identity.write(self.pid_file)

    @property
    def pid(self) -> int | None:
        """Its process number while it runs."""
        return self._running.pid if self._running else None

    @property
    def is_running(self) -> bool:
        """Whether it runs; when it has ended, what it left in its session is killed."""
        if self._running is None:
            return False
        # WNOWAIT leaves the dead leader's number taken, so its group cannot be a stranger's yet.
        ended = os.waitid(os.P_PID, self._running.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self.exit_code = self._running.wait()
        self._running = None
        self.pid_file.unlink(missing_ok=True)
        return False

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it runs."""
        if self.is_running and self._running:
            self._running.send_signal(number)

    def stop(self, *, within_seconds: float) -> None:
        """Ask it to end, and kill it when the time is up."""
        self.send(self.stop_signal)
        if not until(lambda: not self.is_running, within_seconds):
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self.send(signal.SIGKILL)
        until(lambda: not self.is_running, 5)

    def limit_log(self, size: int) -> None:
        """Keep at most twice `size` octets of log: this file and `.1`, the one before."""
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > size:
                # Copied, since the process holds the file; what it writes meanwhile is lost.
                shutil.copyfile(self.log, self.log.with_name(f"{self.log.name}.1"))
                os.truncate(self.log, 0)

    def stop_leftover(self) -> None:
        """End what a killed launcher left; a stranger with the same number is not touched."""
        left = Identity.read(self.pid_file)
        if left and left.is_alive:
            stop_identity(left, self.stop_signal, within_seconds=3)
        self.pid_file.unlink(missing_ok=True)

    def failed(self, what: str) -> ProcessFailed:
        """Make the error that tells what went wrong, with the end of the log."""
        return ProcessFailed(self.name, what, last_lines(self.log))


def spawn(
    argv: Sequence[str],
    output: int,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program in a new session that gets `death_signal` when this thread ends."""
    parent = os.getpid()

    def tie_to_parent() -> None:
        _prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return subprocess.Popen(  # noqa: S603 - the programs are our own packages'
        argv,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        start_new_session=True,
        # After the change of user, which clears it, and before the program: no other place can.
        preexec_fn=tie_to_parent,  # noqa: PLW1509
    )


def stop_identity(process: Identity, stop_signal: signal.Signals, *, within_seconds: float) -> None:
    """End a process that is not our child, if it still is the one that is meant."""
    for number, seconds in ((stop_signal, within_seconds), (signal.SIGKILL, 5)):
        if process.is_alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)
        if until(lambda: not process.is_alive, seconds):
            return


def until(condition: Callable[[], bool], seconds: float, every: float = 0.02) -> bool:
    """Wait for a condition; False when the time is up first."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def last_lines(log: Path, count: int = 20) -> list[str]:
    """Return the end of a log, oldest line first; nothing when it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            return file.read().decode(errors="replace").splitlines()[-count:]
    except OSError:
        return []
