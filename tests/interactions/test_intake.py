"""Events of the switch: kept once, folded, told as alerts; or refused whole."""

import pytest

from interactions.models import Alert, Call, CallEvent
from tests.clients import switch_of
from tests.factories import AgentFactory, call_event, offered


def test_a_new_event_is_accepted_with_202(jabar):
    reply = switch_of(jabar).deliver(offered("c-1"))

    assert (reply.status_code, reply.json()) == (202, {"accepted": 1, "duplicates": 0})
