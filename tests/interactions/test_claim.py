"""Claiming: the first of several agents gets the call."""

import threading

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from interactions.errors import CallAlreadyClaimed, CallNotFound
from interactions.models import Alert, Interaction
from interactions.services.claim import claim_call
from regions.models import Region
from tests.clients import client_of, switch_of
from tests.factories import AgentFactory, CallFactory, ItHeadFactory, call_event, offered


def claim_path(call):
    return f"/api/v1/calls/{call}/claim"


def test_the_first_of_two_agents_gets_the_call(jabar):
    call, first, second = CallFactory(), AgentFactory(), AgentFactory()
    claim_call(call_id=call.id, agent=first)

    with pytest.raises(CallAlreadyClaimed) as refusal:
        claim_call(call_id=call.id, agent=second)

    assert refusal.value.claimed_by == first.username


def test_an_agent_who_claims_twice_keeps_one_interaction_and_one_alert(jabar):
    call, agent = CallFactory(), AgentFactory()

    first, again = (claim_call(call_id=call.id, agent=agent) for _ in range(2))

    assert first == again
    assert Alert.objects.filter(kind="call.claimed").count() == 1


def test_a_call_that_is_not_here_cannot_be_claimed(jabar):
    with pytest.raises(CallNotFound):
        claim_call(call_id="nowhere", agent=AgentFactory())


def test_twenty_agents_at_once_give_one_winner(committed):
    region = Region.objects.get(slug="jabar")
    with tenant_context(region):
        call = CallFactory()
        agents = [AgentFactory() for _ in range(20)]
    barrier, wins, losses = threading.Barrier(20), [], []

    def try_to_claim(agent):
        try:
            with tenant_context(region):
                connection.ensure_connection()
                barrier.wait(30)
                wins.append(claim_call(call_id=call.id, agent=agent))
        except CallAlreadyClaimed as refusal:
            losses.append(refusal.claimed_by)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_to_claim, args=[agent]) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(wins) == 1
    assert losses == [wins[0].agent.username] * 19


def test_the_reply_is_the_call_with_its_new_interaction(jabar):
    call = CallFactory()

    reply = client_of(jabar, AgentFactory()).send("POST", claim_path(call.id))

    assert reply.status_code == 200
    assert reply.json()["interaction"] == str(Interaction.objects.get().id)


def test_the_loser_reads_who_won(jabar):
    call, winner = CallFactory(), AgentFactory()
    claim_call(call_id=call.id, agent=winner)

    reply = client_of(jabar, AgentFactory()).send("POST", claim_path(call.id))

    assert (reply.status_code, reply.json()["claimed_by"]) == (409, winner.username)


def test_an_it_head_may_not_claim(jabar):
    reply = client_of(jabar, ItHeadFactory()).send("POST", claim_path(CallFactory().id))

    assert reply.status_code == 403


def test_a_call_whose_id_has_a_slash_can_be_claimed(jabar):
    switch_of(jabar).deliver(offered("trunk/7@pbx"))

    reply = client_of(jabar, AgentFactory()).send("POST", claim_path("trunk%2F7@pbx"))

    assert reply.status_code == 200


def test_a_call_that_ended_unanswered_can_be_claimed_for_its_call_back(jabar):
    switch_of(jabar).deliver(
        [offered("c-1"), call_event("call.ended", "c-1", after=20, reason="abandoned")]
    )

    reply = client_of(jabar, AgentFactory()).send("POST", claim_path("c-1"))

    assert (reply.status_code, reply.json()["state"]) == (200, "ended")
