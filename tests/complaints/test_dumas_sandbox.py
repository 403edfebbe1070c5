import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest

from tests.complaints.dumas_process import (
    HTTP,
    KEY,
    ROOT,
    WIRE,
    SandboxProcess,
    command,
    eventually,
)


@pytest.fixture
def dumas(tmp_path):
    with SandboxProcess(tmp_path / "dumas.sqlite") as process:
        yield process


@pytest.fixture
def dumas_with(tmp_path):
    """Start a stand-in with options; the fixture ends it."""
    started = []

    def start(**options):
        process = SandboxProcess(tmp_path / "dumas.sqlite", **options)
        started.append(process)
        return process.__enter__()

    yield start
    for process in started:
        process.__exit__()


def test_a_new_report_is_created_in_process(dumas):
    answer = dumas.post(KEY)

    assert answer.status_code == 201
    assert answer.json() == {"number": answer.json()["number"], "status": "proses"}
    assert dumas.reports() == [(str(KEY), answer.json()["number"])]
    assert dumas.rows("SELECT key, outcome FROM request") == [(str(KEY), "accepted")]


def test_the_file_keeps_what_was_reported(dumas):
    dumas.post(KEY)

    [(reference, region, status, body)] = dumas.rows(
        "SELECT reference, region, status, body FROM report"
    )
    assert (reference, region, status) == ("JBR-2026-000042", "jabar", "proses")
    assert json.loads(body) == WIRE


def test_only_its_owner_may_read_the_file(dumas):
    assert dumas.store.stat().st_mode & 0o777 == 0o600


def test_the_same_key_again_gives_the_same_number(dumas):
    first = dumas.post(KEY)

    again = dumas.post(str(KEY).upper())

    assert again.status_code == 200
    assert again.json() == first.json()
    assert len(dumas.reports()) == 1
    assert dumas.outcomes() == ["accepted", "repeated"]


def test_the_same_key_gives_the_same_number_after_a_new_start(dumas):
    first = dumas.post(KEY)

    dumas.terminate()
    dumas.start()

    assert dumas.post(KEY).json() == first.json()


def test_one_key_at_the_same_time_is_one_report(dumas):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: dumas.post(KEY), range(32)))

    assert sorted(answer.status_code for answer in answers) == [200] * 31 + [201]
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert len(dumas.reports()) == 1


def test_another_key_is_another_report(dumas):
    one, other = (dumas.post(uuid4()).json()["number"] for _ in range(2))

    assert one != other


def test_a_key_with_another_report_is_refused(dumas):
    first = dumas.post(KEY)

    other = dumas.post(KEY, summary="Sesuatu yang lain")

    assert other.status_code == 422
    assert dumas.get(f"/v1/reports/{first.json()['number']}").status_code == 200
    assert len(dumas.reports()) == 1


def test_a_key_with_the_same_report_in_other_bytes_is_the_same(dumas):
    dumas.post(KEY)
    body = json.dumps(dict(reversed(WIRE.items())), indent=4)

    again = HTTP.post(
        f"{dumas.url}/v1/reports", content=body, headers={"Idempotency-Key": str(KEY)}
    )

    assert again.status_code == 200


@pytest.mark.parametrize("key", [None, "1", "not-a-uuid", "{5f8f3a52-1f64-4b38-9d3c-0d7f4f1b9b11}"])
def test_a_key_that_is_no_uuid_is_refused(dumas, key):
    answer = dumas.post(key)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert dumas.reports() == []
    assert dumas.outcomes() == ["refused"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"reference": NaN}', b"\xff\xfe", b"[" * 100_000, b'"\\'], ids=repr
)
def test_a_body_that_is_no_json_is_refused(dumas, body):
    answer = HTTP.post(
        f"{dumas.url}/v1/reports", content=body, headers={"Idempotency-Key": str(KEY)}
    )

    assert answer.status_code == 400
    assert dumas.outcomes() == ["refused"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference", None),
        ("reference", ""),
        ("reference", "A\x00B"),
        ("reference", "\ud800"),
        ("region", "jabar.evil.example"),
        ("region", None),
        ("category", 7),
        ("summary", " "),
        ("detail", None),
        ("complainant", "Siti"),
        ("attachments", {}),
    ],
)
def test_a_missing_or_wrong_field_is_named(dumas, field, value):
    body = json.dumps(WIRE | {field: value})

    answer = HTTP.post(
        f"{dumas.url}/v1/reports", content=body, headers={"Idempotency-Key": str(KEY)}
    )

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/{field}"]
    assert dumas.reports() == []


