"""Where calls go: the running portal's regions, found by its demo.json, or one that is named."""

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from simulation.calls import Place

ROOT = Path(__file__).resolve().parent.parent


class NoGate(Exception):
    """Nothing to play against; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A host that takes events: its address, name and key, who answers there, who may look."""

    slug: str
    scheme: str
    address: str
    port: int
    host: str
    key: str
    agents: tuple[str, ...] = ()
    desk_token: str = ""


def headquarters() -> dict[str, Place]:
    """Return each Polda's point, around which its callers are."""
    with (ROOT / "data" / "polda.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["slug"]: Place(float(row["lat"]), float(row["lon"])) for row in rows}


def running_gates(slugs: list[str] | None) -> list[Gate]:
    """Return gates of the portal that runs here, by PORTAL_DATA; None asks for all regions.

    Raises:
        NoGate: none runs, or a region is unknown.
    """
    file = Path(os.environ.get("PORTAL_DATA") or ROOT / "var") / "demo.json"
    try:
        demo = json.loads(file.read_text())
    except OSError:
        message = (
            f"no running portal: {file} is not there (start script/server, or give --url and --key)"
        )
        raise NoGate(message) from None
    places = {**demo["regions"], "nasional": demo["national"]}
    wanted = list(demo["regions"]) if slugs is None else slugs
    unknown = [slug for slug in wanted if slug not in places]
    if unknown:
        message = f"no such region: {', '.join(unknown)}"
        raise NoGate(message)
    return [_running(slug, places[slug], demo["port"]) for slug in wanted]


def _running(slug: str, place: dict[str, object], port: int) -> Gate:
    tokens = place["tokens"]
    known = tokens if isinstance(tokens, dict) else {}
    agents = tuple(sorted(name for name in known if name.startswith("agent")))
    return Gate(
        slug=slug,
        scheme="http",
        address="127.0.0.1",
        port=port,
        host=str(place["host"]),
        key=str(place["telephony_key"]),
        agents=agents,
        desk_token=str(known.get("supervisor", "")),
    )


def named_gate(url: str, *, host: str | None, key: str, slug: str, agents: tuple[str, ...]) -> Gate:
    """Return the gate that a person named, wherever it is.

    Raises:
        NoGate: the address is none, or the key is missing.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = f"--url {url!r} is not http://HOST:PORT"
        raise NoGate(message)
    if not key:
        message = "--url needs a key of scope telephony: --key, or PORTAL_TELEPHONY_KEY"
        raise NoGate(message)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Gate(slug, parts.scheme, parts.hostname, port, host or parts.netloc, key, agents)
