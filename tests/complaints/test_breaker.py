import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from complaints.dumas.breaker import LONGEST_OPEN, OPENS_AFTER_FAILURES, Breaker

NOW = datetime(2026, 11, 3, 2, 15, tzinfo=UTC)
PAUSES = st.timedeltas(timedelta(0), timedelta(minutes=2))


def failed(times, at=NOW):
    breaker = Breaker()
    for _ in range(times):
        breaker = breaker.after_failure(at)
    return breaker


@given(st.integers(0, OPENS_AFTER_FAILURES - 1))
def test_fewer_than_twenty_failures_leave_it_closed(times):
    assert failed(times).allows(NOW)


def test_twenty_failures_in_a_row_open_it():
    assert not failed(20).allows(NOW)


def test_a_success_between_starts_the_count_anew():
    breaker = failed(19).after_success().after_failure(NOW)

    assert breaker.failures == 1


@given(st.integers(20, 500))
def test_it_is_open_for_thirty_seconds_at_most(times):
    assert failed(times).allows(NOW + LONGEST_OPEN)


def test_late_failures_do_not_hold_the_probe_back():
    breaker = failed(20)

    for second in range(29):
        breaker = breaker.after_failure(NOW + timedelta(seconds=second))

    assert breaker.allows(NOW + LONGEST_OPEN)


def test_each_probe_that_fails_waits_longer_up_to_thirty_seconds():
    breaker, waits, at = failed(20), [], NOW
    for _ in range(5):
        waits.append((breaker.opens_until - at).total_seconds())
        at = breaker.opens_until
        breaker = breaker.after_probe(at).after_failure(at)

    assert waits == [5, 10, 20, 30, 30]


def test_one_probe_holds_the_others_back():
    at = NOW + LONGEST_OPEN

    breaker = failed(20).after_probe(at)

    assert not breaker.allows(at)


def test_a_probe_that_is_killed_blocks_nobody_for_long():
    at = NOW + LONGEST_OPEN

    breaker = failed(20).after_probe(at)

    assert breaker.allows(at + LONGEST_OPEN)


def test_a_probe_that_succeeds_closes_it():
    breaker = failed(25).after_probe(NOW + LONGEST_OPEN).after_success()

    assert breaker == Breaker()
    assert breaker.allows(NOW)


def test_a_sender_that_goes_while_it_is_closed_changes_nothing():
    assert failed(3).after_probe(NOW) == failed(3)


def test_a_clock_set_back_holds_nobody_back():
    assert failed(20).allows(NOW - timedelta(hours=1))


@given(st.lists(st.tuples(st.sampled_from(["send", "fail", "succeed"]), PAUSES), max_size=120))
def test_whatever_happens_somebody_may_send_within_thirty_seconds(steps):
    breaker, now, in_a_row = Breaker(), NOW, 0
    for step, pause in steps:
        now += pause
        if step == "send" and breaker.allows(now):
            breaker = breaker.after_probe(now)
        elif step == "fail":
            breaker, in_a_row = breaker.after_failure(now), in_a_row + 1
        elif step == "succeed":
            breaker, in_a_row = breaker.after_success(), 0

        assert breaker.failures == in_a_row
        assert (breaker.opened_at is not None) == (in_a_row >= OPENS_AFTER_FAILURES)
        assert breaker.allows(now + LONGEST_OPEN)


def test_three_failures_in_ten_practically_never_open_it():
    drawn, breaker, refused = random.Random(110), Breaker(), 0  # noqa: S311 - to be repeated
    for _ in range(200_000):
        breaker = breaker.after_failure(NOW) if drawn.random() < 0.3 else breaker.after_success()
        refused += not breaker.allows(NOW)

    assert refused == 0