def test_an_anonymous_report_is_accepted(dumas):
    assert dumas.post(KEY, complainant=None, occurred_at=None).status_code == 201


def test_a_body_over_a_megabyte_is_refused(dumas):
    assert dumas.post(KEY, detail="x" * 1024 * 1024).status_code == 413
    assert dumas.outcomes() == ["refused"]


def test_a_report_is_found_by_its_number(dumas):
    number = dumas.post(KEY).json()["number"]

    answer = dumas.get(f"/v1/reports/{number}")

    assert answer.status_code == 200
    assert answer.json()["number"] == number
    assert answer.json()["status"] == "proses"


def test_an_unknown_number_is_not_found(dumas):
    assert dumas.get("/v1/reports/DP-NONE").status_code == 404


def test_reports_are_found_by_reference_within_a_region(dumas):
    numbers = [dumas.post(uuid4()).json()["number"] for _ in range(2)]
    dumas.post(uuid4(), region="diy")

    answer = dumas.get(f"/v1/reports?reference={WIRE['reference']}&region=jabar")

    assert [report["number"] for report in answer.json()["reports"]] == numbers


def test_a_decided_status_is_kept(dumas):
    number = dumas.post(KEY).json()["number"]

    answer = dumas.decide(number, "selesai_benar")

    assert answer.json() == {"number": number, "status": "selesai_benar"}
    assert dumas.get(f"/v1/reports/{number}").json()["status"] == "selesai_benar"
    assert dumas.post(KEY).json()["status"] == "selesai_benar"


def test_an_unknown_status_is_refused(dumas):
    number = dumas.post(KEY).json()["number"]

    assert dumas.decide(number, "selesai").status_code == 422


def test_a_failure_does_no_work(dumas_with):
    dumas = dumas_with(fail_rate=1, seed=7)

    seen = set()
    for _ in range(40):
        try:
            answer = dumas.post(KEY)
            seen.add((answer.status_code, "Retry-After" in answer.headers))
        except httpx.TransportError:
            seen.add("cut")

    assert seen == {(503, False), (503, True), (500, False), "cut"}
    assert dumas.reports() == []
    assert dumas.outcomes() == ["failed"] * 40


def test_a_dropped_reply_leaves_one_report(dumas_with):
    dumas = dumas_with(drop_reply_rate=1)

    for _ in range(3):
        with pytest.raises(httpx.RemoteProtocolError):
            dumas.post(KEY)

    [(_, number)] = dumas.reports()
    assert dumas.outcomes() == ["dropped"] * 3
    dumas.terminate()
    dumas.start(drop_reply_rate=0)
    assert dumas.post(KEY).json()["number"] == number


def test_rates_are_kept(dumas_with):
    dumas = dumas_with(fail_rate=0.3, drop_reply_rate=0.1, seed=1)

    for _ in range(300):
        with suppress(httpx.TransportError):
            dumas.post(uuid4())

    outcomes = dumas.outcomes()
    assert 60 <= outcomes.count("failed") <= 120
    assert 8 <= outcomes.count("dropped") <= 40
    assert len(outcomes) == 300


