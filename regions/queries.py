"""National figures, read from the roll-ups only."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from regions.histogram import percentile
from regions.models import HourTotal, Region

NUISANCE_KINDS = ("ghost", "silent", "dropped", "prank", "wrong_number", "test", "false_report")


@dataclass(frozen=True, slots=True)
class Figures:
    """Summed figures of one region or of all: (figure, detail) → total."""

    totals: Counter[tuple[str, str]]

    def __getitem__(self, figure: str) -> int:
        return self.totals[figure, ""]

    def percentile(self, figure: str, ratio: float) -> float | None:
        """Seconds below which `ratio` of the counted durations lie, within 2.5 %."""
        bins = {
            int(detail): total for (name, detail), total in self.totals.items() if name == figure
        }
        return percentile(bins, ratio)

    def document(self) -> dict[str, Any]:
        """Return the measures as the contract's M; what is not counted yet is left out."""
        return {
            "calls": {
                "offered": self["calls.offered"],
                "answered": self["calls.answered"],
                "abandoned": self["calls.abandoned"],
                "answered_within_10s": self["calls.answered_within_10s"],
                "answered_within_15s": self["calls.answered_within_15s"],
                "valid": self["calls.valid"],
                "answer_p50": self.percentile("calls.answer", 0.5),
                "answer_p90": self.percentile("calls.answer", 0.9),
            },
            "interactions": {
                name: self[f"interactions.{name}"]
                for name in ("informasi", "pelaporan", "pengaduan", "open")
            },
            "incidents": {
                "open": self["incidents.open"],
                "dispatch_p50": self.percentile("incidents.dispatch", 0.5),
                "arrival_p50": self.percentile("incidents.arrival", 0.5),
                "arrival_p90": self.percentile("incidents.arrival", 0.9),
            },
            "complaints": {
                name: self[f"complaints.{name}"]
                for name in ("received", "open", "overdue", "escalated", "resolved")
            },
            "nuisance": {kind: self[f"nuisance.{kind}"] for kind in NUISANCE_KINDS},
        }


@dataclass(frozen=True, slots=True)
class RegionFigures:
    slug: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Summary:
    """The nation's figures: of all regions together and of each, by name."""

    as_of: datetime
    totals: Figures
    regions: list[RegionFigures]

    def document(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "totals": self.totals.document(),
            "regions": [
                {"slug": each.slug, "name": each.name, **each.figures.document()}
                for each in self.regions
            ],
        }


def national_summary(*, since: datetime | None, until: datetime | None) -> Summary:
    """Sum the figures of whole hours from `since` (rounded down) to `until` (rounded up).

    Two SQL queries. Every active region is listed, with zeros where nothing happened; the totals
    are the sum of the regions, percentiles apart, which come from the added histograms.
    """
    rows = HourTotal.objects.all()
    if since is not None:
        rows = rows.filter(hour__gte=since.replace(minute=0, second=0, microsecond=0))
    if until is not None:
        rows = rows.filter(hour__lt=until)
    counted: defaultdict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    everything: Counter[tuple[str, str]] = Counter()
    sums = rows.order_by().values_list("region", "figure", "detail").annotate(sum=Sum("total"))
    for region, figure, detail, total in sums:
        counted[region][figure, detail] = total
        everything[figure, detail] += total
    regions = [
        RegionFigures(region.slug, region.name, Figures(counted[region.pk]))
        for region in Region.objects.polda().order_by("name")
    ]
    return Summary(as_of=timezone.now(), totals=Figures(everything), regions=regions)
