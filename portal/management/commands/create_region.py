"""Open one more region."""

from argparse import ArgumentParser
from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from interactions.services.categories import copy_categories
from regions.errors import DomainError
from regions.models import Domain, Region
from regions.services.regions import NewRegion, open_region, valid_slug


class Command(BaseCommand):
    help = "Opens a region that answers at once: create_region SLUG --name NAME --timezone ZONE"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--name", required=True)
        parser.add_argument("--timezone", required=True, help="like Asia/Jakarta")
        parser.add_argument("--like", help="take over the categories of this region")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        slug, like = options["slug"], options["like"]
        if not valid_slug(slug):
            raise CommandError(f"{slug!r} is no slug: a letter, then 1 to 29 letters or digits.")
        if options["timezone"] not in available_timezones():
            raise CommandError(f"{options['timezone']!r} is no time zone.")
        if like and not Region.objects.polda().filter(slug=like).exists():
            raise CommandError(f"There is no region {like!r} to be like.")
        try:
            region = open_region(
                NewRegion(slug=slug, name=options["name"], timezone=options["timezone"])
            )
        except DomainError as refusal:
            raise CommandError(refusal.detail) from None
        if like:
            copy_categories(source=like, target=slug)
        self.stdout.write(f"{region.name} answers at {Domain.objects.get(tenant=region).domain}")
