"""Bearer tokens: made once, kept as digests, looked up by their prefix.

A token has 256 random bits, so a plain SHA-256 keeps it as safely as a slow password hash would,
and the hot path of call events stays fast.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from regions.context import run_in_region
from regions.models import Kind, Region
from regions.people.models import Scope, ServiceKey, User

_USE_IS_STAMPED_EVERY = timedelta(minutes=1)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(
    *,
    name: str,
    scopes: Sequence[Scope] = (),
    user: User | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Make a key and return its token, `p110_PREFIX_SECRET`, which is never shown again."""
    prefix = secrets.token_hex(6)
    token = f"p110_{prefix}_{secrets.token_urlsafe(32)}"
    ServiceKey.objects.create(
        name=name,
        prefix=prefix,
        digest=_digest(token),
        scopes=list(scopes),
        user=user,
        expires_at=expires_at,
    )
    return token


def find_key(token: str) -> ServiceKey | None:
    """Return the live key of this token, with its user, or None; one query.

    A key is live while it is not revoked, not expired, and its user (if any) is active.
    """
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != "p110" or "\x00" in token:
        return None
    now = timezone.now()
    key = (
        ServiceKey.objects.select_related("user")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), prefix=parts[1], revoked_at=None)
        .filter(Q(user=None) | Q(user__is_active=True))
        .first()
    )
    if key is None or not hmac.compare_digest(key.digest, _digest(token)):
        return None
    if key.last_used_at is None or now - key.last_used_at > _USE_IS_STAMPED_EVERY:
        ServiceKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def find_key_anywhere(token: str, scope: Scope) -> bool:
    """Say whether a region or headquarters knows this token with this scope.

    For probes, which come by address and so name no region; one query per region, wrong tokens
    included.
    """
    slugs = Region.objects.exclude(kind=Kind.PUBLIC).values_list("slug", flat=True)
    return any(
        (key := run_in_region(slug, find_key, token)) is not None and scope in key.scopes
        for slug in list(slugs)
    )
