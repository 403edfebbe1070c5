"""The region's chain, and the audit in it, which is only ever added to."""

from django.db import migrations, models

from regions.people.chain import digest_of


FIRST_HEAD = "INSERT INTO people_chainhead (id, seq, digest) VALUES (1, 0, '');"
FORBID = """
CREATE FUNCTION forbid_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON people_auditentry
  FOR EACH ROW EXECUTE FUNCTION forbid_audit_change();
"""
ALLOW = """
DROP TRIGGER only_added ON people_auditentry;
DROP FUNCTION forbid_audit_change();
"""


def chain_what_is_there(apps, schema_editor):
    """Nothing wrote audit entries before there was a chain, save here and there in development."""
    head = apps.get_model("people", "ChainHead").objects.get()
    names = ("at", "actor", "action", "subject", "detail")
    for entry in apps.get_model("people", "AuditEntry").objects.order_by("pk"):
        head.seq += 1
        facts = {name: getattr(entry, name) for name in names}
        head.digest = digest_of(head.digest, head.seq, "people_auditentry", facts)
        entry.chain_seq, entry.chain_digest = head.seq, head.digest
        entry.save(update_fields=["chain_seq", "chain_digest"])
    head.save()


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="chain_digest",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="chain_seq",
            field=models.BigIntegerField(db_index=True, editable=False, null=True),
        ),
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("seq", models.BigIntegerField(default=0)),
                ("digest", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="one_chain_head_per_region"
                    )
                ],
            },
        ),
        migrations.RunSQL(FIRST_HEAD, migrations.RunSQL.noop),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
        migrations.RunSQL(FORBID, ALLOW),
    ]
