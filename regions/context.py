"""The one way into a region outside of a request.

django-tenants keeps the schema on the thread's connection, and two sockets of one process can share
a thread. So the region is entered inside the synchronous function that touches rows, never before
an `await`.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.db import connection
from django_tenants.utils import get_public_schema_name, schema_context, tenant_context

from regions.errors import RegionUnknown
from regions.models import Kind, Region

P = ParamSpec("P")
T = TypeVar("T")


class NoRegion(RuntimeError):
    """Somebody asked for rows without saying whose."""


def run_in_region(slug: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `work` with this thread's connection on the region's schema, then put it back.

    Raises:
        NoRegion: `slug` is empty; there is no falling back to the public schema.
        RegionUnknown: there is no such region.
    """
    if not slug:
        message = "rows were asked for without a region"
        raise NoRegion(message)
    region = Region.objects.filter(slug=slug).exclude(kind=Kind.PUBLIC).first()
    if region is None:
        raise RegionUnknown(slug=slug)
    return run_inside(region, work, *args, **kwargs)


def run_inside(region: Region, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the same where the region was looked up already. No query of its own."""
    with tenant_context(region):
        result: T = work(*args, **kwargs)
    return result


async def arun_in_region(slug: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the same from a socket, in a thread of its own that gives its connection back."""
    run = database_sync_to_async(run_in_region, thread_sensitive=False)
    result: T = await run(slug, work, *args, **kwargs)
    return result


def current_region() -> Region:
    """Return the region whose rows this thread sees. No query.

    Raises:
        NoRegion: the connection is on the public schema.
    """
    region = getattr(connection, "tenant", None)
    if not isinstance(region, Region) or region.kind == Kind.PUBLIC:
        message = "this thread is in no region"
        raise NoRegion(message)
    return region


async def arun_in_public(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `work` on the public schema from a socket: which regions there are, and nothing else."""

    def run() -> T:
        with schema_context(get_public_schema_name()):
            return work(*args, **kwargs)

    in_a_thread = database_sync_to_async(run, thread_sensitive=False)
    result: T = await in_a_thread()
    return result
