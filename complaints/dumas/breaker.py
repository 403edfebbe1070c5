"""The circuit breaker before Dumas Presisi: what one row remembers, and how it changes; pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

OPENS_AFTER_FAILURES = 20
SHORTEST_OPEN = timedelta(seconds=5)
LONGEST_OPEN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Failures in a row, and since when nothing is sent.

    Closed (`opened_at` is None) all may send. Open nobody may, for 5 s at first, then for twice as
    long after each probe that failed, 30 s at most. After that one sender may probe: it keeps
    `after_probe` before it sends, under the lock of the row that `allows` was read from, which
    holds the others back as long as an open breaker would. A probe that is killed blocks nothing:
    its hold runs out by itself.

    Count `Unavailable` as a failure; a receipt and `Refused` alike are a success, since Dumas
    answered. Escalations that an open breaker holds back stay due and lose no attempt.

    Source: CONTRACT.md, Dumas Presisi out.
    """

    failures: int = 0
    opened_at: datetime | None = None

    @property
    def opens_until(self) -> datetime | None:
        """When the next probe may go; None while closed."""
        if self.opened_at is None:
            return None
        doublings = min(max(self.failures - OPENS_AFTER_FAILURES, 0), 8)
        return self.opened_at + min(SHORTEST_OPEN * (1 << doublings), LONGEST_OPEN)

    def allows(self, now: datetime) -> bool:
        """Whether somebody may send now; an `opened_at` ahead of the clock holds nobody back."""
        if self.opened_at is None or self.opens_until is None:
            return True
        return not self.opened_at <= now < self.opens_until

    def after_probe(self, now: datetime) -> "Breaker":
        """Note that a sender goes now; changes nothing while closed."""
        return self if self.opened_at is None else replace(self, opened_at=now)

    def after_success(self) -> "Breaker":
        """Close it, whatever it was."""
        return Breaker()

    def after_failure(self, now: datetime) -> "Breaker":
        """Count one more failure, and open at the twentieth in a row.

        Failures while open do not move `opened_at`: late answers to what was sent before it opened
        must not hold the next probe back.
        """
        failures = self.failures + 1
        opens = self.opened_at is None and failures >= OPENS_AFTER_FAILURES
        return Breaker(failures=failures, opened_at=now if opens else self.opened_at)