def test_the_same_seed_gives_the_same_faults(tmp_path):
    histories = []
    for name in ("one", "other"):
        with SandboxProcess(tmp_path / name, fail_rate=0.5, drop_reply_rate=0.5, seed=3) as dumas:
            for _ in range(20):
                with suppress(httpx.TransportError):
                    dumas.post(KEY)
            histories.append(dumas.outcomes())

    assert histories[0] == histories[1]


def test_latency_delays_the_reply(dumas_with):
    dumas = dumas_with(latency_ms=200)
    started = time.monotonic()

    dumas.post(KEY)

    assert 0.2 <= time.monotonic() - started < 2


def test_a_hanging_request_gets_no_reply(dumas_with):
    dumas = dumas_with(hang_rate=1)

    with pytest.raises(httpx.ReadTimeout):
        HTTP.post(
            f"{dumas.url}/v1/reports", json=WIRE, headers={"Idempotency-Key": str(KEY)}, timeout=0.3
        )

    assert dumas.outcomes() == ["hung"]
    assert dumas.reports() == []


def test_a_kill_between_work_and_reply_loses_nothing(dumas_with):
    dumas = dumas_with(latency_ms=3000)
    with ThreadPoolExecutor(1) as pool:
        reply = pool.submit(dumas.post, KEY)
        [(_, number)] = eventually(dumas.reports)

        dumas.kill()

        with pytest.raises(httpx.TransportError):
            reply.result(timeout=10)
    dumas.start(latency_ms=0)
    again = dumas.post(KEY)
    assert (again.status_code, again.json()["number"]) == (200, number)
    assert dumas.reports() == [(str(KEY), number)]


def test_kills_under_load_lose_no_report_that_was_answered(dumas):
    answered, stop = [], []

    def send(_):
        while not stop:
            key = uuid4()
            with suppress(httpx.TransportError):
                answered.append((str(key), dumas.post(key).json()["number"]))

    with ThreadPoolExecutor(4) as pool:
        senders = [pool.submit(send, n) for n in range(4)]
        for _ in range(3):
            target = len(answered) + 20
            eventually(lambda target=target: len(answered) >= target)
            dumas.kill()
            dumas.start()
        stop.append(True)
        for sender in senders:
            sender.result(timeout=20)

    assert set(answered) <= set(dumas.reports())


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_while_a_request_hangs(dumas_with, signal_number):
    dumas = dumas_with(hang_rate=1)
    with ThreadPoolExecutor(1) as pool:
        reply = pool.submit(dumas.post, KEY)
        eventually(dumas.outcomes)
        started = time.monotonic()

        dumas.process.send_signal(signal_number)

        assert dumas.process.wait(timeout=5) == 0
        assert time.monotonic() - started < 2
        with pytest.raises(httpx.TransportError):
            reply.result(timeout=5)


def test_it_loads_no_django():
    loaded = "import sys, complaints.dumas.sandbox; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, check=False).returncode == 0


def test_a_port_that_is_taken_is_named(dumas, tmp_path):
    second = subprocess.run(
        command(dumas.port, tmp_path / "other.sqlite"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 2
    assert second.stderr == f"dumas_sandbox: --port {dumas.port}: Address already in use\n"


def test_a_store_that_cannot_be_kept_is_named(tmp_path):
    (tmp_path / "text").write_text("no database " * 1000)

    for store, reason in (("none/dumas", "No such file or directory"), ("text", "not a database")):
        refused = subprocess.run(
            command(0, tmp_path / store), cwd=ROOT, capture_output=True, text=True, check=False
        )

        assert refused.returncode == 2
        assert refused.stderr.startswith(f"dumas_sandbox: --store {tmp_path / store}: ")
        assert refused.stderr.endswith(f"{reason}\n")


def test_callbacks_need_a_secret(tmp_path):
    refused = subprocess.run(
        command(0, tmp_path / "dumas.sqlite", callback_url="http://127.0.0.1:1/"),
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 2
    assert refused.stderr.startswith("dumas_sandbox: DUMAS_SECRET must be whsec_")
