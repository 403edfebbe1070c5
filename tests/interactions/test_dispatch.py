"""Dispatch: units sent, taken through their statuses, refused when busy, recommended."""

from datetime import timedelta

import pytest
import time_machine
from django_tenants.utils import tenant_context

from interactions.errors import UnitBusy
from interactions.models import Alert, Dispatch, UnitPosition, UnitStatus
from interactions.models.incident import TRANSITIONS
from interactions.recommend import Candidate, Point, distance_m, recommend
from interactions.services.dispatch import dispatch_unit
from interactions.services.record import close_interaction
from regions.context import run_in_region
from regions.people.models import Unit
from tests.at_once import run_at_once
from tests.clients import client_of
from tests.factories import (
    NOON,
    AgentFactory,
    IncidentFactory,
    InteractionFactory,
    SupervisorFactory,
    UnitFactory,
)

WAY = ["dispatched", "en_route", "on_scene", "cleared"]


@pytest.fixture
def desk(jabar):
    return client_of(jabar, AgentFactory())


@pytest.fixture
def supervisor(jabar):
    return client_of(jabar, SupervisorFactory())


def path(incident, verb=""):
    return f"/api/v1/incidents/{incident.id}{verb}"


def send(client, incident, unit, **body):
    return client.send("POST", path(incident, "/dispatch"), {"unit": unit.code, **body})


def move(client, incident, unit, status, **body):
    body = {"unit": unit.code, "status": status, **body}
    return client.send("POST", path(incident, "/status"), body)


def sent(status, **more):
    """A unit at an incident, at this point of its way."""
    dispatch = Dispatch(
        incident=IncidentFactory(),
        unit=UnitFactory(),
        dispatched_by=AgentFactory(),
        dispatched_at=NOON,
        **more,
    )
    for each in WAY[: WAY.index(status) + 1]:
        dispatch.reach(UnitStatus(each), at=NOON)
    dispatch.save()
    return dispatch


def test_a_unit_goes_its_whole_way_with_a_time_for_each_status(desk):
    incident, unit = IncidentFactory(), UnitFactory()
    with time_machine.travel(NOON, tick=False) as clock:
        send(desk, incident, unit)
        for status in WAY[1:]:
            clock.shift(timedelta(minutes=1))
            reply = move(desk, incident, unit, status)

    (shown,) = reply.json()["units"]
    assert [shown[f"{status}_at"] for status in WAY] == [
        f"2026-11-24T05:0{minute}:00Z" for minute in range(4)
    ]


def test_every_status_has_its_ways():
    assert set(TRANSITIONS) == set(UnitStatus)


@pytest.mark.parametrize(
    ("now", "to"),
    [
        (now, to)
        for now in UnitStatus
        for to in UnitStatus
        if to != now and to not in TRANSITIONS[now]
    ],
)
class TestOffTheWay:
    def test_an_agent_is_refused(self, desk, now, to):
        dispatch = sent(now)

        reply = move(desk, dispatch.incident, dispatch.unit, to)

        assert (reply.status_code, reply.json()["state"]) == (409, now)

    def test_an_agents_reason_is_not_enough(self, desk, now, to):
        dispatch = sent(now)

        reply = move(desk, dispatch.incident, dispatch.unit, to, override_reason="wrong key")

        assert reply.status_code == 403

    def test_a_supervisor_needs_a_reason(self, supervisor, now, to):
        dispatch = sent(now)

        assert move(supervisor, dispatch.incident, dispatch.unit, to).status_code == 409

    def test_a_supervisors_reason_is_kept(self, supervisor, now, to):
        dispatch = sent(now)

        reply = move(supervisor, dispatch.incident, dispatch.unit, to, override_reason="wrong key")

        steps = {each["kind"]: each["detail"] for each in reply.json()["timeline"]}
        assert (reply.status_code, reply.json()["units"][0]["status"]) == (200, to)
        assert steps[f"unit_{to}"]["reason"] == "wrong key"


def test_going_back_takes_back_the_arrival(desk, supervisor):
    dispatch = sent("on_scene")
    move(desk, dispatch.incident, dispatch.unit, "cleared")

    reply = move(
        supervisor, dispatch.incident, dispatch.unit, "en_route", override_reason="wrong unit"
    ).json()

    assert (reply["arrived_at"], reply["state"]) == (None, "open")
    assert (reply["units"][0]["on_scene_at"], reply["units"][0]["cleared_at"]) == (None, None)


def test_the_same_status_again_changes_nothing(desk):
    dispatch = sent("en_route")

    reply = move(desk, dispatch.incident, dispatch.unit, "en_route")

    assert (reply.status_code, reply.json()["timeline"]) == (200, [])


