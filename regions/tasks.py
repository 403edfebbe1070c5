"""Celery entries of the lowest layer."""

from pathlib import Path

from celery import shared_task
from django.conf import settings


@shared_task
def heartbeat() -> None:
    """Show that beat, broker and worker still work together; the launcher looks at the file."""
    if settings.WORKER_HEARTBEAT:
        Path(settings.WORKER_HEARTBEAT).touch()
