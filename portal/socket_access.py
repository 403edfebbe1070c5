"""Who may open a socket, and whether they still may."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from regions.context import current_region
from regions.models import Domain, Kind
from regions.people.access import AT_THE_DESK
from regions.people.models import User
from regions.people.tokens import find_key

SIGN_IN, FORBIDDEN = 4401, 4403
_SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a socket was opened with; looked at again while it is open."""

    token: str = ""
    session_key: str = ""


def host_of(headers: Mapping[str, str]) -> str:
    """Return the host name of a handshake, without its port."""
    return headers.get("host", "").rsplit(":", 1)[0].lower()


def region_of_host(host: str) -> str | None:
    """Return the slug of the Polda that answers at this host; headquarters has no alerts."""
    domain = Domain.objects.select_related("tenant").filter(domain=host).first()
    if domain is None or not domain.tenant.is_active or domain.tenant.kind != Kind.REGION:
        return None
    slug: str = domain.tenant.slug
    return slug


def is_own_origin(headers: Mapping[str, str], scheme: str) -> bool:
    """Say whether the page that opens the socket is this very host's, port and scheme included."""
    secure = settings.HTTPS or scheme == "wss"
    return headers.get("origin") == f"{'https' if secure else 'http'}://{headers.get('host', '')}"


def credentials_of(headers: Mapping[str, str]) -> Credentials | None:
    """Read a bearer token, else the session's cookie; None where there is neither."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credentials(token=token.strip())
    cookies = _cookies(headers.get("cookie", ""))
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    return Credentials(session_key=key) if key else None


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def refusal_of(credentials: Credentials) -> int | None:
    """Return why these credentials may not (or no longer) hear alerts here, or None if they may.

    Runs inside the region. At most two queries.
    """
    user = _user_of_token(credentials.token) if credentials.token else _user_of_session(credentials)
    if user is None:
        return SIGN_IN
    return None if user.role in AT_THE_DESK else FORBIDDEN


def refusals_of(asked: Iterable[Credentials]) -> dict[Credentials, int]:
    """Return the credentials that are not good any more, each with its code."""
    codes = {credentials: refusal_of(credentials) for credentials in asked}
    return {credentials: code for credentials, code in codes.items() if code is not None}


def _user_of_token(token: str) -> Any:
    key = find_key(token)
    # A machine's key is known here but has no role, so it is forbidden, not unknown.
    return None if key is None else (key.user or User(role=""))


def _user_of_session(credentials: Credentials) -> User | None:
    session = _SessionStore(credentials.session_key).load()
    if session.get("region", current_region().slug) != current_region().slug:
        return None
    user_id = session.get(SESSION_KEY)
    user = User.objects.filter(pk=user_id, is_active=True).first() if user_id else None
    if user is None:
        return None
    same = constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return user if same else None
