"""Alerts: numbered without gaps in the writing transaction, and hinted at after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from interactions.models import Alert, AlertHead
from regions.context import current_region

ALERTS_KEPT_FOR = timedelta(days=7)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NewAlert:
    """What to tell: `payload` holds the object under its own name, like `{"call": {…}}`."""

    kind: str
    payload: dict[str, Any]


def alerts_group(region: str) -> str:
    """Return the name of the channel group that hears of a region's alerts."""
    return f"alerts.{region}"


def append_alerts(alerts: Sequence[NewAlert], *, at: datetime) -> int:
    """Number and keep alerts, and tell the sockets after the commit; returns the newest seq.

    Must be the last lock that a transaction takes: it holds the region's counter until the end, so
    that numbers have no gaps and are committed in order.
    """
    if not connection.in_atomic_block:
        message = "alerts are written with what they tell of, in one transaction"
        raise transaction.TransactionManagementError(message)
    if not alerts:
        return AlertHead.objects.values_list("seq", flat=True).get()
    newest = _take_numbers(len(alerts))
    first = newest - len(alerts) + 1
    Alert.objects.bulk_create(
        Alert(seq=seq, kind=alert.kind, at=at, payload=alert.payload)
        for seq, alert in enumerate(alerts, first)
    )
    region = current_region().slug
    transaction.on_commit(lambda: _hint(region, newest))
    return newest


def _take_numbers(count: int) -> int:
    """Lock the region's counter, move it on and return it; one statement, which the ORM cannot."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE interactions_alerthead SET seq = seq + %s WHERE id = 1 RETURNING seq", [count]
        )
        return int(cursor.fetchone()[0])


def _hint(region: str, seq: int) -> None:
    """Say that there is something to read; nobody's data goes through the channel layer."""
    layer = get_channel_layer()
    try:
        async_to_sync(layer.group_send)(
            alerts_group(region), {"type": "alerts.appended", "region": region, "seq": seq}
        )
    except (RedisError, OSError) as error:
        # The alert is in the table, and every feed looks there by itself within a second.
        log.warning("alerts.hint_lost", seq=seq, error=type(error).__name__)


@transaction.atomic(durable=True)
def forget_old_alerts(*, now: datetime | None = None) -> int:
    """Delete alerts older than ALERTS_KEPT_FOR, oldest first and at most a page; returns how many.

    A client that asks for older ones is told to start anew (`reset`); no number is given twice.
    """
    until = (now or timezone.now()) - ALERTS_KEPT_FOR
    oldest = Alert.objects.filter(at__lt=until).order_by("seq").values("seq")[:10_000]
    deleted, _ = Alert.objects.filter(seq__in=oldest).delete()
    return deleted
