"""/ws/alerts/ as a program meets it: hello, replay, heartbeat, reset, refusals."""

import json
import time
import uuid
from datetime import UTC, datetime

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.clients import BATCH


def event(kind, call, **data):
    return {
        "specversion": "1.0",
        "id": uuid.uuid4().hex,
        "source": "/switch/socket-test",
        "type": f"id.layanan110.{kind}",
        "subject": call,
        "time": datetime.now(UTC).isoformat(),
        "data": data,
    }


def offers(count):
    return [
        event("call.offered", f"c-{uuid.uuid4().hex}", caller="+6281200000001", dialled="110")
        for _ in range(count)
    ]


def deliver(portal, events, slug="jabar"):
    with portal.client(slug, "telephony") as switch:
        reply = switch.post(
            "/api/v1/calls/events", content=json.dumps(events), headers={"Content-Type": BATCH}
        )
    assert reply.status_code == 202, reply.text
    return [each["subject"] for each in events]


def receive(socket, kind=None, timeout=10):
    while True:
        message = json.loads(socket.recv(timeout=timeout))
        if kind is None or message["type"] == kind:
            return message


def close_code(socket, timeout=10):
    """The code that the server closes with, within `timeout` seconds in all."""
    deadline = time.monotonic() + timeout
    try:
        while True:
            socket.recv(timeout=max(0, deadline - time.monotonic()))
    except ConnectionClosed as closed:
        return closed.rcvd.code


def head(portal, slug="jabar"):
    with portal.socket(slug) as socket:
        return receive(socket, "hello")["seq"]


def test_the_first_message_is_hello_with_the_region_and_its_newest_seq(live_portal):
    before = head(live_portal)
    deliver(live_portal, offers(2))

    with live_portal.socket("jabar") as socket:
        hello = receive(socket)

    assert hello == {"type": "hello", "region": "jabar", "seq": before + 2}


def test_each_event_arrives_as_one_alert_with_the_call(live_portal):
    with live_portal.socket("jabar") as socket:
        seq = receive(socket, "hello")["seq"]

        (call,) = deliver(live_portal, offers(1))
        alert = receive(socket, "alert")

    assert (alert["seq"], alert["kind"], alert["call"]["id"]) == (seq + 1, "call.offered", call)


def test_an_alert_holds_nothing_of_the_callers_history(live_portal):
    with live_portal.socket("jabar") as socket:
        receive(socket, "hello")

        deliver(live_portal, offers(1))
        alert = receive(socket, "alert")

    assert "nuisance" not in alert["call"]


def test_after_replays_every_later_alert_in_order_however_many(live_portal):
    before = head(live_portal)
    calls = deliver(live_portal, offers(700)) + deliver(live_portal, offers(700))

    with live_portal.socket("jabar", after=before) as socket:
        receive(socket, "hello")
        alerts = [receive(socket, "alert") for _ in calls]

    assert [alert["seq"] for alert in alerts] == list(range(before + 1, before + 1401))
    assert sorted(alert["call"]["id"] for alert in alerts) == sorted(calls)


def test_without_after_it_starts_at_now(live_portal):
    deliver(live_portal, offers(1))

    with live_portal.socket("jabar") as socket:
        receive(socket, "hello")
        (call,) = deliver(live_portal, offers(1))
        alert = receive(socket, "alert")

    assert alert["call"]["id"] == call


def test_a_heartbeat_comes_within_five_seconds_with_the_newest_seq(live_portal):
    with live_portal.socket("jabar") as socket:
        seq = receive(socket, "hello")["seq"]
        heartbeat = receive(socket, timeout=6)

    assert heartbeat == {"type": "heartbeat", "seq": seq}


def test_after_beyond_the_newest_gives_reset_and_goes_on_from_now(live_portal):
    newest = head(live_portal)
    with live_portal.socket("jabar", after=newest + 1000) as socket:
        receive(socket, "hello")
        reset = receive(socket)
        (call,) = deliver(live_portal, offers(1))
        alert = receive(socket, "alert")

    assert reset == {"type": "reset", "seq": newest}
    assert alert["call"]["id"] == call


