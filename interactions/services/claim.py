"""Claiming: how a ringing call becomes one agent's interaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from interactions.errors import CallAlreadyClaimed, CallNotFound
from interactions.figures import call_figures
from interactions.models import Call, Interaction, TimelineEntry
from interactions.queries import call_document
from interactions.services.alerts import NewAlert, append_alerts
from interactions.services.register import next_register_numbers
from interactions.services.rollups import append_deltas
from regions.people.chain import append_chained
from regions.people.models import User


@transaction.atomic(durable=True)
def claim_call(*, call_id: str, agent: User) -> Interaction:
    """Give a call to an agent and open its interaction; the first claim wins.

    The same agent's second claim returns the interaction that the first one opened. A call that
    ended unanswered can be claimed too: that starts its call-back.

    Raises:
        CallNotFound: this region has no such call.
        CallAlreadyClaimed: another agent was first; `claimed_by` is their username.
    """
    now = timezone.now()
    # One conditional UPDATE decides the race; a read before it would let two agents win.
    unclaimed = Call.objects.filter(id=call_id, claimed_by=None)
    won = unclaimed.update(claimed_by=agent, claimed_at=now)
    call = Call.objects.select_related("claimed_by", "interaction").filter(id=call_id).first()
    if call is None:
        raise CallNotFound
    if won:
        (interaction,) = open_interactions_for([(call, agent)], now=now)
        append_deltas(before=call_figures(call, None), after=call_figures(call, interaction))
        document = call_document(call, interaction_id=interaction.id, claimed_by=agent.username)
        append_alerts([NewAlert("call.claimed", {"call": document})], at=now)
        return interaction
    if call.claimed_by is not None and call.claimed_by != agent:
        raise CallAlreadyClaimed(
            f"{call.claimed_by.full_name} took this call first.",
            claimed_by=call.claimed_by.username,
        )
    return call.interaction


def open_interactions_for(won: Iterable[tuple[Call, User]], *, now: datetime) -> list[Interaction]:
    """Open the interactions of calls that were just claimed.

    Needs the transaction of the claim and the calls' rows locked; takes register numbers, and then
    the lock of the region's chain.
    """
    pairs = list(won)
    numbers = next_register_numbers(len(pairs), now=now)
    opened = [
        Interaction(number=number, call=call, agent=agent, caller=call.caller, opened_at=now)
        for number, (call, agent) in zip(numbers, pairs, strict=True)
    ]
    if not opened:
        return []
    Interaction.objects.bulk_create(opened)
    append_chained(
        [
            TimelineEntry(
                interaction=each,
                at=now,
                actor=each.agent.username,
                kind="opened",
                detail={"call": each.call_id},
            )
            for each in opened
        ]
    )
    return opened
