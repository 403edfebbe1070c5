"""Not written yet."""

from django.http import HttpRequest, HttpResponse


def desk(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def queue(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def claim(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def in_hand(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def classify(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)


def close(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse(status=501)
