"""Where settings come from: the environment, else the running installation's own file."""

import os
import sys
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = Path(os.environ.get("PORTAL_DATA") or ROOT / "var").resolve()

env = environ.Env()

SERVICES_FILE = DATA / "services.env"
if (
    "DATABASE_URL" not in os.environ
    and SERVICES_FILE.is_file()
    and os.access(SERVICES_FILE, os.R_OK)
):
    # The launcher leaves the addresses of the embedded services here, so that `manage.py` finds
    # the running installation by PORTAL_DATA alone.
    env.read_env(SERVICES_FILE)


def required(name: str, why: str) -> str:
    """Return a setting or stop with one line that names it."""
    value: str = env.str(name, default="")
    if not value:
        message = f"{name} is missing: {why}"
        raise ImproperlyConfigured(message)
    return value


DEMO: bool = env.bool("PORTAL_DEMO", default=False)
# Commands that read the code only, and must work where nothing is installed or running.
OFFLINE_COMMANDS = {"makemigrations", "check_translations", "spectacular", "collectstatic", "help"}
OFFLINE = "DATABASE_URL" not in os.environ and (
    bool(OFFLINE_COMMANDS & set(sys.argv[1:2])) or "mypy" in Path(sys.argv[0]).as_posix()
)
