"""The record of an interaction: written, classified, closed, opened again."""

from datetime import timedelta

import pytest
import time_machine
from stdnum import damm

from interactions.services.claim import claim_call
from tests.clients import client_of
from tests.factories import NOON, AgentFactory, CallFactory, InteractionFactory, SupervisorFactory


@pytest.fixture
def agent(jabar):
    return AgentFactory()


@pytest.fixture
def desk(jabar, agent):
    return client_of(jabar, agent)


def path(interaction, verb=""):
    return f"/api/v1/interactions/{interaction.id}{verb}"


def pointers(reply):
    return [each["pointer"] for each in reply.json()["errors"]]


def test_a_category_brings_its_priority(desk):
    reply = desk.send(
        "POST",
        path(InteractionFactory(), "/classify"),
        {"service": "pelaporan", "category": "L08"},
    )

    assert (reply.status_code, reply.json()["priority"]) == (200, 1)


def test_a_priority_that_is_given_wins_over_the_categorys(desk):
    reply = desk.send(
        "POST",
        path(InteractionFactory(), "/classify"),
        {"service": "pelaporan", "category": "L08", "priority": 3},
    )

    assert reply.json()["priority"] == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/service"),
        ({"service": "lapor"}, "#/service"),
        ({"service": "informasi", "category": "L08"}, "#/category"),
        ({"service": "pelaporan", "category": "LA"}, "#/category"),
        ({"service": "pelaporan", "priority": 5}, "#/priority"),
    ],
)
def test_a_wrong_classification_is_refused_by_its_field(desk, body, pointer):
    reply = desk.send("POST", path(InteractionFactory(), "/classify"), body)

    assert (reply.status_code, pointers(reply)) == (422, [pointer])


def test_a_write_on_the_newest_version_is_saved(desk):
    interaction = InteractionFactory()
    etag = desk.get(path(interaction))["ETag"]

    reply = desk.send("PATCH", path(interaction), {"summary": "Tawuran"}, If_Match=etag)

    assert (reply.status_code, reply.json()["summary"]) == (200, "Tawuran")


def test_a_stale_write_is_refused(desk):
    interaction = InteractionFactory()
    etag = desk.get(path(interaction))["ETag"]
    desk.send("PATCH", path(interaction), {"summary": "first"}, **{"If-Match": etag})

    reply = desk.send("PATCH", path(interaction), {"summary": "late"}, **{"If-Match": etag})

    assert reply.status_code == 412
    assert desk.get(path(interaction)).json()["summary"] == "first"


def test_closing_says_the_outcome(desk):
    reply = desk.send("POST", path(InteractionFactory(), "/close"), {"outcome": "answered"})

    assert (reply.json()["state"], reply.json()["outcome"]) == ("closed", "answered")


def test_closing_twice_with_the_same_outcome_changes_nothing(desk):
    interaction = InteractionFactory()
    first = desk.send("POST", path(interaction, "/close"), {"outcome": "prank"})

    again = desk.send("POST", path(interaction, "/close"), {"outcome": "prank"})

    assert again.json() == first.json()


def test_closing_with_another_outcome_is_409(desk):
    interaction = InteractionFactory()
    desk.send("POST", path(interaction, "/close"), {"outcome": "prank"})

    reply = desk.send("POST", path(interaction, "/close"), {"outcome": "answered"})

    assert reply.status_code == 409


def test_classifying_a_closed_interaction_is_409(desk):
    interaction = InteractionFactory()
    desk.send("POST", path(interaction, "/close"), {"outcome": "answered"})

    reply = desk.send("POST", path(interaction, "/classify"), {"service": "informasi"})

    assert reply.status_code == 409


def test_closing_is_undone_within_10_seconds_without_a_reason(desk):
    interaction = InteractionFactory()
    with time_machine.travel(NOON, tick=False) as clock:
        desk.send("POST", path(interaction, "/close"), {"outcome": "prank"})
        clock.shift(timedelta(seconds=9))
        reply = desk.send("POST", path(interaction, "/reopen"))

    assert (reply.status_code, reply.json()["state"]) == (200, "open")


def test_reopening_later_needs_a_reason(desk):
    interaction = InteractionFactory()
    with time_machine.travel(NOON, tick=False) as clock:
        desk.send("POST", path(interaction, "/close"), {"outcome": "prank"})
        clock.shift(timedelta(seconds=11))
        refused = desk.send("POST", path(interaction, "/reopen"))
        taken = desk.send("POST", path(interaction, "/reopen"), {"reason": "called again"})

    assert (refused.status_code, pointers(refused)) == (422, ["#/reason"])
    assert taken.status_code == 200


def test_the_timeline_says_who_did_what_oldest_first(jabar, agent, desk):
    interaction = claim_call(call_id=CallFactory().id, agent=agent)
    desk.send("POST", path(interaction, "/classify"), {"service": "informasi"})
    supervisor = SupervisorFactory()
    client_of(jabar, supervisor).send("POST", path(interaction, "/close"), {"outcome": "answered"})

    entries = desk.get(path(interaction, "/timeline")).json()["results"]

    assert [(each["kind"], each["actor"]) for each in entries] == [
        ("opened", agent.username),
        ("classified", agent.username),
        ("closed", supervisor.username),
    ]


def test_an_interaction_that_came_another_way_is_opened_with_201(desk):
    reply = desk.send(
        "POST",
        "/api/v1/interactions/",
        {"channel": "walk_in", "summary": "Kehilangan dompet", "service": "informasi"},
    )

    assert (reply.status_code, reply.json()["channel"]) == (201, "walk_in")


def test_register_numbers_have_no_gaps_and_a_right_check_digit(jabar, agent):
    numbers = [
        claim_call(call_id=CallFactory().id, agent=agent).number.split("-") for _ in range(3)
    ]

    serials = [int(number[2]) for number in numbers]
    assert serials == list(range(serials[0], serials[0] + 3))
    assert all(damm.is_valid(year + serial + check) for _, year, serial, check in numbers)


def test_a_list_is_paged_by_cursor(desk):
    made = {str(InteractionFactory().id) for _ in range(5)}

    first = desk.get("/api/v1/interactions/?limit=3").json()
    second = desk.get(first["next"]).json()

    listed = [each["id"] for page in (first, second) for each in page["results"]]
    assert (len(first["results"]), set(listed), second["next"]) == (3, made, None)


def test_a_list_costs_as_many_queries_with_30_rows_as_with_1(desk, django_assert_max_num_queries):
    def queries():
        with django_assert_max_num_queries(20) as counted:
            desk.get("/api/v1/interactions/")
        return len(counted)

    InteractionFactory()
    queries()  # the first request of a token also stamps its use
    with_one = queries()
    for _ in range(29):
        InteractionFactory()

    assert queries() == with_one
