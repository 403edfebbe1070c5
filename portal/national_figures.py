"""Headquarters' summary: which period, and each region's figures as a page shows them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from regions.queries import Figures, RegionFigures, Summary, national_summary

WIB = ZoneInfo("Asia/Jakarta")
TARGET_PERCENT = 90  # of calls answered within 10 s


class FiguresForm(forms.Form):
    """Which period, and in which order; anything unknown is the default."""

    all_optional = True

    period = forms.ChoiceField(
        label=_("Period"),
        choices=[
            ("today", _("Today")),
            ("week", _("Last 7 days")),
            ("month", _("This month")),
            ("all", _("All time")),
        ],
        required=False,
    )
    order = forms.ChoiceField(
        label=_("Order"),
        choices=[
            ("name", _("By name")),
            ("offered", _("Most calls first")),
            ("slow", _("Slowest answers first")),
            ("overdue", _("Most overdue complaints first")),
        ],
        required=False,
    )


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one region, or of all, that the page shows."""

    name: str
    offered: int
    answered: int
    abandoned: int
    valid: int
    within_10: float | None  # per cent of the answered calls
    answer_p90: float | None  # seconds
    open: int
    complaints: int
    overdue: int

    @property
    def is_below_target(self) -> bool:
        return self.within_10 is not None and self.within_10 < TARGET_PERCENT


def measures(name: str, figures: Figures) -> Measures:
    """Pick the page's figures out of a region's."""
    answered = figures["calls.answered"]
    quick = figures["calls.answered_within_10s"]
    return Measures(
        name=name,
        offered=figures["calls.offered"],
        answered=answered,
        abandoned=figures["calls.abandoned"],
        valid=figures["calls.valid"],
        within_10=100 * quick / answered if answered else None,
        answer_p90=figures.percentile("calls.answer", 0.9),
        open=figures["interactions.open"],
        complaints=figures["complaints.received"],
        overdue=figures["complaints.overdue"],
    )


@dataclass(frozen=True, slots=True)
class NationalPage:
    as_of: datetime
    totals: Measures
    regions: list[Measures]

    @property
    def with_calls(self) -> int:
        """How many regions had calls in the period."""
        return sum(each.offered > 0 for each in self.regions)

    @property
    def with_overdue(self) -> int:
        """How many regions have overdue complaints."""
        return sum(each.overdue > 0 for each in self.regions)


def since_of(period: str, *, now: datetime) -> datetime | None:
    """Return when a period begins, by the clock of Jakarta; None is the beginning of all."""
    today = now.astimezone(WIB).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = {"today": today, "week": today - timedelta(days=6), "month": today.replace(day=1)}
    return begins.get(period)


def national_page(*, period: str, order: str, now: datetime) -> NationalPage:
    """Return the figures of a period; two SQL queries, from the roll-ups only."""
    summary: Summary = national_summary(since=since_of(period, now=now), until=None)
    return NationalPage(
        as_of=summary.as_of,
        totals=measures("", summary.totals),
        regions=_ordered(summary.regions, order),
    )


def _ordered(regions: list[RegionFigures], order: str) -> list[Measures]:
    rows = [measures(each.name, each.figures) for each in regions]
    if order == "offered":
        rows.sort(key=lambda row: -row.offered)
    elif order == "slow":
        rows.sort(key=lambda row: (row.within_10 is None, row.within_10))
    elif order == "overdue":
        rows.sort(key=lambda row: -row.overdue)
    return rows