def test_sending_a_unit_twice_sends_it_once(desk):
    incident, unit = IncidentFactory(), UnitFactory()

    first, again = send(desk, incident, unit), send(desk, incident, unit)

    assert (again.status_code, again.json()) == (200, first.json())


def test_a_cleared_unit_can_be_sent_again(desk):
    dispatch = sent("cleared")

    reply = send(desk, dispatch.incident, dispatch.unit)

    assert [each["status"] for each in reply.json()["units"]] == ["cleared", "dispatched"]


@pytest.mark.parametrize("verb", ["/dispatch", "/status"])
def test_a_unit_that_is_not_here_is_refused_by_its_field(jabar, diy, desk, verb):
    with tenant_context(diy):
        code = UnitFactory(code="R-DIY").code
    body = {"unit": code, "status": "en_route"}

    reply = desk.send("POST", path(IncidentFactory(), verb), body)

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/unit")


def test_a_unit_out_of_service_is_not_sent(desk):
    assert send(desk, IncidentFactory(), UnitFactory(is_active=False)).status_code == 422


def test_a_unit_that_was_not_sent_has_no_status(desk):
    assert move(desk, IncidentFactory(), UnitFactory(), "en_route").status_code == 409


def test_a_busy_unit_is_refused_with_where_it_is(desk):
    dispatch = sent("en_route")

    reply = send(desk, IncidentFactory(), dispatch.unit)

    assert (reply.status_code, reply.json()["number"]) == (409, dispatch.incident.number)


def test_a_busy_unit_is_sent_with_a_reason_that_is_kept(desk):
    dispatch = sent("en_route")

    reply = send(desk, IncidentFactory(), dispatch.unit, override_reason="nobody else is near")

    assert reply.status_code == 200
    assert reply.json()["units"][0]["override_reason"] == "nobody else is near"


def test_a_reason_that_was_not_needed_is_no_override(desk):
    reply = send(desk, IncidentFactory(), UnitFactory(), override_reason="just in case")

    assert reply.json()["units"][0]["override_reason"] == ""


def test_each_step_is_told_with_the_incident_and_the_unit(desk):
    incident, unit = IncidentFactory(), UnitFactory()
    send(desk, incident, unit)
    move(desk, incident, unit, "en_route")

    alerts = Alert.objects.order_by("seq")
    assert [each.kind for each in alerts] == ["unit.status", "unit.status"]
    assert [each.payload["unit"]["status"] for each in alerts] == WAY[:2]
    assert alerts[1].payload["incident"]["units"][0]["status"] == "en_route"


def test_each_step_is_on_the_timeline_of_every_interaction(desk):
    incident, unit = IncidentFactory(), UnitFactory()
    linked = [InteractionFactory(incident=incident) for _ in range(2)]
    send(desk, incident, unit)

    for interaction in linked:
        entry = interaction.timeline.get()
        assert (entry.kind, entry.detail["unit"]) == ("unit_dispatched", unit.code)


def test_of_many_incidents_that_want_a_unit_at_once_one_gets_it(committed):
    unit, agent = run_in_region("jabar", UnitFactory), run_in_region("jabar", AgentFactory)
    incidents = run_in_region("jabar", IncidentFactory.create_batch, 8)

    def take(incident):
        return lambda: dispatch_unit(
            incident_id=incident.id, unit_code=unit.code, override_reason="", actor=agent
        )

    outcomes = run_at_once("jabar", *map(take, incidents))

    assert outcomes.count(None) == 1
    assert outcomes.count(UnitBusy) == 7


def test_sending_units_while_interactions_are_closed_locks_nobody_out(committed):
    def make():
        incident, agent = IncidentFactory(), AgentFactory()
        calls = InteractionFactory.create_batch(6, incident=incident, agent=agent)
        return incident, agent, UnitFactory.create_batch(6), calls

    incident, agent, units, calls = run_in_region("jabar", make)

    def take(unit):
        return lambda: dispatch_unit(
            incident_id=incident.id, unit_code=unit.code, override_reason="", actor=agent
        )

    def close(call):
        return lambda: close_interaction(
            interaction_id=call.id, outcome="dispatched", note="", actor=agent
        )

    outcomes = run_at_once("jabar", *map(take, units), *map(close, calls))

    assert outcomes == [None] * 12


# Which unit to send


BANDUNG = Point(-6.9175, 107.6191)


