"""The embedded PostgreSQL: made, started, found again after a crash, stopped."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from config.launcher.errors import ProcessFailed, StartRefused
from config.launcher.kept import kept_secret, random_secret, write_private
from config.launcher.postgres_home import (
    PostgresHome,
    clear_throwaways,
    home_of,
    mark_throwaway,
    set_aside,
)
from config.launcher.processes import Identity, Process, last_lines, spawn, stop_identity, until

ROLE = DATABASE = "portal110"

_SETTINGS = """\
# Written anew at each start. Own values belong to ALTER SYSTEM, which wins over these.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
hba_file = '{access}'
max_connections = 200
shared_buffers = 256MB
# A migration or a dump of 36 schemas touches every table of each in one transaction.
max_locks_per_transaction = 512
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
# A failing statement and its DETAIL would put a citizen's number or words into the log.
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
# Rounds protect passwords that can be guessed; ours are 192 random bits.
scram_iterations = 1
"""
_THROWAWAY_SETTINGS = """\
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
"""
_ACCESS = "local all all scram-sha-256\n"
_MINIMAL_ENV = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


class EmbeddedPostgres:
    """One cluster, on a socket that only root and its own account can reach.

    `folder` is the data folder of an installation (PORTAL_DATA); passwords and the log are kept
    there, and `folder/postgres` names the place of the cluster. `durable=False` is for tests:
    nothing waits for the disk, and a later run may clear the cluster away.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.durable = durable
        self._home: PostgresHome | None = None
        self._process: Process | None = None

    @property
    def home(self) -> PostgresHome:
        """Where it lives; made at the first use."""
        if self._home is None:
            self._home = home_of(self.folder)
        return self._home

    @property
    def process(self) -> Process:
        """Its process, for a supervisor."""
        if self._process is None:
            home = self.home
            program = str(home.programs / "postgres")
            self._process = Process(
                "postgres",
                [program, "-D", str(home.data), "-c", f"config_file={home.config}"],
                log=self.folder / "log" / "postgres.log",
                pid_file=self.folder / "run" / "postgres.pid",
                env=_MINIMAL_ENV,
                cwd=home.folder,
                account=home.account,
                stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
                death_signal=signal.SIGINT,
                before_start=self._prepare,
            )
        return self._process

    def start(self, *, within_seconds: float = 60) -> None:
        """Start it and wait until it answers; makes the cluster where there is none.

        Raises:
            StartRefused: the machine or the data forbids it.
            ProcessFailed: it ended or did not answer in time.
        """
        process = self.process
        process.start()
        until(lambda: self.is_ready or not process.is_running, within_seconds)
        if not process.is_running:
            raise process.failed("ended while starting")
        if not self.is_ready:
            process.kill()
            raise process.failed(f"did not answer within {within_seconds:g} s")

    @property
    def is_ready(self) -> bool:
        """Whether it takes connections; its own word, as pg_ctl reads it."""
        try:
            lines = (self.home.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def stop(self, *, within_seconds: float = 5) -> None:
        """Stop it, with all its sessions; what is committed is on disk either way."""
        self.process.stop(within_seconds=within_seconds)
        self._stop_strays()

    def remove(self) -> None:
        """Delete a stopped cluster with all its data."""
        shutil.rmtree(self.home.folder, ignore_errors=True)
        shutil.rmtree(self.home.sockets, ignore_errors=True)
        (self.folder / "postgres").unlink(missing_ok=True)
        self._home = self._process = None

    def url(self, database: str = DATABASE) -> str:
        """Return the address for the application's role, which is no superuser.

        It owns the database `portal110` and may create databases and roles.
        """
        return self._url(database, ROLE, "postgres")

    def superuser_url(self, database: str = DATABASE) -> str:
        """Return the address for the role `postgres`, which the application never uses."""
        return self._url(database, "postgres", "postgres-superuser")

    def _url(self, database: str, role: str, secret: str) -> str:
        password = kept_secret(self.folder, secret, random_secret)
        host = quote(str(self.home.sockets), safe="")
        return f"postgresql://{role}:{password}@/{quote(database, safe='')}?host={host}"

    def _prepare(self) -> None:
        self._stop_strays()
        self._part_from_old_cluster()
        home = self.home
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.folder / "postgres", f"{home.folder}\n")
        if not self.durable:
            clear_throwaways()
            mark_throwaway(home)
        for stale in (home.data / "postmaster.pid", home.sockets / ".s.PGSQL.5432.lock"):
            # The number in it may be another program's by now, and PostgreSQL would refuse.
            stale.unlink(missing_ok=True)
        settings = _SETTINGS.format(sockets=home.sockets, access=home.access)
        self._write(home.config, settings + ("" if self.durable else _THROWAWAY_SETTINGS))
        self._write(home.access, _ACCESS)
        if not home.data.exists():
            self._make_cluster()
        self._check_version()

    def _part_from_old_cluster(self) -> None:
        """Start anew where the data folder was deleted, without deleting what it had."""
        if (self.folder / "postgres").exists() or not self.home.data.exists():
            return
        if self.durable:
            aside = set_aside(self.home)
            note = f"PostgreSQL data of an earlier {self.folder} is kept in {aside}"
            print(note, file=sys.stderr, flush=True)  # noqa: T201 - for the person at the terminal
        else:
            shutil.rmtree(self.home.folder)
        self._home = home_of(self.folder)

    def _stop_strays(self) -> None:
        """End every server process on this cluster that is not ours: their folder tells them."""
        own = self._process.pid if self._process else None
        strays = [found for found in _servers_on(self.home.data) if found.pid != own]
        for stray in strays:  # the first to end is the postmaster; its children follow it
            stop_identity(stray, signal.SIGINT, within_seconds=6)

    def _make_cluster(self) -> None:
        home = self.home
        new = home.folder / "data.new"  # renamed when it is whole: a kill leaves no half cluster
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if home.account:
            os.chown(new, home.account.uid, home.account.gid)
        options = ["--username=postgres", "--encoding=UTF8", "--auth=reject", "--no-instructions"]
        # Not the C library's order, which changes under an index when Debian is upgraded.
        options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            options.append("--no-sync")
        self._run([str(home.programs / "initdb"), "-D", str(new), *options])
        password = kept_secret(self.folder, "postgres", random_secret)
        superuser = kept_secret(self.folder, "postgres-superuser", random_secret)
        roles = (
            f"ALTER ROLE postgres PASSWORD '{superuser}'\n"
            f"CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE PASSWORD '{password}'\n"
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n"
        )
        single = [str(home.programs / "postgres"), "--single", "-D", str(new)]
        single += ["-c", f"config_file={home.config}", "-c", "exit_on_error=on", "postgres"]
        self._run(single, roles)
        new.rename(home.data)

    def _run(self, argv: list[str], text: str = "") -> None:
        home = self.home
        log = self.folder / "log" / "postgres-setup.log"
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("wb") as output, tempfile.TemporaryFile() as script:
            script.write(text.encode())
            script.seek(0)
            run = spawn(
                argv,
                output.fileno(),
                env=_MINIMAL_ENV,
                cwd=home.folder,
                account=home.account,
                stdin=script.fileno(),
            )
            code = run.wait()
        if code:
            raise ProcessFailed(Path(argv[0]).name, f"failed with code {code}", last_lines(log))

    def _check_version(self) -> None:
        made_by = (self.home.data / "PG_VERSION").read_text().strip()
        program = str(self.home.programs / "postgres")
        ours = subprocess.run([program, "-V"], capture_output=True, text=True, check=True).stdout  # noqa: S603
        if ours.split()[-1].split(".")[0] != made_by:
            message = (
                f"PORTAL_DATA: its data is of PostgreSQL {made_by}, this is {ours.split()[-1]}"
            )
            raise StartRefused(message)

    def _write(self, file: Path, text: str) -> None:
        write_private(file, text)
        if self.home.account:
            os.chown(file, 0, self.home.account.gid)
            file.chmod(0o640)


def _servers_on(data: Path) -> list[Identity]:
    """Find PostgreSQL's processes whose working folder is this cluster, oldest first."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):  # it ended meanwhile, or is another account's
                here = (entry / "cwd").readlink() == data
                if here and (entry / "exe").readlink().name.startswith("postgres"):
                    identity = Identity.of(int(entry.name))
                    found += [identity] if identity else []
    return sorted(found, key=lambda process: process.started)
