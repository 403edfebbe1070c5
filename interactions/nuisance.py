"""How much of a nuisance a caller is. Pure: no Django, no clock, no database.

It warns the agent and lowers the caller's place in the queue; no call is ever dropped for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# A confirmed report counts for so long; our proposal, for a region to change.
KEPT_FOR = timedelta(days=90)
# So much later a call stands in the queue per level: it waits longer, but never for ever.
HANDICAP = timedelta(seconds=20)

_GRAVE = frozenset({"false_report"})
_SLIGHT = frozenset({"ghost", "silent", "dropped", "wrong_number", "test"})


@dataclass(frozen=True, slots=True)
class Nuisance:
    """A caller's level, how many confirmed reports it comes from, and when the last was made."""

    level: int = 0
    confirmed: int = 0
    last_at: datetime | None = None


def nuisance_of(counting: Iterable[tuple[str, datetime]]) -> Nuisance:
    """Grade a caller by the kinds and times of the reports that count (confirmed, not expired).

    0: none counts. 1 and 2: one and two pranks. 3: three pranks, or one false report, which is an
    offence (KUHP art. 361). Silent, dropped, short, wrong and test calls make 1 however many: they
    may be somebody who cannot speak, or a telephone in a pocket.
    """
    reports = list(counting)
    if not reports:
        return Nuisance()
    kinds = [kind for kind, _ in reports]
    if _GRAVE.intersection(kinds):
        level = 3
    else:
        level = max(1, min(3, sum(kind not in _SLIGHT for kind in kinds)))
    return Nuisance(level, len(reports), max(at for _, at in reports))


def place_in_queue(offered_at: datetime, level: int) -> datetime:
    """Return the time by which a call is ordered: its offer, later by HANDICAP per level."""
    return offered_at + HANDICAP * level
