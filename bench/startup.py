"""How long script/server takes to be ready and to stop, beside starting Django alone."""

import time
from collections.abc import Callable

from bench.figure import tell
from bench.portal import django_seconds
from tests.live import LivePortal


def run(portal: LivePortal) -> None:
    """Stop and start on data that is there; kill everything and start; stop."""
    alone = django_seconds(portal)

    def measure(name: str, work: Callable[[], object], goal: int) -> None:
        began = time.monotonic()
        work()
        seconds = time.monotonic() - began
        beside = f"ratio {seconds / alone:.1f} of starting Django alone, {alone:.2f} s"
        tell(name, seconds, "s", beside, f"goal under {goal} s")

    measure("server_stop", portal.stop, 10)
    measure("server_second_start", portal.start, 10)
    portal.kill_everything()
    measure("server_start_after_kill", portal.start, 20)