def candidate(code, *, km=0.0, kind="patrol", **more):
    """A unit so many kilometres north of Bandung."""
    return Candidate(code, code, kind, Point(BANDUNG.latitude + km / 111.195, 107.6191), **more)


def codes(suggestions):
    return [each.code for each in suggestions]


def reasons(suggestion):
    return [each.code for each in suggestion.reasons]


def ask(*candidates, where=BANDUNG, category="L08"):
    return recommend(candidates, where=where, category=category, now=NOON)


def test_a_known_distance_is_right():
    jakarta = Point(-6.1754, 106.8272)

    assert distance_m(BANDUNG, jakarta) == pytest.approx(120_300, rel=0.01)


def test_of_one_kind_the_nearest_comes_first():
    result = ask(candidate("far", km=9), candidate("near", km=1), candidate("middle", km=4))

    assert codes(result.recommended) == ["near", "middle", "far"]
    assert result.recommended[0].distance_m == pytest.approx(1000, abs=2)


def test_the_kind_that_the_category_calls_for_comes_before_a_nearer_one():
    result = ask(
        candidate("station", km=1, kind="polres"),
        candidate("boat", km=9, kind="polairud"),
        candidate("car", km=2),
        category="L16",
    )

    assert codes(result.recommended) == ["boat", "car", "station"]
    assert reasons(result.recommended[0]) == ["kind_is_for_category", "distance", "at_its_station"]


@pytest.mark.parametrize(("minutes", "is_recommended"), [(4, True), (5, True), (6, False)])
def test_a_position_counts_for_five_minutes(minutes, is_recommended):
    unit = candidate("car", position=BANDUNG, position_at=NOON - timedelta(minutes=minutes), km=30)

    result = ask(unit)

    shown = result.recommended if is_recommended else result.not_recommended
    assert codes(shown) == ["car"]
    assert ("position_is_fresh" if is_recommended else "position_is_old") in reasons(shown[0])


def test_a_busy_unit_is_named_apart_with_where_it_is():
    result = ask(candidate("car", busy_at="K-26-000001-3"))

    (reason,) = result.not_recommended[0].reasons
    assert (result.recommended, reason.facts) == ([], {"incident": "K-26-000001-3"})


@pytest.mark.parametrize(
    ("candidates", "where", "why"),
    [
        ([], BANDUNG, "no_units"),
        ([candidate("car")], None, "place_is_not_known"),
        ([candidate("car", busy_at="K")], BANDUNG, "none_is_free"),
        ([Candidate("car", "car", "patrol", None)], BANDUNG, "none_is_free"),
        ([candidate("car")], BANDUNG, None),
    ],
)
def test_none_is_explained(candidates, where, why):
    result = ask(*candidates, where=where)

    assert (result.why_none and result.why_none.code) == why


def test_an_incident_asks_for_units_near_its_place(desk):
    Unit.objects.update(is_active=False)
    UnitFactory(code="far", latitude=-6.5, longitude=107.6)
    UnitFactory(code="near", latitude=-6.9, longitude=107.6)
    incident = IncidentFactory(place={"latitude": -6.91, "longitude": 107.6})

    reply = desk.get(path(incident, "/units")).json()

    assert [each["code"] for each in reply["recommended"]] == ["near", "far"]
    assert reply["why_none"] is None


def test_the_recommendation_costs_as_many_queries_with_30_units_as_with_1(
    desk, django_assert_max_num_queries
):
    incident = IncidentFactory(place={"latitude": -6.91, "longitude": 107.6})

    def queries():
        with django_assert_max_num_queries(20) as counted:
            desk.get(path(incident, "/units"))
        return len(counted)

    queries()
    with_few = queries()
    for _ in range(30):
        sent("en_route")

    assert queries() == with_few


def test_a_reported_position_counts_instead_of_the_station(desk):
    Unit.objects.update(is_active=False)
    UnitFactory(code="R-7", latitude=-6.0, longitude=107.6)
    incident = IncidentFactory(place={"latitude": -6.91, "longitude": 107.6})

    told = desk.send("POST", "/api/v1/units/R-7/position", {"latitude": -6.91, "longitude": 107.6})

    (shown,) = desk.get(path(incident, "/units")).json()["recommended"]
    assert (told.status_code, shown["distance_m"]) == (200, 0)
    assert "position_is_fresh" in [each["code"] for each in shown["reasons"]]
    assert UnitPosition.objects.count() == 1


def test_the_position_of_a_unit_that_is_not_here_is_refused(desk):
    reply = desk.send("POST", "/api/v1/units/nobody/position", {"latitude": 0, "longitude": 0})

    assert reply.status_code == 404
