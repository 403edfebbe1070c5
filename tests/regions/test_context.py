"""The one way into a region outside of a request; a test on the syntax tree forbids any other."""

import ast
import asyncio
from pathlib import Path

import pytest
from django.db import connection

from interactions.models import Call
from regions.context import NoRegion, arun_in_region, current_region, run_in_region
from regions.errors import RegionUnknown
from regions.models import Region
from tests.factories import CallFactory

ROOT = Path(__file__).resolve().parents[2]
CODE = [
    file
    for package in ("config", "portal", "complaints", "interactions", "regions")
    for file in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in file.parts
]
# What changes a connection's schema or goes around Django's connection.
FORBIDDEN = {
    "schema_context",
    "tenant_context",
    "set_schema",
    "set_tenant",
    "set_schema_to_public",
    "database_sync_to_async",
}
ALLOWED = {"regions/context.py", "regions/services/migrations.py"}
ASYNC_ORM = {"aget", "acreate", "afirst", "acount", "aexists", "aupdate", "adelete", "asave"}


def names_in(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2]


@pytest.mark.parametrize("file", CODE, ids=lambda file: str(file.relative_to(ROOT)))
def test_only_one_module_changes_the_schema_of_a_connection(file):
    if str(file.relative_to(ROOT)) not in ALLOWED:
        assert not FORBIDDEN & set(names_in(file))


@pytest.mark.parametrize("file", CODE, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_query_is_made_from_asynchronous_code(file):
    assert not ASYNC_ORM & set(names_in(file))


def test_work_sees_the_rows_of_its_region_only(jabar, diy):
    CallFactory(id="of-jabar")

    assert run_in_region("jabar", lambda: set(Call.objects.values_list("id", flat=True))) == {
        "of-jabar"
    }
    assert run_in_region("diy", Call.objects.count) == 0


def test_the_region_before_is_current_again_even_after_a_failure(jabar, diy):
    with pytest.raises(ZeroDivisionError):
        run_in_region("diy", lambda: 1 / 0)

    assert current_region() == jabar


@pytest.mark.parametrize("slug", ["", "public", "elsewhere", 'x"; DROP SCHEMA jabar'])
def test_without_a_region_nothing_is_done(jabar, slug):
    with pytest.raises((NoRegion, RegionUnknown)):
        run_in_region(slug, Call.objects.count)


def test_the_public_schema_is_nobodys_region(db):
    with pytest.raises(NoRegion):
        current_region()


def test_sockets_at_once_never_see_each_others_region(committed):
    slugs = ["jabar", "diy", "metrojaya"]
    for slug in slugs:
        run_in_region(slug, lambda slug=slug: CallFactory(id=f"of-{slug}"))

    def ids():
        return list(Call.objects.values_list("id", flat=True))

    async def many():
        asked = slugs * 40
        return asked, await asyncio.gather(*(arun_in_region(slug, ids) for slug in asked))

    asked, seen = asyncio.run(many())

    assert seen == [[f"of-{slug}"] for slug in asked]


def test_no_table_of_a_region_is_in_the_public_schema(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename IN (SELECT tablename FROM pg_tables WHERE schemaname = 'jabar')"
        )
        both = {name for (name,) in cursor.fetchall()}

    assert both == {"django_migrations"}


def test_no_foreign_key_leaves_its_schema(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint JOIN pg_class a ON a.oid = conrelid"
            " JOIN pg_class b ON b.oid = confrelid"
            " WHERE contype = 'f' AND a.relnamespace <> b.relnamespace"
        )

        assert cursor.fetchone() == (0,)


def test_every_region_has_the_same_migrations(db):
    def applied():
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
            return cursor.fetchall()

    slugs = Region.objects.polda().values_list("slug", flat=True)
    assert len({tuple(run_in_region(slug, applied)) for slug in slugs}) == 1
