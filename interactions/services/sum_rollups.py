"""Summing roll-up deltas into the national figures."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from interactions.models import RollupDelta
from regions.context import current_region
from regions.services.totals import add_to_totals


def sum_rollups(*, limit: int = 20_000) -> int:
    """Move this region's deltas into the public hour totals; returns how many.

    One transaction takes them away and adds them up, so each counts once whatever is killed. Two at
    a time share the work: rows that another has in hand are skipped. With nothing to do it is one
    query, since every region is asked every other second.
    """
    return _sum(limit) if RollupDelta.objects.exists() else 0


@transaction.atomic(durable=True)
def _sum(limit: int) -> int:
    deltas = list(RollupDelta.objects.select_for_update(skip_locked=True).order_by("id")[:limit])
    sums: Counter[tuple[datetime, str, str]] = Counter()
    for delta in deltas:
        sums[delta.hour, delta.figure, delta.detail] += delta.change
    RollupDelta.objects.filter(id__in=[delta.id for delta in deltas]).delete()
    add_to_totals(current_region().pk, sums)
    return len(deltas)
