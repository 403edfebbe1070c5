"""Opening a region: the service alone, and the whole command with its start."""

import secrets
import time
from statistics import median

from bench.figure import rounds, tell
from bench.portal import django_seconds, inside, python
from tests.live import LivePortal

ROUNDS = 3
GOAL_SECONDS = 2


def run(portal: LivePortal) -> None:
    """Open regions of both ways, in turns; an empty schema with its migrations is the floor."""
    service, command = [], []
    for _ in range(ROUNDS):
        service.append(inside(portal, "open-region")["seconds"])
        began = time.monotonic()
        slug = f"bench{secrets.token_hex(4)}"
        options = ["--name", "Polda Bench", "--timezone", "Asia/Jakarta"]
        python(portal, "manage.py", "create_region", slug, *options)
        command.append(time.monotonic() - began)
    start = django_seconds(portal)
    goal = f"goal under {GOAL_SECONDS} s"
    tell("create_region_service", median(service), "s", goal, rounds(service, digits=2))
    tell(
        "create_region_command",
        median(command),
        "s",
        f"ratio {median(command) / start:.1f} of starting Django alone, {start:.2f} s",
        goal,
        rounds(command, digits=2),
    )
