"""Races: several verbs that start together, each on a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from regions.context import run_in_region


def run_at_once(region: str, *works: Callable[[], Any]) -> list[type[Exception] | None]:
    """Run all in the region from threads that start together; what each raised, in no order."""
    barrier = threading.Barrier(len(works))
    outcomes: list[type[Exception] | None] = []

    def start_together(work: Callable[[], Any]) -> None:
        connection.ensure_connection()
        barrier.wait(30)
        work()

    def run(work: Callable[[], Any]) -> None:
        try:
            run_in_region(region, start_together, work)
            outcomes.append(None)
        except Exception as error:  # noqa: BLE001  # what it was is asserted
            outcomes.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes
