"""Not written yet."""

from django.http import HttpRequest, HttpResponse


def overview(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)
