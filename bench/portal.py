"""What a benchmark needs of a running portal: its database, its gates, a process inside."""

import json
import os
import subprocess
import sys
import time
from typing import Any

from bench.switch import Gate
from tests.live import SCRIPT, LivePortal


def services(portal: LivePortal) -> dict[str, str]:
    """Return the addresses of the services that this portal runs on."""
    lines = (portal.data / "services.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def database_url(portal: LivePortal) -> str:
    """Return the address of the portal's own PostgreSQL."""
    return services(portal)["DATABASE_URL"]


def gate(portal: LivePortal, slug: str) -> Gate:
    """Return where a region takes events."""
    region = portal.demo["regions"][slug]
    return Gate(region["host"], region["telephony_key"])


def gates(portal: LivePortal) -> list[Gate]:
    """Return the gates of all regions."""
    return [gate(portal, slug) for slug in portal.demo["regions"]]


def python(portal: LivePortal, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the environment of this portal, from the checkout."""
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(  # noqa: S603 (our own modules)
        [sys.executable, *arguments],
        env={**env, "PORTAL_DATA": str(portal.data)},
        cwd=SCRIPT.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )


def inside(portal: LivePortal, what: str) -> dict[str, Any]:
    """Do one thing of `bench.inside` in a Django process of this portal; returns what it found."""
    found: dict[str, Any] = json.loads(python(portal, "-m", "bench.inside", what).stdout)
    return found


def django_seconds(portal: LivePortal) -> float:
    """Return how long a Django process of this portal takes that does nothing."""
    began = time.monotonic()
    inside(portal, "nothing")
    return time.monotonic() - began
