"""National figures: deltas with each change, summed once, equal to a recount."""

from collections import Counter

import pytest
from django_tenants.utils import tenant_context
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interactions.figures import call_figures
from interactions.models import Call, Interaction, RollupDelta
from interactions.services.record import classify_interaction, close_interaction, reopen_interaction
from interactions.services.sum_rollups import sum_rollups
from regions.models import HourTotal
from regions.queries import national_summary
from regions.services.everywhere import in_every_region
from tests.clients import client_of, switch_of
from tests.factories import AgentFactory, HqFactory, call_event, offered


def recount():
    counted = Counter()
    interactions = {each.call_id: each for each in Interaction.objects.exclude(call=None)}
    for call in Call.objects.all():
        counted.update(call_figures(call, interactions.get(call.id)))
    return +counted


def totals(region):
    rows = HourTotal.objects.filter(region=region).exclude(total=0)
    return Counter({(row.hour, row.figure, row.detail): row.total for row in rows})


def answered_call(switch, call, agent, *, seconds=4):
    switch.deliver(
        [offered(call), call_event("call.answered", call, after=seconds, agent=agent.username)]
    )
    return Interaction.objects.get(call=call)


def test_a_call_is_counted_in_the_hour_of_its_offer(jabar):
    switch_of(jabar).deliver(offered("c-1"))
    sum_rollups()

    row = HourTotal.objects.get(figure="calls.offered")
    assert (row.region, row.hour.isoformat(), row.total) == (jabar, "2026-11-24T05:00:00+00:00", 1)


def test_a_nuisance_call_is_answered_but_not_valid(jabar):
    agent = AgentFactory()
    interaction = answered_call(switch_of(jabar), "c-1", agent)
    close_interaction(interaction_id=interaction.id, outcome="prank", note="", actor=agent)
    sum_rollups()

    calls = national_summary(since=None, until=None).document()["totals"]["calls"]
    assert (calls["answered"], calls["valid"]) == (1, 0)


def test_undoing_a_nuisance_makes_the_call_valid_again(jabar):
    agent = AgentFactory()
    interaction = answered_call(switch_of(jabar), "c-1", agent)
    close_interaction(interaction_id=interaction.id, outcome="prank", note="", actor=agent)
    reopen_interaction(interaction_id=interaction.id, reason="", actor=agent)
    sum_rollups()

    document = national_summary(since=None, until=None).document()["totals"]
    assert (document["calls"]["valid"], document["nuisance"]["prank"]) == (1, 0)


@pytest.mark.parametrize(
    ("seconds", "within_10", "within_15"), [(10, 1, 1), (11, 0, 1), (16, 0, 0)]
)
def test_answers_are_counted_against_10_and_15_seconds(jabar, seconds, within_10, within_15):
    answered_call(switch_of(jabar), "c-1", AgentFactory(), seconds=seconds)
    sum_rollups()

    calls = national_summary(since=None, until=None).document()["totals"]["calls"]
    assert (calls["answered_within_10s"], calls["answered_within_15s"]) == (within_10, within_15)


def test_the_median_answer_is_right_within_the_bins(jabar):
    for number, seconds in enumerate([2, 4, 8, 16, 32]):
        answered_call(switch_of(jabar), f"c-{number}", AgentFactory(), seconds=seconds)
    sum_rollups()

    calls = national_summary(since=None, until=None).document()["totals"]["calls"]
    assert calls["answer_p50"] == pytest.approx(8, rel=0.025)


def test_summing_twice_counts_once(jabar):
    switch_of(jabar).deliver(offered("c-1"))

    assert [sum_rollups() > 0, sum_rollups()] == [True, 0]
    assert HourTotal.objects.get(figure="calls.offered").total == 1


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 4),
            st.sampled_from(["offer", "answer", "end", "classify", "close", "reopen", "sum"]),
        ),
        max_size=25,
    )
)
def test_after_any_steps_the_totals_equal_a_recount(jabar, steps):
    agent = AgentFactory()
    for number, step in steps:
        take_step(switch_of(jabar), f"c-{number}", step, agent)
    sum_rollups()

    assert totals(jabar) == recount()
    assert not RollupDelta.objects.exists()


def take_step(switch, call, step, agent):
    if step == "offer":
        switch.deliver({**offered(call), "id": f"{call}-offer"})
    elif step == "answer":
        event = call_event("call.answered", call, after=7, agent=agent.username)
        switch.deliver({**event, "id": f"{call}-answer"})
    elif step == "end":
        event = call_event("call.ended", call, after=70, reason="abandoned")
        switch.deliver({**event, "id": f"{call}-end"})
    elif step == "sum":
        sum_rollups()
    else:
        change_record(call, step, agent)


def change_record(call, step, agent):
    interaction = Interaction.objects.filter(call=call).first()
    if interaction is None:
        return
    if step == "classify" and interaction.state == "open":
        classify_interaction(
            interaction_id=interaction.id,
            service="pengaduan",
            category="P01",
            priority=None,
            actor=agent,
        )
    elif step == "close" and interaction.state == "open":
        close_interaction(interaction_id=interaction.id, outcome="silent", note="", actor=agent)
    elif step == "reopen" and interaction.state == "closed":
        reopen_interaction(interaction_id=interaction.id, reason="again", actor=agent)


def test_the_national_figures_are_the_sum_of_the_regions(jabar, diy, nasional):
    switch_of(jabar).deliver([offered(f"c-{number}") for number in range(3)])
    switch_of(diy).deliver([offered(f"c-{number}") for number in range(4)])
    in_every_region(sum_rollups)
    with tenant_context(nasional):
        analyst = HqFactory()

    summary = client_of(nasional, analyst).get("/api/v1/national/summary").json()

    by_region = {each["slug"]: each["calls"]["offered"] for each in summary["regions"]}
    assert (by_region["jabar"], by_region["diy"]) == (3, 4)
    assert summary["totals"]["calls"]["offered"] == sum(by_region.values()) == 7


@pytest.mark.parametrize(
    ("query", "offered_calls"),
    [
        ("?from=2026-11-24T05:00:00Z&to=2026-11-24T06:00:00Z", 1),
        ("?from=2026-11-24T05:59:00Z", 1),
        ("?from=2026-11-24T06:00:00Z", 0),
        ("?to=2026-11-24T05:00:00Z", 0),
        ("?to=2026-11-24T12:30:00%2B07:00", 1),
    ],
)
def test_a_period_holds_whole_hours_in_utc(jabar, nasional, query, offered_calls):
    switch_of(jabar).deliver(offered("c-1"))
    sum_rollups()
    with tenant_context(nasional):
        analyst = HqFactory()

    summary = client_of(nasional, analyst).get(f"/api/v1/national/summary{query}").json()

    assert summary["totals"]["calls"]["offered"] == offered_calls
