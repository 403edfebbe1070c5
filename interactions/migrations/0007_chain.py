"""Timelines in the region's chain, what is there already in the order of its ids."""

from django.db import migrations, models

from regions.people.chain import digest_of


OF = {"TimelineEntry": "interaction_id", "IncidentEntry": "incident_id"}


def chain_what_is_there(apps, schema_editor):
    head = apps.get_model("people", "ChainHead").objects.get()
    for name, of in OF.items():
        model = apps.get_model("interactions", name)
        table = model._meta.db_table
        schema_editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER only_added")
        chained = []
        for entry in model.objects.order_by("pk").iterator(chunk_size=2000):
            head.seq += 1
            facts = {each: getattr(entry, each) for each in (of, "at", "actor", "kind", "detail")}
            head.digest = digest_of(head.digest, head.seq, table, facts)
            entry.chain_seq, entry.chain_digest = head.seq, head.digest
            chained.append(entry)
        model.objects.bulk_update(chained, ["chain_seq", "chain_digest"], batch_size=1000)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER only_added")
    head.save()


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0006_nuisance"),
        ("people", "0002_chain"),
    ]

    operations = [
        migrations.AddField(
            model_name="incidententry",
            name="chain_digest",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="incidententry",
            name="chain_seq",
            field=models.BigIntegerField(db_index=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="chain_digest",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="chain_seq",
            field=models.BigIntegerField(db_index=True, editable=False, null=True),
        ),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
    ]
