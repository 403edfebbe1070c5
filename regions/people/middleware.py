"""A session belongs to the region in which it was opened."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


def session_of_this_region(get_response: GetResponse) -> GetResponse:
    """Treat a signed-in session that names another region as nobody's.

    The session table is the region's own already; this holds when a row is ever copied along.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        region = request.session.get("region")
        if region is not None and region != request.tenant.slug:  # type: ignore[attr-defined]
            request.user = AnonymousUser()
        return get_response(request)

    return middleware
