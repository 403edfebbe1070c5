"""Delivery to the stand-in, a real process; each test in a transaction, so one at a time."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from complaints.backoff import GIVE_UP_AFTER
from complaints.dumas.breaker import OPENS_AFTER_FAILURES
from complaints.models import DumasLink, Escalation, EscalationAttempt
from complaints.services import deliver
from complaints.services.deliver import LEASE, deliver_escalation, deliver_next, has_due
from complaints.services.escalate import enter_dumas_number
from tests.complaints.dumas_process import Answers, answer
from tests.complaints.factories import EscalationFactory
from tests.factories import NOON, SupervisorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dumas_answering(settings):
    """Let Dumas Presisi give these bytes, whatever it is asked."""
    started = []

    def start(*answers):
        portal = Answers(*answers)
        started.append(portal)
        portal.__enter__()
        settings.DUMAS_URL = portal.url

    yield start
    for portal in started:
        portal.__exit__()


def outcomes(escalation):
    return list(escalation.tries.order_by("id").values_list("outcome", "detail"))


def test_a_report_arrives_and_its_number_comes_back(jabar, dumas):
    escalation = EscalationFactory()

    delivered = deliver_escalation(escalation.key)

    assert (delivered.state, [(str(delivered.key), delivered.dumas_number)]) == (
        "delivered",
        dumas.reports(),
    )


def test_an_arrived_report_is_in_progress_there(jabar, dumas):
    escalation = EscalationFactory()

    deliver_escalation(escalation.key)

    escalation.complaint.refresh_from_db()
    assert (escalation.complaint.state, escalation.complaint.dumas_status) == (
        "escalated",
        "proses",
    )


def test_each_try_is_told_in_its_own_words(jabar, dumas):
    escalation = EscalationFactory()

    deliver_escalation(escalation.key)

    assert [outcome for outcome, _ in outcomes(escalation)] == ["delivered"]


def test_what_is_delivered_is_not_sent_again(jabar, dumas):
    escalation = EscalationFactory()
    deliver_escalation(escalation.key)

    assert deliver_escalation(escalation.key) is None
    assert dumas.outcomes() == ["accepted"]


def test_without_an_address_nothing_is_tried(jabar, settings):
    settings.DUMAS_URL = ""
    escalation = EscalationFactory()

    assert deliver_escalation(escalation.key) is None
    escalation.refresh_from_db()
    assert (escalation.state, escalation.attempts) == ("pending", 0)


def test_a_regions_own_address_wins(jabar, dumas, settings):
    settings.DUMAS_URL = "http://127.0.0.1:1"
    DumasLink.objects.update(url=dumas.url)

    assert deliver_escalation(EscalationFactory().key).state == "delivered"


def test_an_address_that_is_none_is_told_as_such(jabar, settings):
    settings.DUMAS_URL = "ftp://dumas.example"

    assert "address" in deliver_escalation(EscalationFactory().key).last_error


def test_an_unanswered_report_is_tried_again_within_two_seconds(jabar, settings):
    settings.DUMAS_URL = "http://127.0.0.1:1"
    before = timezone.now()

    tried = deliver_escalation(EscalationFactory().key)

    assert tried.state == "pending"
    assert before < tried.next_attempt_at <= timezone.now() + timedelta(seconds=2)


def test_why_it_was_not_answered_is_kept(jabar, dumas_answering):
    dumas_answering(answer(503))
    escalation = EscalationFactory()

    deliver_escalation(escalation.key)

    assert outcomes(escalation) == [("unavailable", "answered 503")]


def test_a_retry_after_is_waited_for(jabar, dumas_answering):
    dumas_answering(answer(429, Retry_After="120"))
    before = timezone.now()

    tried = deliver_escalation(EscalationFactory().key)

    assert tried.next_attempt_at >= before + timedelta(seconds=120)


def test_a_final_refusal_is_dead_with_the_reason(jabar, dumas_answering):
    dumas_answering(answer(422, b'{"detail": "summary is missing"}'))

    dead = deliver_escalation(EscalationFactory().key)

    assert (dead.state, dead.last_error) == ("dead", "422 summary is missing")


def test_after_a_day_it_is_given_up(jabar, settings):
    settings.DUMAS_URL = "http://127.0.0.1:1"
    escalation = EscalationFactory(first_attempt_at=timezone.now() - GIVE_UP_AFTER, attempts=99)

    assert deliver_escalation(escalation.key).state == "dead"


def test_giving_up_is_written_into_the_history(jabar, dumas_answering):
    dumas_answering(answer(400))
    escalation = EscalationFactory()

    deliver_escalation(escalation.key)

    assert escalation.complaint.history.get().kind == "delivery_given_up"


def test_a_dropped_reply_makes_no_second_report(jabar, dumas):
    dumas.kill()
    dumas.start(drop_reply_rate=1.0)
    escalation = EscalationFactory()
    deliver_escalation(escalation.key)
    dumas.kill()
    dumas.start(drop_reply_rate=0.0)
    Escalation.objects.update(next_attempt_at=NOON)

    delivered = deliver_escalation(escalation.key)

    assert dumas.reports() == [(str(escalation.key), delivered.dumas_number)]


def test_the_finding_that_a_late_receipt_tells_resolves_the_complaint(jabar, dumas):
    dumas.kill()
    dumas.start(drop_reply_rate=1.0)
    escalation = EscalationFactory()
    deliver_escalation(escalation.key)
    dumas.kill()
    dumas.start(drop_reply_rate=0.0)
    dumas.decide(dumas.reports()[0][1], "selesai_benar")
    Escalation.objects.update(next_attempt_at=NOON)

    deliver_escalation(escalation.key)

    escalation.complaint.refresh_from_db()
    assert (escalation.complaint.state, escalation.complaint.resolution) == ("resolved", "proven")


def test_what_another_worker_has_in_hand_is_left_alone(jabar, dumas):
    escalation = EscalationFactory(leased_until=timezone.now() + LEASE)

    assert deliver_escalation(escalation.key) is None
    assert dumas.reports() == []


def test_what_a_killed_worker_had_in_hand_is_taken_over(jabar, dumas):
    escalation = EscalationFactory(
        lease="6f9619ff-8b86-4011-b42d-00c04fc964ff",
        leased_until=timezone.now() - timedelta(seconds=1),
        attempts=1,
        first_attempt_at=NOON,
    )

    assert deliver_escalation(escalation.key).state == "delivered"
    assert [outcome for outcome, _ in outcomes(escalation)] == ["interrupted", "delivered"]


def test_a_worker_that_slept_over_its_lease_writes_nothing(jabar, dumas, monkeypatch):
    escalation = EscalationFactory()
    send, slept = deliver._send, []

    def sleep_first(claimed, address):
        if not slept:
            slept.append(True)
            # The lease ends while this worker sleeps, and another worker delivers.
            Escalation.objects.update(leased_until=NOON)
            deliver_escalation(escalation.key)
            Escalation.objects.update(dumas_number="kept")
        return send(claimed, address)

    monkeypatch.setattr(deliver, "_send", sleep_first)

    assert deliver_escalation(escalation.key) is None
    escalation.refresh_from_db()
    assert (escalation.dumas_number, len(dumas.reports())) == ("kept", 1)


def test_a_worker_that_slept_leaves_the_next_ones_lease_alone(jabar, dumas, monkeypatch):
    escalation = EscalationFactory()
    send = deliver._send

    def lose_the_lease(claimed, address):
        Escalation.objects.update(lease="6f9619ff-8b86-4011-b42d-00c04fc964ff")
        return send(claimed, address)

    monkeypatch.setattr(deliver, "_send", lose_the_lease)

    deliver_escalation(escalation.key)

    escalation.refresh_from_db()
    assert (escalation.state, str(escalation.lease)) == (
        "pending",
        "6f9619ff-8b86-4011-b42d-00c04fc964ff",
    )


def test_an_entered_number_ends_the_tries(jabar, dumas):
    escalation = EscalationFactory()
    enter_dumas_number(
        number=escalation.complaint.number, dumas_number="DMS-7", actor=SupervisorFactory()
    )

    assert deliver_escalation(escalation.key) is None
    assert dumas.reports() == []


def test_twenty_failures_in_a_row_open_the_breaker(jabar, settings):
    settings.DUMAS_URL = "http://127.0.0.1:1"
    EscalationFactory.create_batch(OPENS_AFTER_FAILURES + 1)

    tried = [deliver_next() for _ in range(OPENS_AFTER_FAILURES + 1)]

    assert [each is not None for each in tried] == [True] * OPENS_AFTER_FAILURES + [False]


def test_what_the_breaker_holds_back_loses_no_attempt(jabar, settings):
    settings.DUMAS_URL = "http://127.0.0.1:1"
    DumasLink.objects.update(failures=OPENS_AFTER_FAILURES, opened_at=timezone.now())
    escalation = EscalationFactory()

    deliver_escalation(escalation.key)

    escalation.refresh_from_db()
    assert (escalation.attempts, has_due()) == (0, True)


def test_a_probe_that_is_answered_closes_the_breaker(jabar, dumas):
    opened_at = timezone.now() - timedelta(minutes=1)
    DumasLink.objects.update(failures=OPENS_AFTER_FAILURES, opened_at=opened_at)

    deliver_escalation(EscalationFactory().key)

    assert DumasLink.objects.values_list("failures", "opened_at").get() == (0, None)


def test_a_probe_that_is_not_answered_keeps_it_open(jabar, settings):
    settings.DUMAS_URL = "http://127.0.0.1:1"
    opened_at = timezone.now() - timedelta(minutes=1)
    DumasLink.objects.update(failures=OPENS_AFTER_FAILURES, opened_at=opened_at)
    first, second = EscalationFactory.create_batch(2)

    deliver_escalation(first.key)

    assert deliver_escalation(second.key) is None


def test_a_refusal_counts_as_an_answer(jabar, dumas_answering):
    dumas_answering(answer(422))
    DumasLink.objects.update(failures=OPENS_AFTER_FAILURES - 1)

    deliver_escalation(EscalationFactory().key)

    assert DumasLink.objects.get().failures == 0


def test_what_waited_longest_goes_first(jabar, dumas):
    EscalationFactory(next_attempt_at=NOON)
    oldest = EscalationFactory(next_attempt_at=NOON - timedelta(hours=1))

    assert deliver_next().key == oldest.key


def test_nothing_is_due_before_its_time(jabar, dumas):
    EscalationFactory(next_attempt_at=timezone.now() + timedelta(minutes=1))

    assert not has_due()
    assert deliver_next() is None


def test_looking_for_work_costs_one_query(jabar, selects):
    with selects(1):
        has_due()


def test_the_tries_stay_when_a_person_sends_it_again(jabar, dumas_answering):
    from complaints.services.escalate import retry_escalation

    dumas_answering(answer(400), answer(201, b'{"number": "DMS-2", "status": "proses"}'))
    escalation = EscalationFactory()
    deliver_escalation(escalation.key)
    retry_escalation(number=escalation.complaint.number, actor=SupervisorFactory())

    deliver_escalation(escalation.key)

    assert EscalationAttempt.objects.count() == 2


def test_a_time_in_the_report_survives_the_outbox(jabar, dumas):
    escalation = EscalationFactory()

    deliver_escalation(escalation.key)

    stored = escalation.report["occurred_at"]
    assert datetime.fromisoformat(stored).tzinfo is not None
