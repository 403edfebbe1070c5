"""What every request passes on its way to a page or the API."""

from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import get_language_from_request

from portal.errors import API, answer_refusal
from portal.probes import PROBES
from regions.metrics import REQUESTS

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def timed(get_response: GetResponse) -> GetResponse:
    """Measure each answer, by the name of its view; a path could hold a citizen's number."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        start = perf_counter()
        response = get_response(request)
        match = request.resolver_match
        view = (match.url_name if match else None) or "none"
        REQUESTS.labels(view, response.status_code).observe(perf_counter() - start)
        return response

    return middleware


def probes(get_response: GetResponse) -> GetResponse:
    """Answer health probes on any host, before a host or a database is looked at."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path)
        return probe(request) if probe else get_response(request)

    return middleware


def language(get_response: GetResponse) -> GetResponse:
    """Speak the account's language, else the cookie's, else the browser's, else Indonesian."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(API):  # programs read it: one language, the code's own
            with translation.override("en"):
                return get_response(request)
        of_account = getattr(request.user, "language", "")
        asked = (
            settings.LANGUAGE_COOKIE_NAME in request.COOKIES or "Accept-Language" in request.headers
        )
        chosen = of_account or (get_language_from_request(request) if asked else "id")
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = get_response(request)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Language", chosen)
        return response

    return middleware


class Refusals:
    """Turn a refusal that a page's view let through into the page that tells it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_refusal(request, error)
