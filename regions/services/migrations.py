"""Which schemas are behind the code's migrations."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django_tenants.utils import schema_context, schema_exists

from regions.models import Region


def migrate_what_is_behind() -> list[str]:
    """Bring every schema to the newest migration; returns those that were not.

    Compares lists first, so that a start with nothing to do costs one query per schema.
    """
    wanted = set(MigrationLoader(None).graph.nodes)
    behind = []
    if not _has_all("public", wanted):
        call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
        behind.append("public")
    for region in Region.objects.exclude(schema_name="public"):
        # A region that was being opened when the machine stopped has no schema: it is opened again.
        if region.is_active and not _has_all(region.schema_name, wanted):
            call_command(
                "migrate_schemas", schema_name=region.schema_name, interactive=False, verbosity=0
            )
            behind.append(region.schema_name)
    return behind


def _has_all(schema: str, wanted: set[tuple[str, str]]) -> bool:
    if not schema_exists(schema):
        return False
    with schema_context(schema):
        return wanted <= MigrationRecorder(connection).applied_migrations().keys()
