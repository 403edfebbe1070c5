from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.backoff import (
    GIVE_UP_AFTER,
    LONGEST_DELAY,
    LONGEST_RETRY_AFTER,
    delay_after,
    next_attempt_at,
)

NOW = datetime(2026, 11, 3, 2, 15, tzinfo=UTC)
ZERO = timedelta(0)

attempts = st.integers(1, 10_000)
jitters = st.floats(0, 1)
retry_afters = st.one_of(st.none(), st.timedeltas(-timedelta(days=1), timedelta(days=4000)))


@given(jitters)
def test_the_first_retry_comes_within_two_seconds(jitter):
    assert timedelta(seconds=1) <= delay_after(1, jitter=jitter) <= timedelta(seconds=2)


@given(attempts, jitters)
def test_a_delay_is_never_over_fifteen_minutes(n, jitter):
    assert ZERO < delay_after(n, jitter=jitter) <= LONGEST_DELAY


@given(st.integers(1, 8), jitters, jitters)
def test_delays_grow(n, jitter, other):
    assert delay_after(n, jitter=jitter) <= delay_after(n + 1, jitter=other)


def test_delays_double_up_to_the_longest():
    seconds = [delay_after(n, jitter=0).total_seconds() for n in range(1, 12)]

    assert seconds == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


@given(attempts, jitters, retry_afters)
def test_retry_after_is_waited_for(n, jitter, retry_after):
    delay = delay_after(n, jitter=jitter, retry_after=retry_after)

    assert delay >= min(retry_after or ZERO, LONGEST_RETRY_AFTER)
    assert delay >= delay_after(n, jitter=jitter)


@given(attempts, jitters, retry_afters)
def test_retry_after_never_parks_for_much_over_an_hour(n, jitter, retry_after):
    delay = delay_after(n, jitter=jitter, retry_after=retry_after)

    assert delay <= LONGEST_RETRY_AFTER * 1.1


@given(attempts, jitters, retry_afters, st.timedeltas(ZERO, timedelta(days=3)))
def test_nothing_is_tried_after_a_day(n, jitter, retry_after, passed):
    at = next_attempt_at(
        n, started_at=NOW - passed, now=NOW, retry_after=retry_after, jitter=jitter
    )

    assert at is None or NOW < at <= NOW - passed + GIVE_UP_AFTER


@given(jitters)
def test_a_day_of_failures_is_tried_until_its_last_quarter_of_an_hour(jitter):
    at, n = NOW, 0
    while at is not None:
        last, n = at, n + 1
        at = next_attempt_at(n, started_at=NOW, now=last, jitter=jitter)

    assert GIVE_UP_AFTER - LONGEST_DELAY <= last - NOW <= GIVE_UP_AFTER
    assert 90 <= n <= 210


def test_what_failed_together_does_not_come_back_together():
    ats = {next_attempt_at(3, started_at=NOW, now=NOW) for _ in range(50)}

    assert len(ats) > 40


@pytest.mark.parametrize(("n", "jitter"), [(0, 0.5), (-1, 0.5), (1, -0.1), (1, 1.1)])
def test_nonsense_is_refused(n, jitter):
    with pytest.raises(ValueError, match=r"starts at 1|within 0 to 1"):
        delay_after(n, jitter=jitter)
