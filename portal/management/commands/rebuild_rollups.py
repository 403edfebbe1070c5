"""National figures anew from the regions' rows, or only compared with them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from portal.recount import figures_that_differ
from regions.context import run_in_region
from regions.models import Region

SHOWN = 20


class Command(BaseCommand):
    help = "Mends the national figures from the regions' rows; --check compares and exits with 1."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare")
        parser.add_argument("--region", help="one region's slug; else all")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        regions = Region.objects.polda().order_by("slug")
        if options["region"]:
            regions = regions.filter(slug=options["region"])
            if not regions:
                raise CommandError(f"There is no region {options['region']!r}.")
        differing = 0
        for slug in list(regions.values_list("slug", flat=True)):
            found = run_in_region(slug, figures_that_differ, mend=not options["check"])
            differing += len(found)
            for (hour, figure, detail), count in sorted(found.items())[:SHOWN]:
                name = f"{figure} {detail}".strip()
                self.stdout.write(f"{slug} {hour:%Y-%m-%dT%H}Z {name}: {count:+d}")
        if options["check"] and differing:
            raise CommandError(f"{differing} figure(s) differ from the regions' rows.")
        self.stdout.write(f"{differing} figure(s) mended" if differing else "no difference")
