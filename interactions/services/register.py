"""Register numbers: what the caller is told, per region and year, with a check digit."""

from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import F
from stdnum import damm

from interactions.models import IncidentCounter, RegisterCounter
from regions.context import current_region

Counter = TypeVar("Counter", RegisterCounter, IncidentCounter)


def next_register_numbers(count: int, *, now: datetime) -> list[str]:
    """Take the next numbers of the year; locks the year's counter until the transaction ends.

    Shape: REGION-YY-NNNNNN-C, where C is the Damm check digit of YYNNNNNN, so that one wrong digit
    or two swapped ones are heard at once. Numbers are gap-free: a roll-back gives them back.
    """
    if not count:
        return []
    year, last = _advance(RegisterCounter, count, now)
    series = current_region().slug.upper()
    return [_number(series, year, number) for number in range(last - count + 1, last + 1)]


def next_incident_number(*, now: datetime) -> str:
    """Take the next incident's number, K-YY-NNNNNN-C (K for *kejadian*), in the same way."""
    return _number("K", *_advance(IncidentCounter, 1, now))


def _advance(counter: type[Counter], count: int, now: datetime) -> tuple[int, int]:
    """Count on in the region's year, and return that year and the newest number."""
    year = now.astimezone(ZoneInfo(current_region().timezone)).year
    if not counter.objects.filter(year=year).update(last=F("last") + count):
        counter.objects.bulk_create([counter(year=year)], ignore_conflicts=True)
        counter.objects.filter(year=year).update(last=F("last") + count)
    return year, counter.objects.values_list("last", flat=True).get(year=year)


def _number(series: str, year: int, number: int) -> str:
    digits = f"{year % 100:02d}{number:06d}"
    return f"{series}-{digits[:2]}-{digits[2:]}-{damm.calc_check_digit(digits)}"
