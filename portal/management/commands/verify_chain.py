"""Whether the audit and the timelines are what was written: nothing changed, gone or slipped in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from regions.context import run_in_region
from regions.models import Kind, Region
from regions.people.chain import Break, first_break


class Command(BaseCommand):
    help = "Checks the chained audit and timelines; exits with 1 and names the first bad row."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--region", help="one region's slug; else all, and headquarters")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        regions = Region.objects.exclude(kind=Kind.PUBLIC).filter(is_active=True).order_by("slug")
        if options["region"]:
            regions = regions.filter(slug=options["region"])
            if not regions:
                raise CommandError(f"There is no region {options['region']!r}.")
        slugs = list(regions.values_list("slug", flat=True))
        broken = 0
        for slug in slugs:
            found = run_in_region(slug, first_break)
            if found is not None:
                broken += 1
                self.stdout.write(_line(slug, found))
        if broken:
            raise CommandError(f"{broken} of {len(slugs)} chain(s) do not hold.")
        self.stdout.write(f"{len(slugs)} chain(s) hold")


def _line(slug: str, found: Break) -> str:
    number = "" if found.seq is None else f" number {found.seq}"
    row = "" if found.row is None else f" id {found.row}"
    return f"{slug}: {found.table}{number}{row}: {found.what}"
