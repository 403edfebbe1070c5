"""script/server as a person and a machine meet it: started, killed, started twice, stopped."""

import json
import os
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from config.launcher.postgres import EmbeddedPostgres
from config.launcher.processes import Identity, until
from tests.live import SCRIPT, LivePortal, clean_environment

# The contract's limits are 10 and 20 s on two free cores; here the suite uses them too.
START_SECONDS, STOP_SECONDS = 40, 10
pytestmark = pytest.mark.xdist_group("portal")


@pytest.fixture
def server(live_portal):
    """The installation that system tests share, running before and after."""
    if live_portal.process.poll() is not None:
        live_portal.start()
    yield live_portal
    if live_portal.process.poll() is not None:
        live_portal.start()


def status(portal, path="/readyz", host="localhost"):
    try:
        return httpx.get(
            f"http://127.0.0.1:{portal.port}{path}",
            headers={"Host": f"{host}:{portal.port}"},
            timeout=10,
        ).status_code
    except httpx.TransportError:
        return None


def child(portal, name):
    return Identity.read(portal.data / "run" / f"{name}.pid")


def processes(portal):
    """All that run for its data folder, by what they were told and where they stand."""
    traces = [os.fsencode(portal.data)]
    if (portal.data / "postgres").is_file():
        traces.append((portal.data / "postgres").read_bytes().strip())
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and any(trace in _what_it_knows(entry) for trace in traces)
    ]


def _what_it_knows(entry):
    try:
        words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        return words + os.fsencode((entry / "cwd").readlink())
    except OSError:  # ended, or another account's
        return b""


def parents_modes(folder):
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


def copy_installation(stopped, data):
    """Copy a stopped installation, which is faster than to make 36 Polda once more."""
    shutil.copytree(stopped.data, data)
    (data / "postgres").unlink()  # it names the cluster of the other
    new, old = EmbeddedPostgres(data), EmbeddedPostgres(stopped.data)
    shutil.rmtree(new.home.data, ignore_errors=True)
    subprocess.run(["/bin/cp", "-a", old.home.data, new.home.data], check=True)
    (data / "postgres").write_text(str(new.home.folder))
    return LivePortal(data)


def refused(**settings):
    """Run script/server with settings that it refuses."""
    env = clean_environment(**settings)
    return subprocess.run(
        [SCRIPT], env=env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORTAL_DATA", "/dev/null/var"),
        ("PORTAL_DOMAIN", "http://localhost"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgresql://portal:s3cret@127.0.0.1:1/portal110"),
        ("CACHE_URL", "redis://127.0.0.1:1/0"),
        ("BROKER_URL", "amqp://portal:s3cret@127.0.0.1:1"),
        ("DUMAS_URL", "dumas.example"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(tmp_path, name, value):
    settings = {"PORT": "8110", "PORTAL_DATA": str(tmp_path / "data"), "SECRET_KEY": "k" * 50}

    run = refused(**settings | {name: value})

    assert run.returncode == 2
    assert run.stderr.startswith(f"script/server: {name}: ")
    assert run.stderr.count("\n") == 1
    assert "s3cret" not in run.stderr + run.stdout


def test_production_does_not_start_without_a_secret_key(tmp_path):
    run = refused(DATABASE_URL="postgresql://127.0.0.1:1/x", PORTAL_DATA=str(tmp_path / "data"))

    assert run.returncode == 2
    assert run.stderr.startswith("script/server: SECRET_KEY: missing")


def test_a_ready_server_answers_at_every_kind_of_host(server):
    hosts = ["localhost", "jabar.localhost", "nasional.localhost"]

    answers = {host: status(server, host=host) for host in hosts}

    assert answers == dict.fromkeys(hosts, 200)


def test_a_ready_server_has_written_the_demo_accounts_for_its_owner_only(server):
    file = server.data / "demo.json"

    demo = json.loads(file.read_text())

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert demo["port"] == server.port
    assert set(demo["regions"]["jabar"]["tokens"]) == {"it", "supervisor", "agent1", "agent2"}
    assert demo["password"] in server.output.read_text()


def test_no_secret_stands_on_a_command_line(server):
    values = (server.data / "services.env").read_text().splitlines()
    secrets = [file.read_text().strip() for file in (server.data / "secrets").iterdir()]
    lines = [Path(f"/proc/{pid}/cmdline").read_bytes().decode() for pid in processes(server)]

    shown = [secret for secret in secrets if any(secret in line for line in lines)]

    assert values
    assert not shown


def test_a_second_server_on_the_same_data_is_refused(server):
    run = refused(PORTAL_DATA=str(server.data), PORT=str(server.port + 1))

    assert run.returncode == 2
    assert run.stderr.startswith("script/server: PORTAL_DATA: a server (process ")
    assert status(server) == 200


def test_a_port_that_is_taken_is_refused(server, tmp_path):
    run = refused(PORTAL_DATA=str(tmp_path / "data"), PORT=str(server.port))

    assert run.returncode == 2
    assert run.stderr.startswith("script/server: PORT: ")
    EmbeddedPostgres(tmp_path / "data").remove()


@pytest.mark.parametrize("name", ["web", "worker", "beat", "sandbox", "valkey", "postgres"])
def test_a_killed_process_is_started_again(server, name):
    killed = child(server, name)
    os.kill(killed.pid, signal.SIGKILL)

    def is_back():
        now = child(server, name)
        return now not in (None, killed) and now.is_alive and status(server) == 200

    assert until(is_back, START_SECONDS, every=0.1)


@pytest.mark.parametrize("names", [("worker", "beat"), ("valkey",), ("postgres", "valkey")])
def test_tasks_go_on_after_a_kill(server, names):
    server.kill(*names)
    killed_at = time.time()

    def a_task_was_done():
        return (server.data / "run" / "worker-heartbeat").stat().st_mtime > killed_at + 1

    assert until(a_task_was_done, START_SECONDS, every=0.1)


def test_a_killed_launcher_takes_its_children_along(server):
    server.process.kill()
    server.process.wait()

    assert until(lambda: not processes(server), STOP_SECONDS), processes(server)


def test_a_killed_launcher_does_not_block_the_next_start(server):
    server.process.kill()
    server.process.wait()

    server.start()

    assert status(server) == 200


def test_a_kill_of_everything_does_not_block_the_next_start(server):
    tokens = json.loads((server.data / "demo.json").read_text())["regions"]
    for pid in processes(server):
        os.kill(pid, signal.SIGKILL)
    server.process.wait()

    server.start()

    assert json.loads((server.data / "demo.json").read_text())["regions"] == tokens


def test_two_servers_do_not_disturb_each_other(server, tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    modes = parents_modes(home)
    server.stop()
    other = copy_installation(server, home / "data")
    server.start()
    try:
        other.start()
        both = (status(server), status(other))
        other.stop()

        assert both == (200, 200)
        assert status(server) == 200
        assert not processes(other)
        assert parents_modes(home) == modes  # a folder that nobody else can enter stays closed
    finally:
        other.clear()


def test_a_stop_while_starting_leaves_nothing(server):
    server.stop()
    env = clean_environment(PORT=str(server.port), PORTAL_DATA=str(server.data))
    with subprocess.Popen([SCRIPT], env=env, stdout=subprocess.DEVNULL) as starting:
        until(lambda: len(processes(server)) > 2, START_SECONDS)
        starting.terminate()
        code = starting.wait(STOP_SECONDS)

    assert code == 0
    assert not processes(server)


def test_a_stop_leaves_no_process(server):
    began = time.monotonic()
    code = server.stop()

    assert code == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert not processes(server)
