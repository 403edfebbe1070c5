"""Regions: a new Polda, its schema, its units, and the host it answers at."""

import csv
import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from regions.context import run_in_region
from regions.errors import DomainError
from regions.models import AreaCode, Domain, Kind, Region
from regions.people.models import Unit


class RegionExists(DomainError):
    title = "There is a region of this name"


@dataclass(frozen=True, slots=True)
class NewRegion:
    """What must be known of a region before it can open; the rest has defaults."""

    slug: str
    name: str
    timezone: str
    latitude: float | None = None
    longitude: float | None = None
    covers: tuple[str, ...] = ()
    is_fallback: bool = False
    kind: Kind = Kind.REGION


FALLBACK = "metrojaya"


def reference(name: str) -> list[dict[str, str]]:
    """Return the rows of one file of the project's reference data."""
    with (settings.REFERENCE_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def national_template() -> tuple[NewRegion, ...]:
    """The 36 Polda of the reference data."""
    zones = {row["slug"]: row["timezone"] for row in reference("timezones")}
    return tuple(
        NewRegion(
            slug=row["slug"],
            name=row["name"],
            timezone=zones[row["slug"]],
            latitude=float(row["lat"]),
            longitude=float(row["lon"]),
            covers=tuple(row["kemendagri_codes"].split()),
            is_fallback=row["slug"] == FALLBACK,
        )
        for row in reference("polda")
    )


HEADQUARTERS = NewRegion(
    slug="nasional", name="Mabes Polri", timezone="Asia/Jakarta", kind=Kind.NATIONAL
)


def open_region(new: NewRegion) -> Region:
    """Make a region that answers at once: its row, its schema, its host, its units.

    Not one transaction: the schema is made by migrations. The row comes first and inactive, so that
    a region half made answers nobody and a second call completes it.

    Raises:
        RegionExists: a region of this name is open already.
    """
    region = _reserve(new)
    make_schema(region)
    run_in_region(region.slug, _seed_units, new)
    with transaction.atomic():
        host = f"{region.slug}.{settings.PORTAL_DOMAIN}"
        Domain.objects.update_or_create(
            tenant=region, defaults={"domain": host, "is_primary": True}
        )
        Region.objects.filter(pk=region.pk).update(is_active=True)
    region.is_active = True
    return region


_SLUG = re.compile(r"[a-z][a-z0-9]{1,29}", re.ASCII)


def valid_slug(slug: str) -> bool:
    """Say whether a slug can be a host's label and a schema's name, and means nothing else."""
    return bool(_SLUG.fullmatch(slug)) and slug not in {"public", "information", "pg", "www"}


def _reserve(new: NewRegion) -> Region:
    region: Region
    region, _ = Region.objects.get_or_create(
        slug=new.slug,
        defaults={
            "schema_name": new.slug,
            "name": new.name,
            "kind": new.kind,
            "timezone": new.timezone,
            "latitude": new.latitude,
            "longitude": new.longitude,
            "covers": list(new.covers),
            # By convention a trunk is named after its region; the IT head may add others.
            "trunks": [new.slug] if new.kind == Kind.REGION else [],
            "is_fallback": new.is_fallback,
            "is_active": False,
        },
    )
    if region.is_active:
        raise RegionExists(f"The region {new.slug} exists already.", slug=new.slug)
    return region


def make_schema(region: Region) -> None:
    """Make the region's schema and bring it to the newest migration."""
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(region.schema_name)
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
    call_command("migrate_schemas", schema_name=region.schema_name, interactive=False, verbosity=0)


def _seed_units(new: NewRegion) -> None:
    """Give a Polda its own unit and one Polres per regency that it covers."""
    if new.kind != Kind.REGION:
        return
    own, _ = Unit.objects.get_or_create(
        code=new.slug.upper(),
        defaults={
            "name": new.name,
            "kind": "polda",
            "latitude": new.latitude,
            "longitude": new.longitude,
        },
    )
    covered = set(new.covers)
    Unit.objects.bulk_create(
        [
            Unit(
                code=row["kemendagri_code"],
                name=row["name"],
                kind="polres",
                parent=own,
                latitude=float(row["lat"]),
                longitude=float(row["lon"]),
            )
            for row in reference("polres")
            if row["kemendagri_code"] in covered
        ],
        ignore_conflicts=True,
    )


def link_area_codes() -> None:
    """Point every area code of the reference data to its region; codes of unknown ones are left."""
    regions = {region.slug: region for region in Region.objects.polda()}
    AreaCode.objects.bulk_create(
        [
            AreaCode(prefix=row["prefix_e164"], region=regions[row["polda"]])
            for row in reference("area_codes")
            if row["polda"] in regions
        ],
        ignore_conflicts=True,
    )


def point_hosts() -> None:
    """Let every region answer below PORTAL_DOMAIN, and the bare domain lead to them."""
    public, _ = Region.objects.get_or_create(
        slug="public", defaults={"schema_name": "public", "name": "110", "kind": Kind.PUBLIC}
    )
    known = dict(Domain.objects.values_list("tenant_id", "domain"))
    for region in Region.objects.filter(is_active=True):
        host = settings.PORTAL_DOMAIN
        host = host if region == public else f"{region.slug}.{host}"
        if known.get(region.pk) != host:
            Domain.objects.update_or_create(
                tenant=region, defaults={"domain": host, "is_primary": True}
            )
