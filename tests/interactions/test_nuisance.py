"""Nuisance callers: reported, confirmed by another, expiring; a warning and never a silence."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tenants.utils import tenant_context
from hypothesis import given
from hypothesis import strategies as st

from interactions.errors import AlreadyReported
from interactions.models import Interaction, NuisanceReport
from interactions.nuisance import HANDICAP, KEPT_FOR, nuisance_of
from interactions.queries import waiting_calls
from interactions.services.intake import read_delivery, record_events
from interactions.services.nuisance import confirm_nuisance, report_nuisance
from interactions.services.record import close_interaction, reopen_interaction
from interactions.services.sum_rollups import sum_rollups
from regions.context import run_in_region
from regions.people.models import AuditEntry
from regions.queries import national_summary
from tests.at_once import run_at_once
from tests.clients import client_of, switch_of
from tests.factories import (
    NOON,
    AgentFactory,
    CallFactory,
    InteractionFactory,
    ItHeadFactory,
    SupervisorFactory,
    call_event,
    offered,
)

CALLER = "+6281200000001"


@pytest.fixture
def agent(jabar):
    return AgentFactory()


@pytest.fixture
def desk(jabar, agent):
    return client_of(jabar, agent)


@pytest.fixture
def supervisor(jabar):
    return client_of(jabar, SupervisorFactory())


def path(verb="", caller=CALLER):
    return f"/api/v1/callers/{caller}{verb}"


def report(client, kind="prank", interaction=None, **more):
    body = {"kind": kind, "reason": "shouts and hangs up", **more}
    if interaction is not None:
        body["interaction"] = str(interaction.id)
    return client.send("POST", path("/nuisance"), body)


def confirm(client, **more):
    return client.send("POST", path("/confirm"), {"reason": "heard the recording", **more})


def lift(client, **more):
    return client.send("POST", path("/lift"), {"reason": "a child, spoken to", **more})


def level(reply):
    return reply.json()["nuisance"]["level"]


def false_report(agent):
    """An interaction of an answered call that was closed as a false report."""
    answered = call_event("call.answered", "c-1", after=4, agent=agent.username)
    events = [offered("c-1", caller=CALLER), answered]
    record_events(read_delivery(events, pointers=["#/0", "#/1"]))
    interaction = Interaction.objects.get(call="c-1")
    close_interaction(interaction_id=interaction.id, outcome="false_report", note="", actor=agent)
    return interaction


def totals():
    sum_rollups()
    document = national_summary(since=None, until=None).document()["totals"]
    return document["nuisance"]["false_report"], document["calls"]["valid"]


def test_a_report_waits_for_a_supervisor(desk):
    reply = report(desk)

    assert (reply.status_code, level(reply)) == (201, 0)
    assert [each["state"] for each in reply.json()["reports"]] == ["reported"]


def test_a_confirmed_report_counts(desk, supervisor):
    report(desk)

    reply = confirm(supervisor)

    assert (reply.status_code, level(reply), reply.json()["nuisance"]["confirmed"]) == (200, 1, 1)


def test_the_number_may_be_percent_encoded_or_not(desk):
    report(desk)

    numbers = {
        desk.get(path(caller=each)).json()["number"] for each in (CALLER, "%2B" + CALLER[1:])
    }

    assert numbers == {CALLER}


@pytest.mark.parametrize("number", ["+62", "nobody", "+62812x", "+6281299999999"])
def test_a_number_of_which_nothing_is_known_is_404(desk, number):
    assert desk.get(path(caller=number)).status_code == 404


def test_a_caller_who_was_never_reported_has_level_0(desk):
    CallFactory(caller=CALLER)

    reply = desk.get(path())

    assert reply.json()["nuisance"] == {"level": 0, "confirmed": 0, "last_at": None}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "rude", "reason": "x"}, "#/kind"),
        ({"kind": "prank"}, "#/reason"),
        ({"kind": "prank", "reason": " "}, "#/reason"),
        ({"kind": "prank", "reason": "x", "interaction": "7"}, "#/interaction"),
    ],
)
def test_a_wrong_report_is_refused_by_its_field(desk, body, pointer):
    reply = desk.send("POST", path("/nuisance"), body)

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_report_names_an_interaction_with_that_caller_only(desk):
    other = InteractionFactory(caller="+6281200000002")

    assert report(desk, interaction=other).status_code == 422


def test_an_interaction_is_reported_once(desk, supervisor):
    interaction = InteractionFactory(caller=CALLER)
    first = report(desk, interaction=interaction).json()["reports"][0]

    again = report(desk, interaction=interaction)

    assert (again.status_code, again.json()["report"]) == (409, first["id"])


def test_a_report_that_was_lifted_can_be_made_again(desk, supervisor):
    interaction = InteractionFactory(caller=CALLER)
    report(desk, interaction=interaction)
    lift(supervisor)

    assert report(desk, interaction=interaction).status_code == 201


def test_an_agent_may_not_confirm(desk, jabar):
    report(desk)

    assert confirm(client_of(jabar, AgentFactory())).status_code == 403


def test_a_supervisor_may_not_confirm_their_own_report(supervisor):
    report(supervisor)

    assert confirm(supervisor).status_code == 403
    assert NuisanceReport.objects.get().state == "reported"


def test_the_database_holds_that_it_takes_two(jabar, agent):
    made = report_nuisance(
        caller=CALLER, kind="prank", reason="x", interaction_id=None, actor=agent
    )

    with pytest.raises(IntegrityError, match="another_person"), transaction.atomic():
        NuisanceReport.objects.filter(pk=made.pk).update(
            state="confirmed", confirmed_by=agent, confirmed_at=NOON, expires_at=NOON
        )


def test_nothing_to_confirm_is_409(supervisor):
    assert confirm(supervisor).status_code == 409


def test_nothing_to_lift_is_409(supervisor):
    assert lift(supervisor).status_code == 409


@pytest.mark.parametrize("verb", ["/confirm", "/lift"])
def test_a_decision_needs_a_reason(desk, supervisor, verb):
    report(desk)

    reply = supervisor.send("POST", path(verb), {})

    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/reason")


def test_one_report_of_several_can_be_confirmed(desk, supervisor):
    report(desk)
    newest = report(desk).json()["reports"][0]["id"]

    reply = confirm(supervisor, report=newest)

    assert [each["state"] for each in reply.json()["reports"]] == ["confirmed", "reported"]


def test_lifting_takes_the_level_away_and_keeps_why(desk, supervisor):
    report(desk)
    confirm(supervisor)

    reply = lift(supervisor)

    assert level(reply) == 0
    assert reply.json()["reports"][0]["lift_reason"] == "a child, spoken to"


def test_a_confirmed_report_expires(desk, supervisor):
    with time_machine.travel(NOON, tick=False) as clock:
        report(desk)
        confirm(supervisor)
        clock.shift(KEPT_FOR - timedelta(seconds=1))
        still = level(desk.get(path()))
        clock.shift(timedelta(seconds=2))

        assert (still, level(desk.get(path()))) == (1, 0)


def test_decisions_are_in_the_audit(desk, supervisor):
    report(desk)
    confirm(supervisor)
    lift(supervisor)

    actions = AuditEntry.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["nuisance_confirmed", "nuisance_lifted"]


def test_a_report_is_on_the_timeline_of_its_interaction(desk, supervisor):
    interaction = InteractionFactory(caller=CALLER)
    report(desk, interaction=interaction)
    confirm(supervisor)

    kinds = list(interaction.timeline.order_by("id").values_list("kind", flat=True))
    assert kinds == ["nuisance_reported", "nuisance_confirmed"]


# The grade


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], 0),
        (["prank"], 1),
        (["prank"] * 2, 2),
        (["prank"] * 3, 3),
        (["prank"] * 9, 3),
        (["silent"] * 9, 1),
        (["silent", "prank", "prank"], 2),
        (["false_report"], 3),
        (["wrong_number", "false_report"], 3),
    ],
)
def test_the_level_follows_the_kinds(kinds, expected):
    nuisance = nuisance_of([(kind, NOON) for kind in kinds])

    assert (nuisance.level, nuisance.confirmed) == (expected, len(kinds))


KINDS = ["ghost", "silent", "dropped", "prank", "wrong_number", "test", "false_report"]


@given(kinds=st.lists(st.sampled_from(KINDS), max_size=12), one_more=st.sampled_from(KINDS))
def test_one_more_report_never_lowers_the_level(kinds, one_more):
    before = nuisance_of([(kind, NOON) for kind in kinds])
    after = nuisance_of([(kind, NOON) for kind in [*kinds, one_more]])

    assert 0 <= before.level <= after.level <= 3


# False reports


def test_a_false_report_counts_once_it_is_confirmed(agent, desk, supervisor):
    interaction = false_report(agent)
    waiting = totals()
    report(desk, kind="false_report", interaction=interaction)
    confirm(supervisor)

    assert (waiting, totals()) == ((0, 1), (1, 0))


def test_a_false_report_is_lifted_out_of_the_figures(agent, desk, supervisor):
    interaction = false_report(agent)
    report(desk, kind="false_report", interaction=interaction)
    confirm(supervisor)
    lift(supervisor)

    assert totals() == (0, 1)


def test_closing_as_what_was_confirmed_before_holds_at_once(agent, desk, supervisor):
    interaction = false_report(agent)
    report(desk, kind="false_report", interaction=interaction)
    confirm(supervisor)
    reopen_interaction(interaction_id=interaction.id, reason="x", actor=agent)
    reopened = totals()
    close_interaction(interaction_id=interaction.id, outcome="false_report", note="", actor=agent)

    assert (reopened, totals()) == ((0, 1), (1, 0))


def test_confirming_another_kind_confirms_no_false_report(agent, desk, supervisor):
    interaction = false_report(agent)
    report(desk, kind="prank", interaction=interaction)
    confirm(supervisor)

    shown = desk.get(f"/api/v1/interactions/{interaction.id}").json()
    assert shown["outcome_confirmed"] is False


# What follows from it


def test_a_call_shows_how_much_of_a_nuisance_its_caller_is(desk, supervisor):
    call = CallFactory(caller=CALLER)
    with time_machine.travel(NOON, tick=False):
        report(desk)
        confirm(supervisor)
        of_one = desk.get(f"/api/v1/calls/{call.id}").json()["nuisance"]
        (of_list,) = desk.get("/api/v1/calls/").json()["results"]

    expected = {"level": 1, "confirmed": 1, "last_at": "2026-11-24T05:00:00Z"}
    assert of_one == of_list["nuisance"] == expected


def test_a_withheld_number_is_nobodys(desk, supervisor):
    call = CallFactory(caller=None)
    report(desk)
    confirm(supervisor)

    assert desk.get(f"/api/v1/calls/{call.id}").json()["nuisance"]["level"] == 0


def test_the_list_of_calls_costs_as_many_queries_with_30_callers_as_with_1(
    desk, agent, django_assert_max_num_queries
):
    def make(number):
        CallFactory(caller=f"+62812000001{number:02d}")
        report_nuisance(
            caller=f"+62812000001{number:02d}",
            kind="prank",
            reason="x",
            interaction_id=None,
            actor=agent,
        )

    def queries():
        with django_assert_max_num_queries(20) as counted:
            desk.get("/api/v1/calls/")
        return len(counted)

    make(0)
    queries()
    with_one = queries()
    for number in range(1, 30):
        make(number)

    assert queries() == with_one


def strike(caller, times, agent):
    supervisor = SupervisorFactory()
    for _ in range(times):
        report_nuisance(caller=caller, kind="prank", reason="x", interaction_id=None, actor=agent)
    confirm_nuisance(caller=caller, reason="x", report_id=None, actor=supervisor)


def test_a_nuisance_stands_later_in_the_queue(agent):
    strike(CALLER, 3, agent)
    CallFactory(id="nuisance", caller=CALLER, offered_at=NOON)
    CallFactory(id="other", caller="+6281200000002", offered_at=NOON + timedelta(seconds=5))

    waiting = waiting_calls(now=NOON + timedelta(seconds=10))

    assert [(each.id, each.nuisance_level) for each in waiting] == [("other", 0), ("nuisance", 3)]


def test_a_nuisance_that_waited_long_is_first_all_the_same(agent):
    strike(CALLER, 3, agent)
    CallFactory(id="nuisance", caller=CALLER, offered_at=NOON - 3 * HANDICAP)
    CallFactory(id="other", caller="+6281200000002", offered_at=NOON + timedelta(seconds=1))

    assert [each.id for each in waiting_calls(now=NOON)] == ["nuisance", "other"]


def test_a_nuisances_call_is_taken_like_any_other(jabar, agent):
    strike(CALLER, 5, agent)

    taken = switch_of(jabar).deliver(offered("c-1", caller=CALLER))

    assert taken.status_code == 202
    assert [each.id for each in waiting_calls(now=timezone.now())] == ["c-1"]


# Doors and races


def test_an_it_head_sees_no_callers(jabar):
    CallFactory(caller=CALLER)

    assert client_of(jabar, ItHeadFactory()).get(path()).status_code == 403


def test_another_region_knows_nothing_of_a_caller(jabar, diy, desk):
    report(desk)
    with tenant_context(diy):
        stranger = client_of(diy, SupervisorFactory())

    assert [stranger.get(path()).status_code, confirm(stranger).status_code] == [404, 409]


def test_of_many_reports_on_an_interaction_at_once_one_stands(committed):
    interaction = run_in_region("jabar", InteractionFactory, caller=CALLER)
    agent = run_in_region("jabar", AgentFactory)

    def work():
        report_nuisance(
            caller=CALLER, kind="prank", reason="x", interaction_id=interaction.id, actor=agent
        )

    outcomes = run_at_once("jabar", *[work] * 6)

    assert (outcomes.count(None), outcomes.count(AlreadyReported)) == (1, 5)


def test_confirming_while_the_interaction_is_closed_and_opened_leaves_right_figures(committed):
    def make():
        interaction = false_report(AgentFactory())
        supervisor, agent = SupervisorFactory(), AgentFactory()
        report_nuisance(
            caller=CALLER,
            kind="false_report",
            reason="x",
            interaction_id=interaction.id,
            actor=agent,
        )
        return interaction, agent, supervisor

    interaction, agent, supervisor = run_in_region("jabar", make)

    outcomes = run_at_once(
        "jabar",
        lambda: confirm_nuisance(caller=CALLER, reason="x", report_id=None, actor=supervisor),
        lambda: reopen_interaction(interaction_id=interaction.id, reason="x", actor=agent),
    )

    assert outcomes == [None, None]
    assert run_in_region("jabar", lambda: (totals(), Interaction.objects.get().nuisance)) == (
        (0, 1),
        None,
    )
