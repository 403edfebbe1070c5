from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.deadlines import (
    add_working_days,
    is_working_day,
    letter_due_on,
    result_due_on,
    working_days_between,
)

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
counts = st.integers(min_value=1, max_value=60)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 28), "Saturday"),
        (date(2026, 11, 29), "Sunday"),
        (date(2026, 8, 17), "Independence Day"),
        (date(2026, 3, 20), "collective leave of Idul Fitri"),
        (date(2026, 12, 24), "collective leave of Christmas"),
    ],
)
def test_offices_are_closed(day, why):
    assert not is_working_day(day), why


def test_offices_are_open_on_a_plain_tuesday():
    assert is_working_day(date(2026, 11, 24))


def test_the_letter_is_due_twenty_working_days_after_receipt():
    received_at = datetime(2026, 11, 24, 5, tzinfo=UTC)

    assert letter_due_on(received_at, timezone="Asia/Jakarta") == date(2026, 12, 22)


def test_the_day_of_receipt_is_the_regions_own():
    late = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)  # 23.30 WIB, but 01.30 WIT of the next day

    assert letter_due_on(late, timezone="Asia/Jakarta") == date(2026, 12, 22)
    assert letter_due_on(late, timezone="Asia/Jayapura") == date(2026, 12, 23)


def test_the_result_is_due_forty_working_days_after_the_letter_was_received():
    received_at = datetime(2026, 12, 22, 5, tzinfo=UTC)

    due_on = result_due_on(received_at, timezone="Asia/Jakarta")

    assert working_days_between(date(2026, 12, 22), due_on) == 40


@given(days, counts)
def test_a_deadline_is_a_working_day(start, count):
    assert is_working_day(add_working_days(start, count))


@given(days, counts)
def test_a_deadline_lies_that_many_working_days_ahead(start, count):
    assert working_days_between(start, add_working_days(start, count)) == count


@given(days, counts)
def test_one_more_working_day_is_the_next_working_day(start, count):
    first = add_working_days(start, count)

    assert add_working_days(start, count + 1) == add_working_days(first, 1)


@given(days, days, counts)
def test_who_starts_later_is_never_due_earlier(start, other, count):
    earlier, later = sorted((start, other))

    assert add_working_days(earlier, count) <= add_working_days(later, count)


@given(days, days)
def test_working_days_backwards_are_negative(start, end):
    assert working_days_between(start, end) == -working_days_between(end, start)


def test_a_start_on_a_free_day_counts_from_the_next_working_day():
    saturday = date(2026, 11, 28)

    assert add_working_days(saturday, 1) == saturday + timedelta(days=2)


def test_the_zeroth_working_day_is_refused():
    with pytest.raises(ValueError, match="number 1"):
        add_working_days(date(2026, 11, 24), 0)
