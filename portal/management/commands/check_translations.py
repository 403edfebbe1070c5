"""manage.py check_translations [--write]: is every string there in Indonesian?"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from typing_extensions import override

from portal import translations

CATALOG = "id/LC_MESSAGES/django.po"


class Command(BaseCommand):
    help = "Lists strings that are missing, fuzzy, wrong or obsolete in locale/id; 1 if any are."
    requires_system_checks: list[str] = []

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--write", action="store_true", help="add missing ones, empty, and drop obsolete ones"
        )

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        path = settings.LOCALE_PATHS[0] / CATALOG
        source = translations.source_catalog(settings.BASE_DIR)
        catalog = translations.read_catalog(path)
        if options["write"]:
            catalog = translations.completed(catalog, source)
            translations.write_catalog(catalog, path)
        found = list(translations.faults(catalog, source))
        for fault in found:
            self.stdout.write(fault)
        if found:
            message = f"{len(found)} string(s) to see to in locale/{CATALOG}"
            raise CommandError(message)
