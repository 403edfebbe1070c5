"""Dumas Presisi's stand-in for tests: a real process, at the address that the settings name."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.complaints.dumas_process import SandboxProcess


@pytest.fixture
def dumas(tmp_path, settings):
    with SandboxProcess(tmp_path / "dumas.sqlite") as process:
        settings.DUMAS_URL = process.url
        yield process


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
