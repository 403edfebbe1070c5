"""Not written yet."""

from django.http import HttpRequest, HttpResponse


def inbox(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def new(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def detail(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def verify(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def escalate(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def retry(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)
