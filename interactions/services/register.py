"""Register numbers: what the caller is told, per region and year, with a check digit."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F
from stdnum import damm

from interactions.models import RegisterCounter
from regions.context import current_region


def next_register_numbers(count: int, *, now: datetime) -> list[str]:
    """Take the next numbers of the year; locks the year's counter until the transaction ends.

    Shape: REGION-YY-NNNNNN-C, where C is the Damm check digit of YYNNNNNN, so that one wrong digit
    or two swapped ones are heard at once. Numbers are gap-free: a roll-back gives them back.
    """
    if not count:
        return []
    year = now.astimezone(ZoneInfo(current_region().timezone)).year
    if not RegisterCounter.objects.filter(year=year).update(last=F("last") + count):
        RegisterCounter.objects.bulk_create([RegisterCounter(year=year)], ignore_conflicts=True)
        RegisterCounter.objects.filter(year=year).update(last=F("last") + count)
    last = RegisterCounter.objects.values_list("last", flat=True).get(year=year)
    return [_number(year, number) for number in range(last - count + 1, last + 1)]


def _number(year: int, number: int) -> str:
    digits = f"{year % 100:02d}{number:06d}"
    return (
        f"{current_region().slug.upper()}-{digits[:2]}-{digits[2:]}-{damm.calc_check_digit(digits)}"
    )
