"""Every refusal and fault, in one place: RFC 9457 problems for the API, a page for people."""

import json
import sys
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from psycopg_pool import PoolTimeout
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from regions.errors import DomainError, Invalid
from regions.people.parsers import pointer_part

log = structlog.get_logger(__name__)

API = "/api/"
PROBLEM = "application/problem+json"
RETRY_SECONDS = 2


def problem(status: int, *, title: str = "", detail: str = "", **members: Any) -> dict[str, Any]:
    """Return the body of a problem; `about:blank` as its type says: what the status says."""
    return {
        "type": "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or title or HTTPStatus(status).phrase,
        **members,
    }


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of an API view (DRF's exception handler); None is a fault of ours."""
    headers: dict[str, str] = {}
    if isinstance(error, DomainError):
        body = problem(error.status, title=error.title, detail=error.detail, **error.facts)
    elif isinstance(error, exceptions.ValidationError):
        body = _invalid(error)
    elif isinstance(error, exceptions.APIException):
        body, headers = _of_framework(error)
    elif isinstance(error, Http404):
        body = problem(404)
    elif isinstance(error, PermissionDenied):
        body = problem(403)
    elif isinstance(error, RequestDataTooBig):
        body = problem(413)
    elif isinstance(error, (PoolTimeout, DatabaseError)) and _is_outage(error):
        log.error("database.unavailable", error=type(error).__name__)
        body = problem(503, detail="The database does not answer. Nothing was kept; send it again.")
        headers = {"Retry-After": str(RETRY_SECONDS)}
    else:
        return None
    set_rollback()
    response = Response(body, status=body["status"], headers=headers)
    response.content_type = PROBLEM
    return response


def _of_framework(error: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    headers = {}
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(int(getattr(error, "wait", None) or 60))
    if isinstance(error, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return problem(error.status_code, detail=str(error.detail)), headers


def _invalid(error: exceptions.ValidationError) -> dict[str, Any]:
    errors = list(_pointers(error.detail, "#"))
    return problem(
        422, title=Invalid.title, detail=f"{len(errors)} value(s) are not valid.", errors=errors
    )


def _pointers(detail: Any, pointer: str) -> Any:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            here = pointer if name == "non_field_errors" else f"{pointer}/{pointer_part(name)}"
            yield from _pointers(inner, here)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _pointers(inner, f"{pointer}/{index}" if nested else pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}


def _is_outage(error: BaseException) -> bool:
    """Tell a database that is away, restarting or full from a fault in a statement of ours."""
    if isinstance(error, PoolTimeout):
        return True
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    return type(error).__name__ in {"OperationalError", "InterfaceError"} and (
        state is None or state[:2] in {"08", "53", "57", "40"}
    )


def answer_refusal(request: HttpRequest, error: BaseException) -> HttpResponse | None:
    """Answer a refusal that a page's view let through; None for anything else."""
    if isinstance(error, DomainError):
        return _page(request, error.status, title=error.title, detail=error.detail, **error.facts)
    if isinstance(error, (PoolTimeout, DatabaseError)) and _is_outage(error):
        log.error("database.unavailable", error=type(error).__name__)
        response = _page(request, 503)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
    return None


def _page(request: HttpRequest, status: int, **facts: Any) -> HttpResponse:
    if request.path.startswith(API):
        body = json.dumps(problem(status, **facts), default=str)
        return HttpResponse(body, status=status, content_type=PROBLEM)
    if not hasattr(request, "tenant"):  # an unknown host learns nothing, not even our look
        return HttpResponse(status=status, content_type="text/plain")
    template = "portal/_refused.html" if getattr(request, "htmx", False) else "portal/refused.html"
    return render(request, template, {"status": status, **facts}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read, or is too large (handler400)."""
    return _page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what the role may not (handler403)."""
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not here (handler404)."""
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours, without a word of what it was (handler500).

    What failed before a view was reached comes here too: a database that is away is 503.
    """
    error = sys.exc_info()[1]
    return (error and answer_refusal(request, error)) or _page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from our page."""
    return _page(request, 403, title="CSRF", detail=reason)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """Answer too many wrong passwords (django-axes)."""
    refused = _page(request, 429)
    refused.headers["Retry-After"] = "900"
    return refused
