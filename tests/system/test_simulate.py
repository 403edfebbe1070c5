"""script/simulate against a whole portal: like a switch, and never losing or doubling an event."""

import json
import re
import signal
import subprocess
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.launcher.processes import until
from simulation.calls import Inventor, Place, Shares
from tests.live import clean_environment

ROOT = Path(__file__).resolve().parents[2]
SIMULATE = ROOT / "script" / "simulate"
LOG = ROOT / "data" / "calls_montgomery_911.csv.gz"
SUMMARY = re.compile(r"sent (\d+) accepted (\d+) duplicates (\d+) refused (\d+)( unsent \d+)? run")


def start(data, *arguments, **env):
    return subprocess.Popen(
        [SIMULATE, *map(str, arguments)],
        env=clean_environment(PORTAL_DATA=str(data), **env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def simulate(data, *arguments, within=60):
    """Returns exit code and the four counts."""
    running = start(data, *arguments)
    output, errors = running.communicate(timeout=within)
    counts = SUMMARY.search(output)
    assert counts, output + errors
    return running.returncode, *map(int, counts.groups()[:4])


def calls_of(portal, run, count, slug="jabar"):
    with portal.client(slug, "agent1") as agent:
        replies = [agent.get(f"/api/v1/calls/sim-{run}-{slug}-{n}") for n in range(count)]
    return [reply.json() for reply in replies if reply.status_code == 200]


def new_run():
    return uuid.uuid4().hex[:8]


def lively(run, count):
    options = "--region jabar --minutes 0.05 --speed 60 --answer --run"
    return [*options.split(), run, "--calls", count]


def test_every_event_is_taken_once(live_portal):
    run = new_run()

    code, sent, accepted, duplicates, refused = simulate(live_portal.data, *lively(run, 20))

    told = sum(call["events"] for call in calls_of(live_portal, run, 20))
    assert (code, accepted, duplicates, refused) == (0, sent, 0, 0)
    assert told == sent


def test_every_call_comes_to_its_end(live_portal):
    run = new_run()

    simulate(live_portal.data, *lively(run, 20))

    calls = calls_of(live_portal, run, 20)
    assert len(calls) == 20
    assert {call["state"] for call in calls} == {"ended"}
    assert {call["end_reason"] for call in calls} >= {"completed", "abandoned"}


def test_the_same_run_again_is_all_duplicates(live_portal):
    options = ["--calls", 5, "--minutes", 0.1, "--speed", 600, "--answer", "--run", new_run()]
    _, sent, *_ = simulate(live_portal.data, *options)

    again = simulate(live_portal.data, *options)

    assert again == (0, sent, 0, sent, 0)


def test_a_killed_web_process_only_delays(live_portal):
    run = new_run()
    options = "--region jabar --minutes 0.1 --speed 60 --answer --calls 60 --run"
    killer = threading.Timer(2, live_portal.kill, ["web"])
    killer.start()

    code, sent, accepted, duplicates, refused = simulate(
        live_portal.data, *options.split(), run, within=120
    )

    told = sum(call["events"] for call in calls_of(live_portal, run, 60))
    assert (code, refused, accepted + duplicates) == (0, 0, sent)
    assert told == sent


def test_control_c_leaves_no_call_ringing(live_portal):
    run = new_run()
    options = "--region jabar --rate 20 --minutes 1 --nuisance 0 --run"
    running = start(live_portal.data, *options.split(), run)
    assert until(lambda: len(calls_of(live_portal, run, 10)) == 10, 30)

    running.send_signal(signal.SIGINT)
    running.communicate(timeout=20)

    assert running.returncode == 0
    assert {call["state"] for call in calls_of(live_portal, run, 60)} == {"ended"}


def test_who_claims_a_call_at_the_desk_answers_it(live_portal):
    run = new_run()
    options = "--region jabar --rate 1 --minutes 2 --nuisance 0 --busy 0 --abandoned 0 --run"
    running = start(live_portal.data, *options.split(), run)
    try:
        assert until(lambda: calls_of(live_portal, run, 1), 60)
        with live_portal.client("jabar", "agent1") as agent:
            assert agent.post(f"/api/v1/calls/sim-{run}-jabar-0/claim").status_code == 200

        answered = until(lambda: calls_of(live_portal, run, 1)[0]["state"] == "answered", 20)
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=20)

    (call,) = calls_of(live_portal, run, 1)
    assert answered
    assert (call["agent"], call["end_reason"]) == ("agent1", "completed")


def test_a_dispatch_log_is_played_around_the_region(live_portal):
    run = new_run()
    options = "--region bali --speed 3600 --calls 20 --nuisance 0 --busy 0 --run"

    code, *_ = simulate(live_portal.data, "--replay", LOG, *options.split(), run)

    calls = calls_of(live_portal, run, 20, slug="bali")
    places = [call["location"] for call in calls if call["location"]]
    assert (code, len(calls)) == (0, 20)
    assert places
    assert all(abs(place["latitude"] + 8.6612) < 0.36 for place in places)
    assert all(abs(place["longitude"] - 115.2318) < 0.36 for place in places)


@pytest.fixture
def recorded(tmp_path):
    def event(number, **changes):
        return {
            "specversion": "1.0",
            "id": f"{number}",
            "source": f"/recorded/{tmp_path.name}",
            "type": "id.layanan110.call.offered",
            "subject": f"recorded-{tmp_path.name}-{number}",
            "time": datetime.now(UTC).isoformat(),
            "data": {"caller": "+6281200000001", "dialled": "110"},
            **changes,
        }

    def write(*events):
        file = tmp_path / "events.jsonl"
        file.write_text("".join(f"{json.dumps(each)}\n" for each in events))
        return file

    write.event = event
    return write


def test_a_recorded_log_loses_only_what_is_refused(live_portal, recorded):
    bad = recorded.event(2, data={"caller": "nobody", "dialled": "110"})
    file = recorded(recorded.event(1), bad, recorded.event(3))

    outcome = simulate(live_portal.data, "--replay", file, "--speed", 60)

    assert outcome == (1, 3, 2, 0, 1)


def test_a_line_that_is_no_event_is_named(live_portal, recorded):
    file = recorded(recorded.event(1), {"not": "an event"})

    running = start(live_portal.data, "--replay", file)
    _, errors = running.communicate(timeout=20)

    assert running.returncode == 2
    assert f"{file}, line 2" in errors


def test_without_a_portal_it_says_what_to_do(tmp_path):
    running = start(tmp_path)
    _, errors = running.communicate(timeout=60)

    assert running.returncode == 2
    assert "start script/server" in errors
    assert "Traceback" not in errors


def test_a_wrong_key_ends_it_at_once(live_portal):
    began = time.monotonic()
    host = live_portal.host("jabar")
    url = f"http://127.0.0.1:{live_portal.port}"

    running = start(
        live_portal.data,
        "--url",
        url,
        "--host",
        host,
        "--rate",
        10,
        PORTAL_TELEPHONY_KEY="p110_x_y",
    )
    _, errors = running.communicate(timeout=30)

    assert running.returncode == 2
    assert "answers 401" in errors
    assert time.monotonic() - began < 20


def test_the_same_seed_invents_the_same_calls():
    def invented(seed):
        inventor = Inventor(seed, Shares(), agents=("agent1",))
        centre = Place(-6.9, 107.6)
        return [
            inventor.call(number, at, inventor.near(centre), trunk="jabar", queue="110")
            for number, at in enumerate(inventor.arrivals(50, 60))
        ]

    assert invented("110") == invented("110")
    assert invented("110") != invented("111")


def test_the_shares_hold_over_many_calls():
    inventor = Inventor("110", Shares(abandoned=0.1, busy=0.1, nuisance=0.3), agents=("agent1",))

    calls = [inventor.call(n, 0, Place(0, 0), trunk="x", queue="110") for n in range(4000)]

    ends = [call.steps[-1].data["reason"] for call in calls]
    assert ends.count("busy") / 4000 == pytest.approx(0.1, abs=0.03)
    assert ends.count("abandoned") / 4000 == pytest.approx(0.4, abs=0.03)
    assert ends.count("completed") / 4000 == pytest.approx(0.5, abs=0.03)