def test_after_older_than_what_is_kept_gives_reset(live_portal):
    deliver(live_portal, offers(3), slug="papuabarat")
    newest = head(live_portal, "papuabarat")
    live_portal.sql("DELETE FROM papuabarat.interactions_alert WHERE seq < %s", newest)

    with live_portal.socket("papuabarat", after=newest - 2) as socket:
        receive(socket, "hello")
        message = receive(socket)

    assert message == {"type": "reset", "seq": newest}


def test_the_newest_kept_alert_is_replayed_without_reset(live_portal):
    deliver(live_portal, offers(3), slug="papuabarat")
    newest = head(live_portal, "papuabarat")
    live_portal.sql("DELETE FROM papuabarat.interactions_alert WHERE seq < %s", newest)

    with live_portal.socket("papuabarat", after=newest - 1) as socket:
        receive(socket, "hello")
        message = receive(socket)

    assert (message["type"], message["seq"]) == ("alert", newest)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE papuabarat.people_user SET is_active = false WHERE username = 'agent2'",
        "UPDATE papuabarat.people_user SET role = 'it_head' WHERE username = 'agent2'",
        "UPDATE papuabarat.people_servicekey SET revoked_at = now() WHERE name = 'demo-agent2'",
    ],
    ids=["disabled", "another role", "revoked token"],
)
def test_a_socket_closes_within_five_seconds_of_losing_its_right(live_portal, change):
    with live_portal.socket("papuabarat", "agent2") as socket:
        receive(socket, "hello")
        live_portal.sql(change)

        code = close_code(socket, timeout=5)

    agent = "UPDATE papuabarat.people_user SET is_active = true, role = 'agent'"
    live_portal.sql(f"{agent} WHERE username = 'agent2'")
    live_portal.sql(
        "UPDATE papuabarat.people_servicekey SET revoked_at = NULL WHERE name = 'demo-agent2'"
    )
    assert code in {4401, 4403}


def test_a_client_that_never_reads_holds_up_nobody(live_portal):
    with (
        live_portal.socket("papuabarat", max_queue=1) as lazy,
        live_portal.socket("papuabarat") as eager,
    ):
        receive(lazy, "hello")
        receive(eager, "hello")
        calls = [call for _ in range(4) for call in deliver(live_portal, offers(500), "papuabarat")]

        heard = [receive(eager, "alert")["call"]["id"] for _ in calls]

    assert sorted(heard) == sorted(calls)


@pytest.mark.parametrize("after", ["x", "-1", "", "1.5", "\uff19", "1&after=2"])
def test_a_bad_after_closes_with_4400(live_portal, after):
    with live_portal.socket("jabar", after=after) as socket:
        assert close_code(socket) == 4400


def refusal(portal, **options):
    """How a socket is refused: 403 before it opens, or the code at once after."""
    try:
        with portal.socket("jabar", **options) as socket:
            return close_code(socket)
    except InvalidStatus as refused:
        return refused.response.status_code


def test_without_credentials_it_is_refused(live_portal):
    assert refusal(live_portal, account="") in {403, 4401}


def test_the_token_of_another_region_is_refused(live_portal):
    token = live_portal.demo["regions"]["diy"]["tokens"]["agent1"]

    assert refusal(live_portal, account="", Authorization=f"Bearer {token}") in {403, 4401}


@pytest.mark.parametrize("account", ["it"])
def test_a_role_that_does_not_take_calls_is_refused(live_portal, account):
    assert refusal(live_portal, account=account) in {403, 4403}


@pytest.mark.parametrize(
    "origin",
    [
        "http://diy.localhost:{port}",
        "http://jabar.localhost",
        "https://jabar.localhost:{port}",
        "http://evil-jabar.localhost:{port}",
        "http://jabar.localhost:{port}.evil.id",
        "null",
    ],
)
def test_an_origin_that_is_not_exactly_this_hosts_own_is_refused(live_portal, origin):
    origin = origin.format(port=live_portal.port)

    assert refusal(live_portal, Origin=origin) in {403, 4403}


def test_a_region_hears_nothing_of_another_regions_calls(live_portal):
    with live_portal.socket("diy") as socket:
        seq = receive(socket, "hello")["seq"]
        deliver(live_portal, offers(3), slug="jabar")

        message = receive(socket, timeout=7)

    assert message == {"type": "heartbeat", "seq": seq}
