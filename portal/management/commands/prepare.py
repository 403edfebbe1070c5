"""What a start needs done before the portal answers; script/server calls it."""

import hashlib
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from typing_extensions import override

from regions.models import Region
from regions.services.demo import demo_password, set_up_demo
from regions.services.migrations import migrate_what_is_behind
from regions.services.regions import (
    HEADQUARTERS,
    link_area_codes,
    national_template,
    open_region,
    point_hosts,
)

# Pages of other packages that we do not show; compressing them takes most of a first start.
UNUSED = ["rest_framework/*", "*/redoc/*", "django_htmx/htmx-4*", "django_htmx/ext/*"]


class Command(BaseCommand):
    help = "Migrations, the 36 Polda, static files, and in demo mode the demo accounts."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="make demo accounts and keys")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        migrate_what_is_behind()
        opened = set(Region.objects.filter(is_active=True).values_list("slug", flat=True))
        missing = [new for new in (HEADQUARTERS, *national_template()) if new.slug not in opened]
        for new in missing:
            open_region(new)
        point_hosts()
        if missing:
            link_area_codes()
        _collect_static()
        if options["demo"]:
            _write_demo(settings.PORTAL_DATA / "demo.json.pending")


def _write_demo(file: Path) -> None:
    try:
        before = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        before = {}
    document = set_up_demo(
        port=settings.PORT,
        password=demo_password(settings.PORTAL_DEMO_PASSWORD, before),
        before=before,
    )
    if settings.DUMAS_URL:
        document["dumas"] = {"url": settings.DUMAS_URL}
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")


def _collect_static() -> None:
    """Collect the static files when any of them changed since the last time."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".collected"
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            seen.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    if stamp.is_file() and stamp.read_text() == seen.hexdigest():
        return
    call_command(
        "collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=UNUSED
    )
    stamp.write_text(seen.hexdigest())
