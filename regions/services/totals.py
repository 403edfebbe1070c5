"""The national totals: the one place that adds to them."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection


def add_to_totals(region: int, sums: Mapping[tuple[datetime, str, str], int]) -> None:
    """Add to a region's hour totals; needs the transaction in which the deltas are taken away.

    One statement. Rows are written in one order, so that two transactions never wait crosswise.
    """
    if not sums:
        return
    keys = sorted(sums)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO public.regions_hourtotal AS total (region_id, hour, figure, detail, total)
            SELECT %s, hour, figure, detail, change
            FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::bigint[])
              AS delta(hour, figure, detail, change)
            ON CONFLICT (region_id, hour, figure, detail)
            DO UPDATE SET total = total.total + excluded.total
            """,
            [
                region,
                [hour for hour, _, _ in keys],
                [figure for _, figure, _ in keys],
                [detail for _, _, detail in keys],
                [sums[key] for key in keys],
            ],
        )
