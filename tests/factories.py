"""The least valid things; a test states every fact that it asserts about.

Each is made in the region of the current connection.
"""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from interactions.models import Call, Incident, Interaction
from regions.people.models import Role, Unit, User

PASSWORD = "a-long-enough-password"
_HASH = make_password(PASSWORD)
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 12.00 WIB
_numbers = itertools.count(1)


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    role = Role.AGENT
    password = _HASH


class AgentFactory(PersonFactory):
    username = factory.Sequence(lambda n: f"agent{n}")


class SupervisorFactory(PersonFactory):
    username = factory.Sequence(lambda n: f"supervisor{n}")
    role = Role.SUPERVISOR


class ItHeadFactory(PersonFactory):
    username = factory.Sequence(lambda n: f"it{n}")
    role = Role.IT_HEAD


class HqFactory(PersonFactory):
    username = factory.Sequence(lambda n: f"hq{n}")
    role = Role.HQ


class CallFactory(DjangoModelFactory):
    class Meta:
        model = Call

    id = factory.Sequence(lambda n: f"call-{n}")
    caller = "+6281200000001"
    dialled = "110"
    offered_at = NOON
    first_event_at = NOON
    events = 1


class InteractionFactory(DjangoModelFactory):
    class Meta:
        model = Interaction

    number = factory.Sequence(lambda n: f"TEST-26-{n:06d}-0")
    agent = factory.SubFactory(AgentFactory)
    opened_at = NOON


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"P-{n}")
    name = factory.Sequence(lambda n: f"Patrol {n}")
    kind = "patrol"


class IncidentFactory(DjangoModelFactory):
    class Meta:
        model = Incident

    number = factory.Sequence(lambda n: f"K-TEST-{n:06d}-0")
    category_id = "L08"
    priority = 1
    summary = "Group brawl"
    opened_by = factory.SubFactory(AgentFactory)
    opened_at = NOON
    first_contact_at = NOON


def call_event(type_: str, call: str, *, after: float = 0, **data) -> dict:
    """A CloudEvent as a switch sends it; `after` is in seconds from NOON."""
    return {
        "specversion": "1.0",
        "id": f"event-{next(_numbers)}-{uuid.uuid4().hex[:8]}",
        "source": "/switch/test",
        "type": f"id.layanan110.{type_}",
        "subject": call,
        "time": (NOON + timedelta(seconds=after)).isoformat(),
        "data": data,
    }


def offered(call: str, *, caller: str | None = "+6281200000001", after: float = 0, **data) -> dict:
    return call_event("call.offered", call, after=after, caller=caller, dialled="110", **data)
