"""The real PostgreSQL and Valkey of a test run: started before Django reads its settings.

A pytest plugin (`-p tests.services`). The first process starts them and tells its xdist workers by
the environment; each worker has a Valkey database and a channel prefix of its own.
"""

import os
import shutil
import tempfile
from pathlib import Path

from config.launcher.postgres import EmbeddedPostgres
from config.launcher.valkey import EmbeddedValkey

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_started: list[EmbeddedPostgres | EmbeddedValkey | Path] = []


def _start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="portal110-test-"))
    (folder / "static").mkdir()
    postgres, valkey = EmbeddedPostgres(folder, durable=False), EmbeddedValkey(folder)
    postgres.start()
    valkey.start()
    _started.extend([valkey, postgres, folder])
    os.environ.update(
        PORTAL_TEST_SERVICES=str(folder),
        PORTAL_TEST_VALKEY=valkey.url(0).rsplit("/", 1)[0],
        DATABASE_URL=postgres.url(),
        DATABASE_POOL_SIZE="0",
        PORTAL_DATA=str(folder),
        PORTAL_DOMAIN="localhost",
        SECRET_KEY="a-secret-of-this-test-run-only-" + folder.name,
        DUMAS_SECRET="whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMzItYnl0ZXM=",
        LOG_LEVEL="WARNING",
    )


if "PORTAL_TEST_SERVICES" not in os.environ:
    _start()
_number = int(_WORKER.removeprefix("gw") or 0) if _WORKER else 0
_valkey = os.environ["PORTAL_TEST_VALKEY"]
os.environ["CACHE_URL"] = f"{_valkey}/{2 * _number % 16}"
os.environ["BROKER_URL"] = f"{_valkey}/{(2 * _number + 1) % 16}"
os.environ["CHANNEL_PREFIX"] = f"test-{_WORKER or 'main'}"


def pytest_unconfigure() -> None:
    """Stop what this process started."""
    while _started:
        thing = _started.pop(0)
        if isinstance(thing, Path):
            shutil.rmtree(thing, ignore_errors=True)
        else:
            thing.stop()
            if isinstance(thing, EmbeddedPostgres):
                thing.remove()
