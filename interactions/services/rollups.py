"""Roll-up deltas: what a change adds to the national figures, written together with it."""

from interactions.figures import Figures
from interactions.models import RollupDelta


def append_deltas(*, before: Figures, after: Figures) -> None:
    """Write the difference of two counts; needs the transaction that makes the change."""
    RollupDelta.objects.bulk_create(
        RollupDelta(hour=hour, figure=figure, detail=detail, change=change)
        for (hour, figure, detail) in {**before, **after}
        if (change := after[hour, figure, detail] - before[hour, figure, detail])
    )
