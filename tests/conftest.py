"""What every test may ask for: a database with two regions, people, clients."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from regions.models import Region
from tests import databases

_NAME = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        databases.make_template()
        databases.copy_template(_NAME)
        databases.use(_NAME)
    yield
    with django_db_blocker.unblock():
        connection.close()
        databases.drop(_NAME)


@pytest.fixture(scope="session", autouse=True)
def _plain_static_files() -> Iterator[None]:
    """Pages name static files as they are; hashed names are collected for a real server only."""
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(STORAGES=storages):
        yield


@pytest.fixture(autouse=True)
def _nothing_left_behind(request) -> Iterator[None]:
    """Leave no test in the region of the one before, and none of its counters in Valkey."""
    yield
    cache.clear()
    if {"db", "committed"} & set(request.fixturenames):
        connection.set_schema_to_public()  # type: ignore[attr-defined]  # django-tenants has no types


@pytest.fixture
def jabar(db) -> Iterator[Region]:
    """The first region; the test runs inside it."""
    region = Region.objects.get(slug="jabar")
    with tenant_context(region):
        yield region


@pytest.fixture
def diy(db) -> Region:
    """The second region: it tries to see what is the first's. Enter it by `within(diy)`."""
    region: Region = Region.objects.get(slug="diy")
    return region


@pytest.fixture
def nasional(db) -> Region:
    """Headquarters."""
    region: Region = Region.objects.get(slug="nasional")
    return region


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A database of its own, where commits are real; for races, sockets and workers.

    Yields its name. Threads of the test must close their connections.
    """
    name = f"{_NAME}_committed"
    with django_db_blocker.unblock():
        databases.copy_template(name)
        databases.use(name)
        yield name
        databases.use(_NAME)
        databases.drop(name)


@pytest.fixture
def selects():
    """Assert how many queries read; entering the schema is not one of them."""

    @contextmanager
    def counted(expected):
        with CaptureQueriesContext(connection) as captured:
            yield
        statements = [query["sql"] for query in captured if "search_path" not in query["sql"]]
        assert len(statements) == expected, "\n".join(statements)

    return counted
