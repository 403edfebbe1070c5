"""A hint to the worker that an escalation is due; the sweep finds it a second later anyway."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

# A request waits for this: one try, and a second at most where nobody answers.
_IMPATIENT = {
    "max_retries": 1,
    "interval_start": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
}


def wake_delivery(region: str, key: str) -> None:
    """Ask for one delivery now. Call it after the commit; without a broker nothing happens."""
    options = {**current_app.conf.broker_transport_options, **_IMPATIENT}
    try:
        with current_app.connection_for_write(transport_options=options) as broker:
            current_app.send_task(
                "complaints.tasks.deliver_escalation",
                (region, key),
                connection=broker,
                retry=False,
                expires=60,
            )
    except (OperationalError, OSError) as error:
        log.warning("escalation.wake_lost", key=key, error=type(error).__name__)
