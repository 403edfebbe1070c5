"""Not written yet."""

from django.http import HttpRequest, HttpResponse


def file_complaint(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def follow(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)
