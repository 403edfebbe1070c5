"""Nothing but wiring: settings, ASGI, Celery, root URLs, and what starts the processes."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
