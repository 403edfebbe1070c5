"""What is measured inside of Django: `python -m bench.inside WHAT` prints what it found as JSON."""

import json
import os
import secrets
import sys
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def open_a_region() -> dict[str, Any]:
    """Time the service that opens a region, in a process that has nothing else to load."""
    from regions.services.regions import NewRegion, open_region  # noqa: PLC0415

    slug = f"bench{secrets.token_hex(4)}"
    began = time.monotonic()
    open_region(NewRegion(slug=slug, name="Polda Bench", timezone="Asia/Jakarta"))
    return {"seconds": time.monotonic() - began}


def queries(slug: str) -> dict[str, Any]:
    """Count what a delivery asks the database, from the host to the alert."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from bench.switch import BATCH, ONE, batches, call_of_five  # noqa: PLC0415

    demo = json.loads((settings.PORTAL_DATA / "demo.json").read_text())
    region = demo["regions"][slug]
    client = Client(
        SERVER_NAME=region["host"].split(":")[0],
        headers={"Authorization": f"Bearer {region['telephony_key']}"},
    )
    milliseconds = []

    def deliver(body: Any) -> int:
        kind = BATCH if isinstance(body, list) else ONE
        with CaptureQueriesContext(connection) as captured:
            answer = client.generic("POST", "/api/v1/calls/events", json.dumps(body), kind)
        if answer.status_code != 202:
            message = f"not taken: {answer.status_code} {answer.content!r}"
            raise RuntimeError(message)
        asked = [each for each in captured.captured_queries if "search_path" not in each["sql"]]
        milliseconds.append(1000 * sum(float(each["time"]) for each in captured.captured_queries))
        return len(asked)

    deliver(call_of_five("agent1")[0])  # what a process learns once
    milliseconds.clear()
    first = deliver(call_of_five("agent1")[0])
    course = [deliver(event) for event in call_of_five("agent1")]
    batch = deliver(next(batches(100)))
    return {
        "first": first,
        "later": course[1],
        "answered": course[3],
        "batch_of_100": batch,
        "milliseconds": milliseconds[:6],
    }


def main() -> None:
    """Do what was asked."""
    django.setup()
    what = sys.argv[1]
    if what == "open-region":
        found = open_a_region()
    elif what.startswith("queries-"):
        found = queries(what.removeprefix("queries-"))
    else:
        found = {}
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
