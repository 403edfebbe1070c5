"""Health, readiness and metrics: asked by machines, by address, on any host."""

from collections.abc import Callable
from ipaddress import ip_address

from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from regions.people.models import Scope
from regions.people.tokens import find_key_anywhere


def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process lives, without touching anything else."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether the database and the channel layer answer; 503 names the one that does not."""
    failing = [
        name
        for name, answers in (("database", _database), ("channel layer", _valkey))
        if not answers()
    ]
    return JsonResponse({"ready": not failing, "failing": failing}, status=503 if failing else 200)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, PoolTimeout):
        return False
    return True


def _valkey() -> bool:
    try:
        cache.get("readyz")
    except (RedisError, OSError):
        return False
    return True


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, from loopback or with a key of scope `metrics`."""
    if not (_is_loopback(request) or _has_metrics_key(request)):
        return HttpResponse(
            "a key of scope metrics is needed\n", status=401, content_type="text/plain"
        )
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _is_loopback(request: HttpRequest) -> bool:
    # Behind a proxy everybody comes from loopback; then only the key counts.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_metrics_key(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and find_key_anywhere(token.strip(), Scope.METRICS)


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}
