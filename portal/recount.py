"""National figures against the regions' rows: what differs, and how it is mended.

A difference is mended by writing it as a delta like any change, so nothing has to stand still: what
is written meanwhile brings its own delta.
"""

from collections import Counter

from django.db import connection, transaction
from django.db.models import Sum

from complaints.queries import recounted_figures as recounted_complaints
from interactions.figures import Figures
from interactions.models import RollupDelta
from interactions.queries import recounted_figures as recounted_calls
from interactions.services.rollups import append_deltas
from regions.context import current_region
from regions.models import HourTotal


@transaction.atomic(durable=True)
def figures_that_differ(*, mend: bool = False) -> Figures:
    """Return what a recount of this region's rows has more (or less) than the national totals.

    Totals, deltas on their way and rows are read in one snapshot, so that work in hand is no
    difference. With `mend` the difference is written as deltas.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    counted: Figures = Counter()
    counted.update(recounted_calls())
    counted.update(recounted_complaints())
    counted.subtract(_totals())
    differing: Figures = Counter({key: count for key, count in counted.items() if count})
    if mend:
        append_deltas(before=Counter(), after=differing)
    return differing


def _totals() -> Figures:
    """The national totals of this region with the deltas that are still to be summed."""
    totals: Figures = Counter()
    for row in HourTotal.objects.filter(region=current_region()):
        totals[row.hour, row.figure, row.detail] += row.total
    waiting = RollupDelta.objects.values_list("hour", "figure", "detail")
    for hour, figure, detail, change in waiting.annotate(change_sum=Sum("change")):
        totals[hour, figure, detail] += change
    return totals
