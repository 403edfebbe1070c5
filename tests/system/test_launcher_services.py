"""The embedded PostgreSQL and Valkey, each alone: what the whole suite stands on."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.launcher import postgres_home
from config.launcher.kept import kept_port
from config.launcher.postgres import EmbeddedPostgres, _servers_on
from config.launcher.processes import Identity, Process, until
from config.launcher.supervisor import Supervisor
from config.launcher.valkey import EmbeddedValkey

SLEEP = "/usr/bin/sleep"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it under another account")


@pytest.fixture
def postgres(tmp_path):
    server = EmbeddedPostgres(tmp_path, durable=False)
    yield server
    server.stop()
    server.remove()


@pytest.fixture
def valkey(tmp_path):
    server = EmbeddedValkey(tmp_path)
    yield server
    server.stop()


def modes_up_to_root(folder):
    return {str(path): stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


def test_postgres_starts_in_a_folder_that_others_cannot_enter_without_opening_it(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    before = modes_up_to_root(home)
    server = EmbeddedPostgres(home, durable=False)

    server.start()

    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    server.remove()
    assert modes_up_to_root(home) == before


@as_root
def test_postgres_of_a_closed_checkout_runs_from_a_copy(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = postgres_home._package()
    for part in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / part, closed / part)
    open_place = postgres_home.SYSTEM_FOLDER / f"test-{os.getpid()}"
    postgres_home._make_folder(postgres_home.SYSTEM_FOLDER, 0o755)
    open_place.mkdir()
    monkeypatch.setattr(postgres_home, "_package", lambda: closed / package.name)
    monkeypatch.setattr(postgres_home, "SYSTEM_FOLDER", open_place)

    try:
        server = EmbeddedPostgres(tmp_path / "data", durable=False)
        server.start()
        assert open_place in server.home.programs.parents
        server.stop()
    finally:
        shutil.rmtree(open_place)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_the_application_is_no_superuser(postgres):
    postgres.start()

    with psycopg.connect(postgres.url()) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()

    assert row == (False, True, True)


def test_a_wrong_password_is_refused(postgres):
    postgres.start()

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url(), password="wrong")


def test_postgres_starts_after_a_kill_with_what_was_committed(tmp_path):
    postgres = EmbeddedPostgres(tmp_path)
    postgres.start()
    with psycopg.connect(postgres.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 110 AS number")
    postgres.process.kill()

    postgres.start()

    with psycopg.connect(postgres.url()) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (110,)
    postgres.stop()
    postgres.remove()


def test_a_stale_pid_file_with_a_strangers_number_stops_neither(postgres):
    postgres.start()
    pid_file = postgres.home.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    postgres.process.kill()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")

        postgres.start()

        assert stranger.poll() is None
        stranger.kill()


def test_a_postgres_that_outlived_its_launcher_is_stopped_first(postgres, tmp_path):
    postgres.start()
    left = Identity.of(postgres.process.pid)
    again = EmbeddedPostgres(tmp_path, durable=False)

    again.start()

    assert not left.is_alive
    assert _servers_on(again.home.data)[0].pid == again.process.pid
    again.stop()


def test_a_deleted_data_folder_starts_with_an_empty_cluster(tmp_path):
    first = EmbeddedPostgres(tmp_path / "var", durable=False)
    first.start()
    with psycopg.connect(first.url()) as connection:
        connection.execute("CREATE TABLE old ()")
    first.stop()
    shutil.rmtree(tmp_path / "var")
    second = EmbeddedPostgres(tmp_path / "var", durable=False)

    second.start()

    with psycopg.connect(second.url()) as connection:
        assert connection.execute("SELECT to_regclass('old')").fetchone() == (None,)
    second.stop()
    second.remove()


def test_valkey_asks_for_the_password(valkey):
    valkey.start()

    client = redis.Redis(port=valkey.port, retry=Retry(NoBackoff(), 0))
    with pytest.raises(redis.AuthenticationError), client:
        client.ping()


def test_valkey_keeps_port_and_data_over_a_restart(valkey):
    valkey.start()
    with redis.Redis.from_url(valkey.url(1)) as client:
        client.set("kept", "yes")
    port = valkey.port
    valkey.stop()

    valkey.start()

    with redis.Redis.from_url(valkey.url(1)) as client:
        assert client.get("kept") == b"yes"
    assert valkey.port == port


def test_valkey_starts_empty_when_its_file_is_damaged(valkey, tmp_path):
    valkey.start()
    with redis.Redis.from_url(valkey.url()) as client:
        client.set("lost", "yes")
    valkey.stop()
    for file in (tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof"):
        file.write_bytes(b"not what it wrote\r\n" * 10)

    valkey.start()

    with redis.Redis.from_url(valkey.url()) as client:
        assert client.get("lost") is None


def test_a_kept_port_that_another_program_took_is_chosen_anew(tmp_path):
    port = kept_port(tmp_path / "port")
    with socket.create_server(("127.0.0.1", port)):
        assert kept_port(tmp_path / "port") != port


def test_a_process_dies_with_the_one_that_started_it(tmp_path):
    script = f"""
