"""The region's own row for Dumas Presisi; and histories are only ever added, which the database holds."""

from django.db import migrations

FORBID = """
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON complaints_complaintentry
  FOR EACH ROW EXECUTE FUNCTION forbid_change();
"""
ALLOW = "DROP TRIGGER only_added ON complaints_complaintentry;"


def add_link(apps, schema_editor):
    apps.get_model("complaints", "DumasLink").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial"), ("interactions", "0003_append_only")]

    operations = [
        migrations.RunPython(add_link, migrations.RunPython.noop),
        migrations.RunSQL(FORBID, ALLOW),
    ]
