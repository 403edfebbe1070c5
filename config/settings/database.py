"""PostgreSQL: one pool per process, one schema per region."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from config.settings.environment import OFFLINE, env, required


def database_from_url(url: str) -> dict[str, Any]:
    """Read a libpq URL or connection string, with socket folders (`?host=/folder`) and all."""
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        message = f"DATABASE_URL cannot be read: {str(error).strip()}"
        raise ImproperlyConfigured(message) from None
    known = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    settings: dict[str, Any] = {name: str(parts.pop(key, "") or "") for key, name in known.items()}
    size = env.int("DATABASE_POOL_SIZE", default=24)
    # The pool takes back a connection after each request; persistent ones pile up under ASGI.
    # 0 is for tests, which copy whole databases and may leave no connection behind.
    pool = {"min_size": 1, "max_size": size, "timeout": 5} if size else False
    settings["OPTIONS"] = {**parts, "pool": pool}
    return settings


_url = (
    "dbname=offline host=/nonexistent"
    if OFFLINE
    else required("DATABASE_URL", "no installation is running (script/server starts one)")
)
DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        "CONN_MAX_AGE": 0,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        **database_from_url(_url),
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
AUTH_USER_MODEL = "people.User"
TENANT_LIMIT_SET_CALLS = False  # the one SET per cursor is what keeps regions apart
SHOW_PUBLIC_IF_NO_TENANT_FOUND = False
