"""Counting tries of the public, without keeping who tried: by a keyed digest, for minutes."""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError


class Throttle:
    """At most `limit` counted tries in `seconds`, per subject and region.

    A subject (an address, a number) is kept as its digest under the server's key, and forgotten
    with the count. Without Valkey nothing is counted and everybody passes.
    """

    def __init__(self, name: str, *, limit: int, seconds: int) -> None:
        self.name = name
        self.limit = limit
        self.seconds = seconds

    def is_spent(self, subject: str) -> bool:
        """Whether this subject has no try left."""
        try:
            count: int = cache.get(self._key(subject), 0)
        except (RedisError, OSError):
            return False
        return count >= self.limit

    def count(self, subject: str) -> None:
        """Count one try."""
        key = self._key(subject)
        try:
            cache.add(key, 0, timeout=self.seconds)
            cache.incr(key)
        except (RedisError, OSError, ValueError):  # ValueError: it expired in between
            return

    def _key(self, subject: str) -> str:
        return f"{self.name}:{salted_hmac(self.name, subject, algorithm='sha256').hexdigest()}"


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from; what stands in front of us has set it."""
    address: str = request.META.get("REMOTE_ADDR", "")
    return address
