"""The same work in every region, one after the other; one that fails does not stop the others."""

from collections.abc import Callable

import structlog
from django.db import Error as DatabaseError

from regions.context import run_inside
from regions.models import Region

log = structlog.get_logger(__name__)


def in_every_region(work: Callable[[], object]) -> None:
    """Call `work` in each open Polda; a region whose database work fails is logged and skipped."""
    for region in list(Region.objects.polda().order_by("pk")):
        try:
            run_inside(region, work)
        except DatabaseError:
            log.exception("region.work_failed", slug=region.slug, work=work.__name__)
