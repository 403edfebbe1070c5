"""Who sends an API request: a person or machine with a token, or a person's browser session."""

from typing import ClassVar

from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request
from typing_extensions import override

from regions.people.models import Scope, ServiceKey, User
from regions.people.tokens import find_key

WRONG_TOKENS_PER_MINUTE = 30


class Nobody:
    """The sender of a request without credentials."""

    is_authenticated: ClassVar[bool] = False
    role: ClassVar[None] = None
    scopes: ClassVar[frozenset[Scope]] = frozenset()
    username: ClassVar[str] = ""


class Machine:
    """The sender of a request with a key of its own: scopes and no role."""

    is_authenticated: ClassVar[bool] = True
    role: ClassVar[None] = None

    def __init__(self, key: ServiceKey) -> None:
        self.scopes = frozenset(key.scopes)
        self.username = f"key:{key.name}"


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; a token of another host is unknown here.

    Wrong tokens are counted by address and answered 429 beyond a number a minute. The count is
    asked only after a token was found wrong, so a right one from the same address always passes.
    """

    @override
    def authenticate(self, request: Request) -> tuple[User | Machine, ServiceKey] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = find_key(token.strip())
        if key is None:
            _count_wrong_token(request)
            raise AuthenticationFailed("The token is not valid at this host.")
        return (key.user or Machine(key)), key

    @override
    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class PageSession(SessionAuthentication):
    """The session of a signed-in browser, with CSRF."""


def _count_wrong_token(request: Request) -> None:
    name = f"wrong-token:{request.META.get('REMOTE_ADDR', '')}"
    try:
        cache.add(name, 0, timeout=60)
        count = cache.incr(name)
    except (RedisError, ValueError):  # without Valkey, or expired in between: nothing to count
        return
    if count > WRONG_TOKENS_PER_MINUTE:
        raise Throttled(wait=60, detail="Too many wrong tokens from this address.")
