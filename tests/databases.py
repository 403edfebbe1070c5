"""Test databases: copies of one migrated template with headquarters and two regions."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql

TEMPLATE = "portal110_template"
REGIONS = ("jabar", "diy", "metrojaya")
_ADMIN = dict(connection.settings_dict)  # the server's own database, for making others
_ONE_AT_A_TIME = 110


@contextmanager
def _admin() -> Iterator[psycopg.Connection]:
    with psycopg.connect(
        dbname=_ADMIN["NAME"],
        user=_ADMIN["USER"],
        password=_ADMIN["PASSWORD"],
        host=_ADMIN["HOST"],
        autocommit=True,
    ) as admin:
        yield admin


def use(name: str) -> None:
    """Point Django's connection of this thread to a database."""
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.set_schema_to_public()  # type: ignore[attr-defined]  # django-tenants has no types


def make_template() -> None:
    """Migrate the template once per run, whoever comes first."""
    with _admin() as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if known.fetchone() is None:
            building = f"{TEMPLATE}_building"
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
            use(building)
            _fill_template()
            connection.close()
            admin.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(building), sql.Identifier(TEMPLATE)
                )
            )


def _fill_template() -> None:
    from regions.services.regions import (
        HEADQUARTERS,
        link_area_codes,
        national_template,
        open_region,
        point_hosts,
    )

    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    open_region(HEADQUARTERS)
    for new in national_template():
        if new.slug in REGIONS:
            open_region(new)
    link_area_codes()
    point_hosts()


def copy_template(name: str) -> None:
    """Make a database like the template, anew if it is there."""
    with _admin() as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )


def drop(name: str) -> None:
    """Drop a database that a test is done with."""
    with _admin() as admin:
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
