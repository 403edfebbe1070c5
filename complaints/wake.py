"""A hint to the worker that an escalation is due; the sweep finds it a second later anyway."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def wake_delivery(region: str, key: str) -> None:
    """Ask for one delivery now. Call it after the commit; without a broker nothing happens."""
    try:
        current_app.send_task(
            "complaints.tasks.deliver_escalation", (region, key), retry=False, expires=60
        )
    except (OperationalError, OSError) as error:
        log.warning("escalation.wake_lost", key=key, error=type(error).__name__)
