"""How a figure is told: one line `name value unit (ratios)`, and the percentiles behind it."""

from collections.abc import Sequence
from statistics import median


def tell(name: str, value: float, unit: str, *beside: str) -> None:
    """Print one figure and what stands beside it, at once."""
    digits = 0 if value >= 100 else 2
    rest = f" ({'; '.join(beside)})" if beside else ""
    print(f"{name} {value:.{digits}f} {unit}{rest}", flush=True)  # noqa: T201


def ratio(values: Sequence[float], ceiling: Sequence[float], of: str) -> str:
    """Say how much of a ceiling was reached: medians of rounds that took turns."""
    return f"ratio {median(values) / median(ceiling):.3f} of {of}"


def rounds(values: Sequence[float], *, digits: int = 0) -> str:
    """Say how far the rounds lie apart."""
    least, most = min(values), max(values)
    return f"median of {len(values)} rounds, {least:.{digits}f} to {most:.{digits}f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least this many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent * 10) // 1000) - 1)]
