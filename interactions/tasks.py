"""Celery entries of the work on the line."""

from celery import shared_task

from interactions.services.alerts import forget_old_alerts
from interactions.services.national_locations import sweep_waiting_places
from interactions.services.sum_rollups import sum_rollups
from regions.services.everywhere import in_every_region


@shared_task(name="interactions.tasks.sum_rollups")
def sum_all_rollups() -> None:
    """Sum every region's deltas; may run twice or next to itself."""
    in_every_region(sum_rollups)


@shared_task
def forget_alerts() -> None:
    """Let every region's old alerts go; may run twice or next to itself."""
    in_every_region(forget_old_alerts)


@shared_task
def sweep_places() -> None:
    """Look at every region's waiting places again; may run twice or next to itself."""
    in_every_region(sweep_waiting_places)
