"""The least valid complaint and escalation, in the region of the current connection."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from complaints.models import Complaint, Escalation
from complaints.numbers import new_number
from tests.complaints.dumas_process import WIRE
from tests.factories import NOON


class ComplaintFactory(DjangoModelFactory):
    class Meta:
        model = Complaint

    number = factory.LazyFunction(new_number)
    pin_hash = "!"
    channel = "phone"
    summary = "Petugas tidak datang"
    received_at = NOON
    letter_due_on = date(2026, 12, 22)

    class Params:
        escalated = factory.Trait(state="escalated", escalated_at=NOON)
        resolved = factory.Trait(state="resolved", resolution="proven", closed_at=NOON)
        rejected = factory.Trait(state="rejected", closed_at=NOON)


class EscalationFactory(DjangoModelFactory):
    """Pending and due; its report names the complaint, as a real one does."""

    class Meta:
        model = Escalation

    complaint = factory.SubFactory(ComplaintFactory, escalated=True)
    report = factory.LazyAttribute(lambda it: WIRE | {"reference": it.complaint.number})
    next_attempt_at = NOON
    created_at = NOON

    class Params:
        delivered = factory.Trait(
            state="delivered", dumas_number="DMS-1", delivered_at=NOON, first_attempt_at=NOON
        )
        dead = factory.Trait(state="dead", attempts=9, last_error="answered 503")
