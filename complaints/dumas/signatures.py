"""Signatures of callbacks, as Standard Webhooks define them."""

import base64
import binascii
import hmac
import re
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

TOLERANCE = timedelta(minutes=5)
SHORTEST_SECRET_BYTES = 24

# A full stop would let a captured message be cut into another id, time and body.
_ID = re.compile(r"[A-Za-z0-9_:-]{1,128}")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")


class BadSignature(Exception):
    """A callback that is not, or not now, from Dumas Presisi; `reason` is safe to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def new_secret() -> str:
    """Draw a secret for both sides: `whsec_` and the base64 of 32 bytes."""
    return f"whsec_{base64.b64encode(randomness.token_bytes(32)).decode()}"


def check_secret(secret: str) -> None:
    """Accept a secret, or say what is wrong with it without telling it.

    Raises:
        ValueError: `secret` is not `whsec_` and the base64 of at least 24 bytes.

    Source: Standard Webhooks, signature scheme.
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith("whsec_") or len(key) < SHORTEST_SECRET_BYTES:
        raise ValueError("must be whsec_ and the base64 of at least 24 bytes")


def sign(*, webhook_id: str, body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """Compute the three headers of a callback.

    Raises:
        ValueError: as in `check_secret`.
    """
    at = at.astimezone(UTC).replace(microsecond=0)  # the package takes any zone for UTC
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": _signature(webhook_id, at, body.decode(), secret),
    }


def verify(
    headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str], now: datetime
) -> str:
    """Check a callback's signature over its raw body; return its id, which counts only once.

    Any of `secrets` will do, and any of the signatures in the header, so that both sides can change
    their secret without a gap.

    Raises:
        BadSignature: a header is missing or unreadable, the time lies more than `TOLERANCE` away,
            or no signature fits.
        ValueError: as in `check_secret`.
    """
    webhook_id, at, signatures = _read_headers(headers)
    if abs(now - at) > TOLERANCE:
        raise BadSignature("too old" if at < now else "too new")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadSignature("the body is not UTF-8") from None
    expected = [_signature(webhook_id, at, text, secret).encode() for secret in secrets]
    given = [signature.encode(errors="replace") for signature in signatures]
    # No early end: the time must not tell which of the secrets fits.
    if not sum(hmac.compare_digest(one, other) for one in expected for other in given):
        raise BadSignature("no signature fits")
    return webhook_id


def _read_headers(headers: Mapping[str, str]) -> tuple[str, datetime, list[str]]:
    lowered = {name.lower(): value for name, value in headers.items()}
    try:
        webhook_id, timestamp, signatures = (
            lowered[f"webhook-{name}"] for name in ("id", "timestamp", "signature")
        )
    except KeyError as missing:
        raise BadSignature(f"header {missing.args[0]} is missing") from None
    if not _ID.fullmatch(webhook_id):
        raise BadSignature("header webhook-id is unreadable")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("header webhook-timestamp is unreadable")
    return webhook_id, datetime.fromtimestamp(int(timestamp), tz=UTC), signatures.split()[:8]


def _signature(webhook_id: str, at: datetime, text: str, secret: str) -> str:
    check_secret(secret)
    return Webhook(secret).sign(msg_id=webhook_id, timestamp=at, data=text)
