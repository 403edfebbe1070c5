"""script/server as a person and a machine meet it: started, killed, started twice, stopped."""

import http.client
import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

from config.launcher.kept import kept_port
from config.launcher.postgres import EmbeddedPostgres
from config.launcher.processes import Identity, until

SCRIPT = Path(__file__).resolve().parents[2] / "script" / "server"
SETTINGS = {"PORT", "DATABASE_URL", "CACHE_URL", "BROKER_URL", "SECRET_KEY"}
# The contract's limits are 120, 10 and 20 s on two free cores; here the suite uses them too.
FIRST_START_SECONDS, START_SECONDS, STOP_SECONDS = 180, 40, 10
pytestmark = pytest.mark.xdist_group("servers")


def environment(**settings):
    """What a shell has: nothing of this test run's own settings."""
    ours = {k: v for k, v in os.environ.items() if k not in SETTINGS and "PORTAL_" not in k}
    return ours | {"DUMAS_URL": ""} | settings


class ServerUnderTest:
    """One data folder and port, and the server that runs there now."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = kept_port(data.with_name(f"{data.name}.port"))
        self.output = data.with_name(f"{data.name}.output")
        self.process = None

    def start(self, within_seconds=START_SECONDS):
        env = environment(PORT=str(self.port), PORTAL_DATA=str(self.data))
        with self.output.open("w") as output:
            self.process = subprocess.Popen([SCRIPT], stdout=output, stderr=output, env=env)
        until(lambda: self.is_ready or self.process.poll() is not None, within_seconds)
        assert self.is_ready, f"not ready within {within_seconds} s:\n{self.output.read_text()}"

    @property
    def is_ready(self):
        return self.output.read_text().endswith("\nready\n")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def get(self, path, host="localhost"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": f"{host}:{self.port}"})
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def child(self, name):
        return Identity.read(self.data / "run" / f"{name}.pid")

    def processes(self):
        """All that run for this data folder, by what they were told and where they stand."""
        traces = [os.fsencode(self.data)]
        if (self.data / "postgres").is_file():
            traces.append((self.data / "postgres").read_bytes().strip())
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdecimal() and any(trace in _what_it_knows(entry) for trace in traces)
        ]

    def clear(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        EmbeddedPostgres(self.data).remove()


def _what_it_knows(entry):
    try:
        words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        return words + os.fsencode((entry / "cwd").readlink())
    except OSError:  # ended, or another account's
        return b""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home folder that nobody else can enter."""
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def installation(home):
    modes = parents_modes(home)
    server = ServerUnderTest(home / "data")
    server.start(FIRST_START_SECONDS)
    server.modes_before = modes
    yield server
    server.clear()


@pytest.fixture
def server(installation):
    """The installation, running."""
    if installation.process.poll() is not None:
        installation.start()
    return installation


def parents_modes(folder):
    return {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.parents)}


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

    run = subprocess.run(
        [SCRIPT],
        env=environment(**settings | {name: value}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 2
    assert run.stderr.startswith(f"script/server: {name}: ")
    assert run.stderr.count("\n") == 1
    assert "s3cret" not in run.stderr + run.stdout


def test_production_does_not_start_without_a_secret_key(tmp_path):
    env = environment(
        PORTAL_DATA=str(tmp_path / "data"), DATABASE_URL="postgresql://127.0.0.1:1/portal110"
    )

    run = subprocess.run([SCRIPT], env=env, capture_output=True, text=True, check=False)

    assert run.returncode == 2
    assert run.stderr.startswith("script/server: SECRET_KEY: missing")


def test_a_ready_server_answers_at_every_kind_of_host(server):
    hosts = ["localhost", "jabar.localhost", "nasional.localhost"]

    answers = {host: server.get("/readyz", host) for host in hosts}

    assert answers == dict.fromkeys(hosts, 200)


def test_a_ready_server_has_written_the_demo_accounts_for_its_owner_only(server):
    file = server.data / "demo.json"

    demo = json.loads(file.read_text())

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert demo["port"] == server.port
    assert set(demo["regions"]["jabar"]["tokens"]) == {"it", "supervisor", "agent1", "agent2"}
    assert demo["password"] in server.output.read_text()


def test_no_parent_folder_was_opened(server, home):
    assert parents_modes(home) == server.modes_before


def test_no_secret_stands_on_a_command_line(server):
    values = (server.data / "services.env").read_text().splitlines()
    secrets = [file.read_text().strip() for file in (server.data / "secrets").iterdir()]
    lines = [Path(f"/proc/{pid}/cmdline").read_bytes().decode() for pid in server.processes()]

    shown = [secret for secret in secrets if any(secret in line for line in lines)]

    assert values
    assert not shown


def test_a_second_server_on_the_same_data_is_refused(server):
    env = environment(PORTAL_DATA=str(server.data), PORT=str(server.port + 1))

    run = subprocess.run([SCRIPT], env=env, capture_output=True, text=True, check=False)

    assert run.returncode == 2
    assert run.stderr.startswith("script/server: PORTAL_DATA: a server (process ")
    assert server.get("/readyz") == 200


def test_a_port_that_is_taken_is_refused(server, tmp_path):
    env = environment(PORTAL_DATA=str(tmp_path / "data"), PORT=str(server.port))

    run = subprocess.run([SCRIPT], env=env, capture_output=True, text=True, check=False)

    assert run.returncode == 2
    assert run.stderr.startswith("script/server: PORT: ")
    assert server.get("/readyz") == 200


@pytest.mark.parametrize("name", ["web", "worker", "beat", "sandbox", "valkey", "postgres"])
def test_a_killed_process_is_started_again(server, name):
    killed = server.child(name)
    os.kill(killed.pid, signal.SIGKILL)

    def is_back():
        now = server.child(name)
        return now not in (None, killed) and now.is_alive and server.get("/readyz") == 200

    assert until(is_back, START_SECONDS, every=0.1)


def test_a_killed_launcher_takes_its_children_along(server):
    server.process.kill()
    server.process.wait()

    assert until(lambda: not server.processes(), STOP_SECONDS), server.processes()


def test_a_killed_launcher_does_not_block_the_next_start(server):
    server.process.kill()
    server.process.wait()

    server.start()

    assert server.get("/readyz") == 200


def test_a_kill_of_everything_does_not_block_the_next_start(server):
    tokens = json.loads((server.data / "demo.json").read_text())["regions"]
    for pid in server.processes():
        os.kill(pid, signal.SIGKILL)
    server.process.wait()

    server.start()

    assert json.loads((server.data / "demo.json").read_text())["regions"] == tokens


def test_two_servers_do_not_disturb_each_other(server, tmp_path):
    other = ServerUnderTest(tmp_path / "other")
    try:
        other.start(FIRST_START_SECONDS)
        both = (server.get("/readyz"), other.get("/readyz"))
        other.stop()

        assert both == (200, 200)
        assert server.get("/readyz") == 200
        assert not other.processes()
    finally:
        other.clear()


def test_a_stop_while_starting_leaves_nothing(server):
    server.stop()
    env = environment(PORT=str(server.port), PORTAL_DATA=str(server.data))
    with subprocess.Popen([SCRIPT], env=env, stdout=subprocess.DEVNULL) as starting:
        until(lambda: len(server.processes()) > 2, START_SECONDS)
        starting.terminate()
        code = starting.wait(STOP_SECONDS)

    assert code == 0
    assert not server.processes()


def test_a_stop_leaves_no_process(server):
    began = time.monotonic()
    code = server.stop()

    assert code == 0
    assert time.monotonic() - began < STOP_SECONDS
    assert not server.processes()