import os, sys
from pathlib import Path
from config.launcher.processes import Process
child = Process("child", [sys.executable, "-c", "input()"], Path({str(tmp_path / "log")!r}),
                Path({str(tmp_path / "pid")!r}))
child.argv = ["sleep", "600"]
child.start()
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script], check=False)

    left = Identity.read(tmp_path / "pid")

    assert left
    assert until(lambda: not left.is_alive, 5)


def test_a_stranger_with_a_leftovers_number_is_not_touched(tmp_path):
    with subprocess.Popen([SLEEP, "600"]) as stranger:
        now = Identity.of(stranger.pid)
        Identity(now.pid, now.started - 1, now.boot).write(tmp_path / "pid")
        process = Process("x", [], log=tmp_path / "log", pid_file=tmp_path / "pid")

        process.stop_leftover()

        assert stranger.poll() is None
        stranger.kill()


def test_the_supervisor_starts_a_killed_process_again(tmp_path):
    process = Process("x", [SLEEP, "600"], log=tmp_path / "log", pid_file=tmp_path / "pid")
    process.start()
    first = process.pid
    supervisor = Supervisor(tmp_path / "heartbeat")
    supervisor.watch(process)
    os.kill(first, signal.SIGKILL)

    def is_back():
        supervisor.tick()
        return process.is_running and process.pid != first

    assert until(is_back, 5)
    process.kill()


def test_a_worker_that_does_nothing_for_a_minute_is_started_again(tmp_path, monkeypatch):
    monkeypatch.setattr("config.launcher.supervisor.STALE_SECONDS", 0.2)
    worker = Process("worker", [SLEEP, "600"], log=tmp_path / "log", pid_file=tmp_path / "pid")
    worker.start()
    first = worker.pid
    (tmp_path / "heartbeat").touch()
    supervisor = Supervisor(tmp_path / "heartbeat")
    supervisor.watch(worker)

    def is_back():
        supervisor.tick()
        return worker.is_running and worker.pid != first

    assert until(is_back, 5)
    worker.kill()


def test_a_log_does_not_grow_without_end(tmp_path):
    log = tmp_path / "log"
    shell = ["/bin/sh", "-c", "echo first; read line < wait; echo last; sleep 600"]
    process = Process("x", shell, log=log, pid_file=tmp_path / "pid", cwd=tmp_path)
    os.mkfifo(tmp_path / "wait")
    process.start()
    assert until(lambda: log.read_text() == "first\n", 5)

    process.limit_log(3)
    (tmp_path / "wait").write_text("go\n")

    assert until(lambda: log.read_text() == "last\n", 5)
    assert (tmp_path / "log.1").read_text() == "first\n"
    process.kill()
