"""The rows without which nothing works: the alert counter and the national categories."""

import csv

from django.conf import settings
from django.db import migrations

RESTRICTED = {"L17", "P05", "P06", "P07", "P13"}


def add_rows(apps, schema_editor):
    apps.get_model("interactions", "AlertHead").objects.get_or_create(id=1)
    category = apps.get_model("interactions", "Category")
    with (settings.REFERENCE_DATA / "categories.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    parents = {row["code"]: row["parent"] for row in rows}

    def service(code):
        return service(parents[code]) if parents[code] else code

    category.objects.bulk_create(
        category(
            code=row["code"],
            parent_id=row["parent"] or None,
            service=service(row["code"]),
            name_id=row["name_id"],
            name_en=row["name_en"],
            priority=int(row["priority"]) if row["priority"] else None,
            is_restricted=row["code"] in RESTRICTED,
        )
        for row in rows
    )


class Migration(migrations.Migration):
    dependencies = [("interactions", "0001_initial")]

    operations = [migrations.RunPython(add_rows, migrations.RunPython.noop)]
