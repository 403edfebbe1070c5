"""Dumas Presisi's stand-in for tests: a real process, at the address that the settings name."""

import pytest

from tests.complaints.dumas_process import SandboxProcess


@pytest.fixture
def dumas(tmp_path, settings):
    with SandboxProcess(tmp_path / "dumas.sqlite") as process:
        settings.DUMAS_URL = process.url
        yield process
