"""Complaint, outbox, callback and reconciliation in any order, with any fault, repeated at will."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import hypothesis
import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from complaints.dumas.adapter import DumasStatus, Receipt, Refused, Unavailable
from complaints.dumas.callback import Callback
from complaints.errors import NotInThisState, ReportNotFound
from complaints.models import Complaint, Escalation
from complaints.services import deliver, reconcile
from complaints.services.callbacks import take_callback
from complaints.services.decide import verify_complaint
from complaints.services.escalate import escalate_complaint, retry_escalation
from complaints.services.file import Statement, file_complaint
from interactions.models import RollupDelta
from tests.factories import NOON, SupervisorFactory

pytestmark = pytest.mark.django_db

FINDINGS = {DumasStatus.SELESAI_BENAR: "proven", DumasStatus.SELESAI_TIDAK_BENAR: "not_proven"}
faults = st.sampled_from(["none", "fails", "drops the reply", "refuses", "worker is killed"])
statuses = st.sampled_from(DumasStatus)


class Killed(BaseException):
    """The worker ends between asking and writing down."""


class Dumas:
    """Dumas Presisi in memory: keeps one report per key, and goes wrong where told to."""

    def __init__(self):
        self.reports = {}  # key → [number, reference, status, decided at]
        self.fault = "none"

    def __call__(self, url):
        return self

    def submit(self, report, *, key):
        if self.fault == "fails":
            raise Unavailable("answered 503")
        if self.fault == "refuses":
            raise Refused(422, "no")
        number = f"DMS-{len(self.reports) + 1}"
        kept = self.reports.setdefault(key, [number, report.reference, DumasStatus.PROSES, None])
        if self.fault == "drops the reply":
            raise Unavailable("no answer")
        if self.fault == "worker is killed":
            raise Killed
        return Receipt(number=kept[0], status=kept[2])

    def fetch(self, number):
        return next(
            Receipt(kept[0], kept[2]) for kept in self.reports.values() if kept[0] == number
        )


@contextmanager
def allowed_from(number, states):
    """Expect what is done inside to be refused from every other state, and only then."""
    if Complaint.objects.get(number=number).state in states:
        yield
    else:
        with pytest.raises(NotInThisState):
            yield


class Way(RuleBasedStateMachine):
    complaints = Bundle("complaints")
    callbacks = Bundle("callbacks")

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.actor = SupervisorFactory()
        self.dumas = Dumas()
        self.patched = pytest.MonkeyPatch()
        for module in (deliver, reconcile):
            self.patched.setattr(module, "HttpDumas", self.dumas)
            self.patched.setattr(module, "dumas_address", lambda: "http://dumas.test")
        self.told = {}  # number here → [(at, status)] that reached us by callback

    @override
    def teardown(self):
        self.patched.undo()
        transaction.savepoint_rollback(self.savepoint)

    # Few complaints and many steps: what goes wrong between steps of one is what we look for.
    @initialize(target=complaints, arrives=st.booleans())
    def one_is_escalated(self, arrives):
        number = self.file()
        self.escalate_from_anywhere(number)
        self.work("none" if arrives else "drops the reply")
        return number

    @precondition(lambda self: Complaint.objects.count() < 2)
    @rule(target=complaints)
    def file(self):
        statement = Statement(channel="web", summary="Petugas kasar")
        return file_complaint(statement, actor=None).complaint.number

    @rule(number=complaints)
    def escalate_from_anywhere(self, number):
        if Complaint.objects.get(number=number).state == "received":
            verify_complaint(number=number, merits=True, actor=self.actor)
            escalate_complaint(number=number, actor=self.actor)

    @rule(number=complaints)
    def verify(self, number):
        with allowed_from(number, {"received"}):
            verify_complaint(number=number, merits=True, actor=self.actor)

    @rule(number=complaints)
    def escalate(self, number):
        with allowed_from(number, {"verified", "in_progress", "escalated"}):
            escalate_complaint(number=number, actor=self.actor)

    @rule(number=complaints)
    def send_again(self, number):
        escalation = Escalation.objects.filter(complaint__number=number).first()
        if escalation is not None and escalation.state == "dead":
            retry_escalation(number=number, actor=self.actor)

    @rule(fault=faults)
    def work(self, fault):
        self.dumas.fault = fault
        try:
            deliver.deliver_next()
        except Killed:
            pass
        finally:
            self.dumas.fault = "none"

    @rule()
    def wait(self):
        past = timezone.now() - timedelta(seconds=1)
        pending = Escalation.objects.filter(state="pending")
        pending.update(next_attempt_at=past)
        pending.exclude(lease=None).update(leased_until=past)

    @precondition(lambda self: self.dumas.reports)
    @rule(target=callbacks, number=complaints, status=statuses)
    def decide_there(self, number, status):
        for kept in self.dumas.reports.values():
            if kept[1] == number:
                kept[2], kept[3] = status, timezone.now()
                told = Callback(number=kept[0], reference=number, status=status, at=kept[3])
                return told, f"msg_{uuid4().hex}"
        return multiple()

    @rule(callback=callbacks)
    def call_back(self, callback):
        told, webhook_id = callback
        try:
            take_callback(told, webhook_id=webhook_id)
        except ReportNotFound:
            raise AssertionError("Dumas Presisi has it, so we have sent it") from None
        self.told.setdefault(told.reference, []).append((told.at, told.status))

    @precondition(lambda self: self.dumas.reports)
    @rule(number=complaints, decided=st.lists(statuses, min_size=2, max_size=3), data=st.data())
    def decide_and_call_back_in_any_order(self, number, decided, data):
        told = [self.decide_there(number, status) for status in decided]
        for callback in data.draw(st.permutations(told)):
            if isinstance(callback, tuple):
                self.call_back(callback)

    @rule()
    def a_day_passes(self):
        Escalation.objects.filter(state="delivered").update(delivered_at=NOON, reconciled_at=None)

    @rule()
    def compare(self):
        reconcile.reconcile_next()

    @invariant()
    def dumas_has_each_report_once(self):
        references = [kept[1] for kept in self.dumas.reports.values()]
        assert len(references) == len(set(references))

    @invariant()
    def a_delivered_one_has_dumas_number(self):
        for escalation in Escalation.objects.filter(state="delivered"):
            assert self.dumas.reports[escalation.key][0] == escalation.dumas_number

    @invariant()
    def a_resolved_one_was_found_so(self):
        for complaint in Complaint.objects.filter(state="resolved"):
            findings = {FINDINGS.get(status) for _, status in self.told.get(complaint.number, [])}
            there = {
                FINDINGS.get(kept[2])
                for kept in self.dumas.reports.values()
                if kept[1] == complaint.number
            }
            assert complaint.resolution in findings | there

    @invariant()
    def the_newest_told_status_is_never_replaced_by_an_older(self):
        for number, told in self.told.items():
            complaint = Complaint.objects.get(number=number)
            assert complaint.dumas_status_at >= max(at for at, _ in told)

    @invariant()
    def figures_are_those_of_the_rows(self):
        sums = dict.fromkeys(["received", "open", "escalated", "resolved"], 0)
        for figure, change in RollupDelta.objects.values_list("figure", "change"):
            sums[figure.removeprefix("complaints.")] += change
        rows = Complaint.objects
        assert sums == {
            "received": rows.count(),
            "open": rows.filter(closed_at=None).count(),
            "escalated": rows.exclude(escalated_at=None).count(),
            "resolved": rows.filter(state="resolved").count(),
        }

    def settle(self):
        """Let everything work again, for as long as there is something to do."""
        for escalation in Escalation.objects.filter(state="dead"):
            retry_escalation(number=escalation.complaint.number, actor=self.actor)
        self.wait()
        deliver.DumasLink.objects.update(failures=0, opened_at=None)
        while deliver.has_due():
            deliver.deliver_next()


class UntilAllIsDelivered(Way):
    @override
    def teardown(self):
        try:
            self.settle()
            assert not Escalation.objects.exclude(state="delivered").exists()
            assert Escalation.objects.count() >= len(self.dumas.reports)
            self.dumas_has_each_report_once()
        finally:
            super().teardown()


def test_whatever_happens_each_report_is_at_dumas_once(jabar):
    settings = hypothesis.settings(max_examples=25, stateful_step_count=20, deadline=None)

    run_state_machine_as_test(UntilAllIsDelivered, settings=settings)
