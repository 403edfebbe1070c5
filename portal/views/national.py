"""Not written yet."""

from django.http import HttpRequest, HttpResponse


def summary(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)
