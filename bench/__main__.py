"""script/bench: starts a portal of its own, measures, and stops all of it."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import alerts, history, ingest, jurisdiction, regions, startup
from bench.figure import tell
from tests.live import LivePortal

# In this order: `startup` stops what the others use.
BENCHMARKS: dict[str, Callable[[LivePortal], None]] = {
    "ingest": ingest.run,
    "alerts": alerts.run,
    "history": history.run,
    "regions": regions.run,
    "jurisdiction": jurisdiction.run,
    "startup": startup.run,
}


def main() -> int:
    """Measure what was asked for, all by default; 1 when something could not be measured."""
    about = "; ".join(f"{name}: {_about(run)}" for name, run in BENCHMARKS.items())
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__, epilog=about)
    parser.add_argument("benchmarks", nargs="*", metavar="|".join(BENCHMARKS))
    asked = parser.parse_args().benchmarks
    if unknown := set(asked) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    tell("machine_load_before", os.getloadavg()[0], "processes", f"{os.cpu_count()} processors")
    with tempfile.TemporaryDirectory(prefix="portal110-bench-") as folder:
        portal = LivePortal(Path(folder) / "data")
        try:
            began = time.monotonic()
            portal.start()
            tell("server_first_start", time.monotonic() - began, "s", "goal under 120 s")
            return max(
                [_measure(name, portal) for name in BENCHMARKS if name in asked or not asked]
            )
        finally:
            portal.clear()


def _measure(name: str, portal: LivePortal) -> int:
    try:
        BENCHMARKS[name](portal)
    except (OSError, RuntimeError) as error:
        print(f"script/bench: {name}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _about(run: Callable[[LivePortal], None]) -> str:
    module = sys.modules[run.__module__]
    return (module.__doc__ or "").splitlines()[0].rstrip(".").lower()


if __name__ == "__main__":
    sys.exit(main())
