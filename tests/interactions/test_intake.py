"""Events of the switch: kept once, folded, told as alerts; or refused whole."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions.models import Alert, AlertHead, Call, CallEvent, Interaction
from interactions.services.intake import read_delivery, record_events
from tests.clients import BATCH, EVENT, PortalClient, client_of, switch_of
from tests.factories import AgentFactory, ItHeadFactory, call_event, offered

PATH = "/api/v1/calls/events"


def raw(region, body, kind=EVENT):
    return switch_of(region).generic("POST", PATH, body, kind)


def pointers(reply):
    assert reply["Content-Type"] == "application/problem+json"
    return [each["pointer"] for each in reply.json()["errors"]]


def test_a_new_event_is_accepted_with_202(jabar):
    reply = switch_of(jabar).deliver(offered("c-1"))

    assert (reply.status_code, reply.json()) == (202, {"accepted": 1, "duplicates": 0})


def test_an_event_delivered_twice_counts_once(jabar):
    event, switch = offered("c-1"), switch_of(jabar)
    switch.deliver(event)

    reply = switch.deliver(event)

    assert (reply.status_code, reply.json()) == (200, {"accepted": 0, "duplicates": 1})
    assert CallEvent.objects.count() == Alert.objects.count() == 1


def test_a_known_identity_is_a_duplicate_even_with_another_body(jabar):
    event, switch = offered("c-1"), switch_of(jabar)
    switch.deliver(event)

    reply = switch.deliver({**event, "type": "id.layanan110.nonsense", "data": 7})

    assert (reply.status_code, reply.json()["duplicates"]) == (200, 1)


def test_a_duplicate_that_names_another_call_makes_no_call(jabar):
    event, switch = offered("c-1"), switch_of(jabar)
    switch.deliver(event)

    switch.deliver([{**event, "subject": "c-2"}, offered("c-3")])

    assert set(Call.objects.values_list("id", flat=True)) == {"c-1", "c-3"}


def test_the_same_event_twice_in_one_batch_counts_once(jabar):
    event = offered("c-1")

    reply = switch_of(jabar).deliver([event, event])

    assert (reply.status_code, reply.json()) == (202, {"accepted": 1, "duplicates": 1})


def test_each_accepted_event_gives_exactly_one_alert(jabar):
    switch = switch_of(jabar)
    switch.deliver([offered("c-1"), call_event("call.ended", "c-1", after=9, reason="completed")])

    switch.deliver(call_event("call.queued", "c-1", after=1, queue="utama"))  # late

    assert list(Alert.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]
    assert AlertHead.objects.get().seq == 3


def test_a_batch_with_one_bad_item_keeps_nothing(jabar):
    reply = switch_of(jabar).deliver([offered("c-1"), {**offered("c-2"), "data": {}}])

    assert reply.status_code == 422
    assert not Call.objects.exists()
    assert not CallEvent.objects.exists()
    assert AlertHead.objects.get().seq == 0


def test_a_refusal_names_every_bad_item(jabar):
    batch = [
        offered("c-1"),
        3,
        {**offered("c-2"), "specversion": "0.3"},
        {**offered("c-3"), "type": "com.example.other"},
        call_event("call.ended", "c-4", reason="bored"),
        offered("c-5", caller="081234"),
    ]

    reply = switch_of(jabar).deliver(batch)

    assert pointers(reply) == [
        "#/1",
        "#/2/specversion",
        "#/3/type",
        "#/4/data/reason",
        "#/5/data/caller",
    ]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": ""}, "#/id"),
        ({"source": None}, "#/source"),
        ({"subject": "x" * 129}, "#/subject"),
        ({"subject": 7}, "#/subject"),
        ({"time": "yesterday"}, "#/time"),
        ({"time": "2026-11-24T12:00:00"}, "#/time"),
        ({"time": "0001-01-01T00:00:00+07:00"}, "#/time"),
        ({"time": "2026-02-30T12:00:00Z"}, "#/time"),
        ({"time": 1764000000}, "#/time"),
        ({"data": None}, "#/data"),
        ({"data": {"caller": "+62 812", "dialled": "110"}}, "#/data/caller"),
        ({"data": {"caller": "+١٢٣٤٥٦", "dialled": "110"}}, "#/data/caller"),
        ({"data": {"caller": "+6281", "dialled": "110"}}, "#/data/caller"),
        ({"data": {"caller": "+" + "6" * 16, "dialled": "110"}}, "#/data/caller"),
        ({"data": {"dialled": "110"}}, "#/data/caller"),
        ({"data": {"caller": None}}, "#/data/dialled"),
    ],
)
def test_what_an_event_must_have_is_named_when_it_is_wrong(jabar, change, pointer):
    reply = switch_of(jabar).deliver({**offered("c-1"), **change})

    assert (reply.status_code, pointers(reply)) == (422, [pointer])


@pytest.mark.parametrize("number", ["+12345", "+999999999999999", None, "+62812000000"])
def test_a_caller_is_checked_for_its_form_only(jabar, number):
    assert switch_of(jabar).deliver(offered("c-1", caller=number)).status_code == 202


@pytest.mark.parametrize(
    ("field", "value"),
    [("latitude", 91), ("longitude", -181), ("latitude", "6"), ("accuracy_m", -1), ("method", "?")],
)
def test_a_location_outside_of_the_world_is_refused(jabar, field, value):
    place = {"latitude": -6.9, "longitude": 107.6, "method": "aml", "accuracy_m": 10} | {
        field: value
    }

    reply = switch_of(jabar).deliver(call_event("call.located", "c-1", **place))

    assert pointers(reply) == [f"#/data/{field}"]


def test_an_event_more_than_24_hours_ahead_is_refused(jabar):
    ahead = (datetime.now(UTC) + timedelta(hours=24, minutes=1)).isoformat()

    assert pointers(switch_of(jabar).deliver({**offered("c-1"), "time": ahead})) == ["#/time"]


def test_an_event_less_than_24_hours_ahead_is_taken(jabar):
    ahead = (datetime.now(UTC) + timedelta(hours=23)).isoformat()

    assert switch_of(jabar).deliver({**offered("c-1"), "time": ahead}).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xef\xbb\xbf{}",
        '{"id": "x"}'.encode("utf-16"),
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a": "\xff"}',
    ],
    ids=["empty", "cut", "words", "bom", "utf16", "nan", "surrogate", "deep", "latin1"],
)
@pytest.mark.parametrize("kind", [EVENT, BATCH])
def test_a_body_that_cannot_be_read_is_400(jabar, body, kind):
    assert raw(jabar, body, kind).status_code == 400


def test_a_nul_character_is_refused_with_its_place(jabar):
    event = offered("c-1", queue="a\x00b")

    reply = switch_of(jabar).deliver([event])

    assert (reply.status_code, pointers(reply)) == (422, ["#/0/data/queue"])


@pytest.mark.parametrize(("body", "kind"), [("[]", BATCH), ("{}", BATCH), ("null", BATCH)])
def test_a_batch_without_events_is_refused(jabar, body, kind):
    assert raw(jabar, body.encode(), kind).status_code == 422


def test_a_batch_of_1000_is_taken_whole(jabar):
    reply = switch_of(jabar).deliver([offered(f"c-{n}") for n in range(1000)])

    assert reply.json() == {"accepted": 1000, "duplicates": 0}


def test_a_batch_of_more_than_1000_is_413(jabar):
    assert switch_of(jabar).deliver([offered("c")] * 1001).status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml", ""])
def test_another_media_type_is_415(jabar, kind):
    assert raw(jabar, json.dumps(offered("c-1")).encode(), kind).status_code == 415


def test_a_media_type_with_a_charset_is_read(jabar):
    body = json.dumps(offered("c-1")).encode()

    assert raw(jabar, body, f"{EVENT}; charset=utf-8").status_code == 202


def test_reading_the_intake_is_405(jabar):
    assert switch_of(jabar).get(PATH).status_code == 405


def test_without_a_key_it_is_401(jabar):
    assert PortalClient("jabar.localhost").deliver(offered("c-1")).status_code == 401


def test_the_key_of_another_region_is_401(jabar, diy):
    foreign = switch_of(diy)
    foreign.defaults["SERVER_NAME"] = "jabar.localhost"

    assert foreign.deliver(offered("c-1")).status_code == 401


@pytest.mark.parametrize("person", [AgentFactory, ItHeadFactory])
def test_a_person_may_not_send_events(jabar, person):
    assert client_of(jabar, person()).deliver(offered("c-1")).status_code == 403


def test_wrong_keys_are_throttled_but_a_right_one_from_there_never(jabar):
    wrong = PortalClient("jabar.localhost", "p110_000000000000_wrong")
    replies = [wrong.deliver(offered("c-1")) for _ in range(40)]

    right = switch_of(jabar).deliver(offered("c-1"))

    assert {reply.status_code for reply in replies} == {401, 429}
    assert int(replies[-1]["Retry-After"]) > 0
    assert right.status_code == 202


def test_an_answer_claims_the_call_for_that_agent(jabar):
    agent = AgentFactory(extension="101")
    switch = switch_of(jabar)

    switch.deliver([offered("c-1"), call_event("call.answered", "c-1", after=4, agent="101")])

    call = Call.objects.get()
    assert (call.agent, call.claimed_by) == (agent.username, agent)
    assert Interaction.objects.get().agent == agent


def test_a_later_event_keeps_the_agents_username(jabar):
    agent = AgentFactory(extension="101")
    switch = switch_of(jabar)
    switch.deliver([offered("c-1"), call_event("call.answered", "c-1", after=4, agent="101")])

    switch.deliver(call_event("call.ended", "c-1", after=60, reason="completed"))

    assert Call.objects.get().agent == agent.username


def test_an_unknown_agent_is_kept_as_sent(jabar):
    switch_of(jabar).deliver([offered("c-1"), call_event("call.answered", "c-1", agent="ext-9")])

    call = Call.objects.get()
    assert (call.agent, call.claimed_by) == ("ext-9", None)


def test_an_event_is_not_changed_or_removed_in_the_database(jabar):
    switch_of(jabar).deliver(offered("c-1"))

    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        CallEvent.objects.update(type="other")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_order_of_deliveries_gives_the_same_call(jabar, data):
    call = uuid.uuid4().hex
    script = [
        offered(call),
        call_event("call.queued", call, after=1, queue="utama"),
        call_event("call.answered", call, after=4, agent="ext-9"),
        call_event("call.located", call, after=5, latitude=-6.9, longitude=107.6, method="aml"),
        call_event("call.ended", call, after=60, reason="completed"),
    ]
    order = data.draw(
        st.permutations(script + data.draw(st.lists(st.sampled_from(script), max_size=4)))
    )

    accepted = sum(
        record_events(read_delivery([event], pointers=["#"])).accepted for event in order
    )

    stored = Call.objects.get(id=call)
    assert (accepted, stored.events, stored.state) == (5, 5, "ended")
    assert (stored.answer_seconds, stored.talk_seconds, stored.agent) == (4, 56, "ext-9")


def test_the_number_of_queries_depends_on_neither_batch_nor_history(
    jabar, django_assert_max_num_queries
):
    switch_of(jabar).deliver([offered(f"old-{n}") for n in range(300)])

    def queries(events):
        # 26 with the savepoint of the test's own transaction.
        with django_assert_max_num_queries(26) as counted:
            record_events(read_delivery(events, pointers=["#"] * len(events)))
        return len(counted)

    assert queries([offered("one")]) == queries([offered(f"many-{n}") for n in range(200)])
