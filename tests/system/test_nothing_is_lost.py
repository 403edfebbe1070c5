"""What was answered with 202 survives the kill of any process, and counts once."""

import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from config.launcher.processes import until
from tests.clients import BATCH
from tests.live import LivePortal

pytestmark = pytest.mark.xdist_group("kills")
RECOVERY_SECONDS = 60


@pytest.fixture(scope="module")
def portal(tmp_path_factory) -> Iterator[LivePortal]:
    """A portal of these tests' own, since they kill it."""
    portal = LivePortal(tmp_path_factory.mktemp("killed") / "data")
    try:
        portal.start()
        yield portal
    finally:
        portal.clear()


def offers(count):
    return [
        {
            "specversion": "1.0",
            "id": uuid.uuid4().hex,
            "source": "/switch/kill-test",
            "type": "id.layanan110.call.offered",
            "subject": f"c-{uuid.uuid4().hex}",
            "time": datetime.now(UTC).isoformat(),
            "data": {"caller": "+6281200000001", "dialled": "110"},
        }
        for _ in range(count)
    ]


def post(switch, events):
    """Send a batch once; None when nobody answered or the answer was no 200 or 202."""
    try:
        reply = switch.post(
            "/api/v1/calls/events", content=json.dumps(events), headers={"Content-Type": BATCH}
        )
    except httpx.TransportError:
        return None
    return reply.json() if reply.status_code in {200, 202} else None


def insist(switch, events):
    """Send a batch until it is taken, as a switch does."""
    taken = until(lambda: post(switch, events), RECOVERY_SECONDS)
    assert taken, "the portal did not come back"


def newest(portal):
    with portal.socket("jabar") as socket:
        return json.loads(socket.recv(timeout=20))["seq"]


def replayed(portal, after, count):
    """The alerts after a seq, as a client that was away gets them."""
    with portal.socket("jabar", after=after) as socket:
        socket.recv(timeout=20)
        return [json.loads(socket.recv(timeout=20)) for _ in range(count)]


def assert_each_is_there_once(portal, before, events):
    alerts = replayed(portal, before, len(events))
    assert [each["seq"] for each in alerts] == list(range(before + 1, before + 1 + len(events)))
    assert sorted(each["call"]["id"] for each in alerts) == sorted(e["subject"] for e in events)
    assert newest(portal) == before + len(events)


@pytest.mark.parametrize("name", ["web", "valkey", "postgres"])
def test_events_survive_the_kill_of_a_process_in_the_midst_of_deliveries(portal, name):
    before = newest(portal)
    batches = [offers(10) for _ in range(30)]

    with portal.client("jabar", "telephony") as switch:
        for number, batch in enumerate(batches):
            if number == 10:
                portal.kill(name)
            insist(switch, batch)

    until(lambda: portal.answers, RECOVERY_SECONDS)
    assert_each_is_there_once(portal, before, [event for batch in batches for event in batch])


def test_events_survive_the_kill_of_everything_and_a_start(portal):
    before = newest(portal)
    taken, unsure = [], []
    sending = threading.Event()

    def send():
        with portal.client("jabar", "telephony") as switch:
            while True:
                batch = offers(10)
                (taken if post(switch, batch) else unsure).extend(batch)
                if unsure:
                    return
                if len(taken) > 100:
                    sending.set()

    sender = threading.Thread(target=send)
    sender.start()
    assert sending.wait(60)
    portal.kill_everything()
    sender.join(60)
    portal.start()

    with portal.client("jabar", "telephony") as switch:
        insist(switch, unsure)  # a switch that got no answer sends again
    assert_each_is_there_once(portal, before, taken + unsure)


def escalated(portal, summary):
    """File, verify and escalate a complaint; returns its number."""
    with portal.client("jabar", "supervisor") as desk:
        body = {
            "channel": "walk_in",
            "category": "P13",
            "summary": summary,
            "detail": "Diminta uang saat membuat laporan.",
            "complainant": None,
        }
        number = desk.post("/api/v1/complaints/", json=body).raise_for_status().json()["number"]
        desk.post(f"/api/v1/complaints/{number}/verify", json={}).raise_for_status()
        desk.post(f"/api/v1/complaints/{number}/escalate", json={}).raise_for_status()
    return number


def escalation(portal, number):
    try:
        with portal.client("jabar", "supervisor") as desk:
            reply = desk.get(f"/api/v1/complaints/{number}/escalation")
            return reply.json() if reply.status_code == 200 else {}
    except httpx.TransportError:
        return {}


def assert_arrives_once(portal, numbers):
    for number in numbers:
        delivered = until(
            lambda number=number: escalation(portal, number).get("state") == "delivered",
            RECOVERY_SECONDS,
        )
        assert delivered, escalation(portal, number)
    with sqlite3.connect(portal.data / "dumas-sandbox.sqlite3") as store:
        rows = store.execute("SELECT reference, number FROM report").fetchall()
    references = [reference for reference, _ in rows if reference in numbers]
    assert sorted(references) == sorted(numbers)


@pytest.mark.parametrize("name", ["worker", "valkey", "sandbox"])
def test_an_escalation_arrives_once_though_a_process_on_its_way_is_killed(portal, name):
    numbers = [escalated(portal, f"before {name}")]

    portal.kill(name)
    numbers += [escalated(portal, f"after {name} {number}") for number in range(3)]

    assert_arrives_once(portal, numbers)


def test_an_escalation_arrives_once_though_everything_is_killed(portal):
    numbers = [escalated(portal, f"all {number}") for number in range(3)]
    portal.kill_everything()
    portal.start()

    assert_arrives_once(portal, numbers)


def test_the_national_figures_are_right_after_all_that(portal):
    def regions_sum_up():
        with portal.client("nasional", "hq") as analyst:
            summary = analyst.get("/api/v1/national/summary").json()
        by_region = sum(each["calls"]["offered"] for each in summary["regions"])
        return summary["totals"]["calls"]["offered"] == by_region == newest_calls(portal)

    assert until(regions_sum_up, 10)


def newest_calls(portal):
    with portal.client("jabar", "supervisor") as desk:
        count, path = 0, "/api/v1/calls/?limit=500"
        while path:
            page = desk.get(path).json()
            count += len(page["results"])
            # `*.localhost` resolves in browsers only: go on at the address that answers.
            path = page["next"] and httpx.URL(page["next"]).raw_path.decode()
    return count
