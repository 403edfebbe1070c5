"""Working days, and the days until which a complainant must have heard. Pure.

Source: Perpol 2/2024: the letter SP3D within 20 working days, the result within 40 working days of
SP3D's receipt. Free days are the national holidays and the collective leave (cuti bersama) that the
package `holidays` knows; of years that the government has not announced yet it knows estimates.
"""

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from holidays.constants import GOVERNMENT, PUBLIC

LETTER_WITHIN = 20
RESULT_WITHIN = 40
_SATURDAY = 5


def letter_due_on(received_at: datetime, *, timezone: str) -> date:
    """The last day for SP3D; `timezone` is the region's, since a day begins there."""
    return add_working_days(_day(received_at, timezone), LETTER_WITHIN)


def result_due_on(letter_received_at: datetime, *, timezone: str) -> date:
    """The last day for the result, from the complainant's receipt of SP3D."""
    return add_working_days(_day(letter_received_at, timezone), RESULT_WITHIN)


def add_working_days(start: date, days: int) -> date:
    """Return the `days`-th working day after `start`, which itself never counts.

    Raises:
        ValueError: `days` is below 1.
    """
    if days < 1:
        raise ValueError("the first working day after a day is number 1")
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Count the working days after `start` up to and including `end`; negative backwards."""
    if end < start:
        return -working_days_between(end, start)
    days = range(1, (end - start).days + 1)
    return sum(is_working_day(start + timedelta(days=number)) for number in days)


def is_working_day(day: date) -> bool:
    """Whether offices are open: Monday to Friday, no holiday and no collective leave."""
    return day.weekday() < _SATURDAY and day not in _free_days(day.year)


@cache
def _free_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("ID", years=year, categories=(PUBLIC, GOVERNMENT)))


def _day(time: datetime, timezone: str) -> date:
    return time.astimezone(ZoneInfo(timezone)).date()
