"""When to try again: growing, jittered delays that give up after a day; pure."""

from datetime import datetime, timedelta
from random import SystemRandom

FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=24)
# A Retry-After counts up to here: a wrong header must not park a complaint for a day.
LONGEST_RETRY_AFTER = timedelta(hours=1)

_RETRY_AFTER_SPREAD_RATIO = 0.1
_DOUBLINGS_TO_THE_LONGEST = 9
_RANDOM = SystemRandom()


def delay_after(attempts: int, *, jitter: float, retry_after: timedelta | None = None) -> timedelta:
    """Compute the wait after the given number of failed attempts.

    The wait doubles from `FIRST_DELAY` up to `LONGEST_DELAY`; `jitter` (0 to 1) takes up to half of
    it away, so that what failed together does not come back together. Below the longest, each wait
    is at least as long as the one before it.

    `retry_after` makes the wait longer, never shorter: at least what was asked, counted up to
    `LONGEST_RETRY_AFTER`, and up to a tenth more. It alone may exceed `LONGEST_DELAY`.

    Raises:
        ValueError: `attempts` is below 1 or `jitter` not within 0 to 1.

    Source: CONTRACT.md, Dumas Presisi out.
    """
    if attempts < 1:
        raise ValueError("attempts counts the failed ones, so it starts at 1")
    if not 0 <= jitter <= 1:
        raise ValueError("jitter lies within 0 to 1")
    doublings = min(attempts - 1, _DOUBLINGS_TO_THE_LONGEST)
    own = min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY) * (1 - jitter / 2)
    asked = min(max(retry_after or timedelta(0), timedelta(0)), LONGEST_RETRY_AFTER)
    return max(own, asked * (1 + jitter * _RETRY_AFTER_SPREAD_RATIO))


def next_attempt_at(
    attempts: int,
    *,
    started_at: datetime,
    now: datetime,
    retry_after: timedelta | None = None,
    jitter: float | None = None,
) -> datetime | None:
    """Compute when to try again after the given number of failed attempts; None means dead.

    `started_at` is the time of the first attempt (or of a person's "send again", which starts
    anew with `attempts` from 1). No attempt lies later than `GIVE_UP_AFTER` from it.

    Raises:
        ValueError: as in `delay_after`.
    """
    drawn = _RANDOM.random() if jitter is None else jitter
    at = now + delay_after(attempts, jitter=drawn, retry_after=retry_after)
    return at if at <= started_at + GIVE_UP_AFTER else None
