"""The whole portal, started once for all tests that only use it."""

from collections.abc import Iterator

import pytest

from tests.live import LivePortal


@pytest.fixture(scope="session")
def live_portal(tmp_path_factory) -> Iterator[LivePortal]:
    """A running portal with 36 Polda. Tests that ask for it share it: `xdist_group("portal")`."""
    portal = LivePortal(tmp_path_factory.mktemp("portal") / "data")
    try:
        portal.start()
        yield portal
    finally:
        portal.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share the portal in one worker."""
    for item in items:
        if "live_portal" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("portal"))
