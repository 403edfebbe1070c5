"""How values are shown: numbers, phones, times in the region's zone, in the reader's language."""

from datetime import datetime
from zoneinfo import ZoneInfo

import phonenumbers
from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language

from interactions.models import Category
from portal.words import words_for
from regions.context import NoRegion, current_region

register = template.Library()

ZONES = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}
NOT_KNOWN = "\N{EN DASH}"


def _zone() -> str:
    try:
        return current_region().timezone
    except NoRegion:
        return "Asia/Jakarta"


@register.filter
def zone_name(zone: str) -> str:
    """Return WIB, WITA or WIT for one of Indonesia's zones, else the zone's own name."""
    return ZONES.get(zone, zone)


@register.simple_tag
def separator() -> str:
    """Return what stands between hours and minutes in the reader's language."""
    return "." if get_language() == "id" else ":"


def _local(at: datetime | str) -> datetime:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(ZoneInfo(_zone()))


@register.filter
def clock_time(at: datetime | str | None) -> str:
    """Show a time of day: `14.32.07`."""
    return f"{_local(at):%H{separator()}%M{separator()}%S}" if at else NOT_KNOWN


@register.filter
def day(at: datetime | str | None) -> str:
    """Show a day: `24 Nov 2026`."""
    return date_format(_local(at), "j M Y") if at else NOT_KNOWN


@register.filter
def day_time(at: datetime | str | None) -> str:
    """Show a day and time with its zone: `24 Nov 2026 14.32 WIB`."""
    if not at:
        return NOT_KNOWN
    return f"{day(at)} {_local(at):%H{separator()}%M} {zone_name(_zone())}"


@register.filter
def iso(at: datetime | str | None) -> str:
    """Return a time as machines read it, for `datetime=` and data attributes."""
    return at if isinstance(at, str) else at.isoformat() if at else ""


@register.filter
def since_then(at: datetime | str | None) -> float | None:
    """Return how many seconds have passed."""
    return (timezone.now() - _local(at)).total_seconds() if at else None


@register.filter
def elapsed(seconds: float | None) -> str:
    """Show a duration: `02.14`, from an hour on `1.02.14`."""
    if seconds is None:
        return NOT_KNOWN
    minutes, rest = divmod(int(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{minutes:02d}", f"{rest:02d}"]
    return separator().join([str(hours), *parts] if hours else parts)


@register.filter
def phone(number: str | None) -> str:
    """Show an E.164 number in groups; one that no numbering plan knows as it is."""
    try:
        parsed = phonenumbers.parse(number or "", None)
    except phonenumbers.NumberParseException:
        return number or ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def grouped(number: float | None, decimals: int = 0) -> str:
    """Show a number by the reader's habits: `1.284.906`, `12,5`; a dash where there is none."""
    if number is None:
        return NOT_KNOWN
    shown: str = number_format(number, decimals, force_grouping=True)
    return shown


@register.filter
def share_of(part: int, whole: int) -> float | None:
    """Return a part as per cent of the whole; None of nothing, never 0 or 100."""
    return 100 * part / whole if whole else None


@register.filter
def words(value: object, kind: str) -> str:
    """Show a table's value in words: `{{ person.role|words:"role" }}`."""
    return words_for(kind, value)


@register.filter
def name_of(category: Category) -> str:
    """Show a category's name in the reader's language."""
    return category.name_id if get_language() == "id" else category.name_en
