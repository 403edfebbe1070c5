"""What a person is told when the server is ready, and the file that tests read."""

import json
from collections.abc import Iterator
from pathlib import Path

from config.launcher.settings_check import ServerSettings


def hide_demo_file(data: Path) -> None:
    """Take demo.json away until the server is ready; its tokens are kept for `prepare`."""
    file = data / "demo.json"
    if file.exists():
        file.replace(_pending(data))


def show_demo_file(data: Path) -> None:
    """Put demo.json in place."""
    pending = _pending(data)
    if pending.exists():
        pending.chmod(0o600)
        pending.replace(data / "demo.json")


def _pending(data: Path) -> Path:
    return data / "demo.json.pending"


def announcement(settings: ServerSettings) -> Iterator[str]:
    """Return the lines to print: addresses, demo accounts, and `ready` last."""
    root = f"{settings.domain}:{settings.port}"
    yield "Portal 110"
    yield f"  http://{root}"
    file = settings.data / "demo.json"
    if settings.demo and file.is_file():
        yield from _demo_lines(json.loads(file.read_text()))
    yield "ready"


def _demo_lines(demo: dict[str, dict[str, dict[str, str]]]) -> Iterator[str]:
    regions, national = demo["regions"], demo["national"]
    example = regions.get("jabar") or next(iter(regions.values()))
    yield f"  http://{example['host']}  (and {len(regions) - 1} more Polda)"
    yield f"  http://{national['host']}"
    yield f"Demo accounts, password {demo['password']}"
    yield f"  at a Polda: {', '.join(example['tokens'])}"
    yield f"  at headquarters: {', '.join(national['tokens'])}"
