"""Places at a whole portal: whatever comes first, each call has its place once."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.launcher.processes import until
from tests.clients import EVENT
from tests.factories import offered

BANDUNG, SLEMAN = (-6.9147, 107.6098), (-7.716, 110.355)


def new_caller():
    return f"+62812{uuid.uuid4().int % 10**8:08d}"


def sms(latitude, longitude):
    return f'A"ML=1;lt={latitude};lg={longitude};rd=20;top=20261124050000;lc=68;pm=G;ml=90'


def ring(client, call, caller, **data):
    event = offered(call, caller=caller, **data)
    reply = client.post("/api/v1/calls/events", json=event, headers={"Content-Type": EVENT})
    assert reply.status_code == 202, reply.text


def send_place(client, caller, place=BANDUNG):
    reply = client.post(
        "/api/v1/calls/locations",
        params={"caller": caller},
        content=sms(*place),
        headers={"Content-Type": "text/plain"},
    )
    assert reply.status_code == 202, reply.text
    return reply.json()


def call_of(portal, region, call):
    with portal.client(region, "agent1") as agent:
        return agent.get(f"/api/v1/calls/{call}").json()


def test_a_call_and_its_place_that_come_at_once_find_each_other_once(live_portal):
    pairs = [(f"c-{uuid.uuid4()}", new_caller()) for _ in range(40)]

    def both(pair):
        switch = live_portal.client("jabar", "telephony")
        with switch, ThreadPoolExecutor(2) as at_once:
            ringing = at_once.submit(ring, switch, *pair)
            place = at_once.submit(send_place, switch, pair[1])
            ringing.result(), place.result()

    with ThreadPoolExecutor(4) as callers:
        list(callers.map(both, pairs))

    def all_have_it():
        return all(call_of(live_portal, "jabar", call)["location"] for call, _ in pairs)

    until(all_have_it, 60)
    # One offer and one place each: the sweep gave nobody a second one.
    assert {call_of(live_portal, "jabar", call)["events"] for call, _ in pairs} == {2}


def test_a_place_at_headquarters_reaches_a_call_that_came_to_its_polda_directly(live_portal):
    call, caller = f"c-{uuid.uuid4()}", new_caller()
    with live_portal.client("nasional", "telephony") as national:
        assert send_place(national, caller, SLEMAN) == {"call": None, "region": None}

    with live_portal.client("diy", "telephony") as switch:
        ring(switch, call, caller)

    until(lambda: call_of(live_portal, "diy", call)["location"] is not None, 60)
    assert call_of(live_portal, "diy", call)["jurisdiction"]["unit"]["code"] == "34.04"


def test_a_place_waits_through_the_kill_of_everything_that_answers(live_portal):
    call, caller = f"c-{uuid.uuid4()}", new_caller()
    with live_portal.client("jabar", "telephony") as switch:
        send_place(switch, caller)

    live_portal.kill("web", "worker")
    until(lambda: not live_portal.answers, 10)
    until(lambda: live_portal.answers, 60)
    with live_portal.client("jabar", "telephony") as switch:
        ring(switch, call, caller)

    assert call_of(live_portal, "jabar", call)["location"]["latitude"] == BANDUNG[0]


@pytest.mark.parametrize(("region", "role"), [("jabar", "agent1"), ("nasional", "hq")])
def test_the_documents_of_both_hosts_describe_it(live_portal, region, role):
    with live_portal.client(region, role) as client:
        paths = client.get("/api/v1/schema").json()["paths"]

    operation = paths["/api/v1/calls/locations"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "text/plain",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "application/pidf+xml",
    }
    assert {each["name"] for each in operation["parameters"]} == {"call", "caller"}


def test_a_message_over_1_mib_is_413(live_portal):
    with live_portal.client("jabar", "telephony") as switch:
        reply = switch.post(
            "/api/v1/calls/locations?call=c-1",
            content=b" " * (2 * 1024 * 1024),
            headers={"Content-Type": "application/pidf+xml"},
        )

    assert (reply.status_code, reply.headers["content-type"]) == (413, "application/problem+json")
