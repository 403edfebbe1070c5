"""From a point to its Polda and Polres: how long the map takes to read, and each look-up."""

from bench.figure import tell
from bench.portal import inside
from tests.live import LivePortal

GOAL_LOADING_SECONDS, GOAL_POINT_MILLISECONDS = 1, 1


def run(portal: LivePortal) -> None:
    """Look up points all over the country, on land, on the coast and abroad, in a fresh process."""
    found = inside(portal, "jurisdiction")
    tell(
        "jurisdiction_map_loaded",
        found["loading_seconds"],
        "s",
        f"goal under {GOAL_LOADING_SECONDS} s",
        f"{found['memory_mib']:.0f} MiB more memory",
    )
    for percent in ("50", "99", "99.9"):
        memory, postgres = found["milliseconds"][percent], found["postgres_milliseconds"][percent]
        tell(
            f"jurisdiction_point_p{percent}",
            memory,
            "ms",
            f"ratio {memory / postgres:.3f} of PostgreSQL's polygons, {postgres:.2f} ms",
            f"goal under {GOAL_POINT_MILLISECONDS} ms at p99",
            f"{found['points']} points; {found['known_right']} of {found['known']} cities right",
        )
