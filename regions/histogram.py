"""Histograms of durations whose bins add up over regions, as percentiles do not. Pure.

Bin `i` holds durations from 1.05**i up to 1.05**(i + 1) milliseconds; bin 0 also all below. A
percentile read from it is off by at most half a bin, 2.5 %.
"""

import math
from collections.abc import Mapping

GROWTH = 1.05
_LOG_GROWTH = math.log(GROWTH)


def bin_of(seconds: float) -> int:
    """Return the bin of a duration; negative ones (clocks that disagree) are in bin 0."""
    milliseconds = seconds * 1000
    return int(math.log(milliseconds) / _LOG_GROWTH) if milliseconds > 1 else 0


def percentile(bins: Mapping[int, int], ratio: float) -> float | None:
    """Return the duration in seconds below which `ratio` of the counted ones lie; None of none."""
    total = sum(bins.values())
    if total <= 0:
        return None
    rank, seen = max(1, math.ceil(ratio * total)), 0
    for index in sorted(bins):
        seen += bins[index]
        if seen >= rank:
            return round(GROWTH ** (index + 0.5) / 1000, 3) if index else 0.0
    return None
