"""Places that wait for their call, and whose place a call's is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interactions", "0004_incidents")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="jurisdiction",
            field=models.JSONField(help_text="Whose the location was when it came", null=True),
        ),
        migrations.CreateModel(
            name="WaitingPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the message, hex", max_length=64),
                ),
                (
                    "call",
                    models.CharField(
                        help_text="The id that the sender named", max_length=128, null=True
                    ),
                ),
                ("caller", models.CharField(help_text="E.164", max_length=16, null=True)),
                ("data", models.JSONField()),
                ("received_at", models.DateTimeField()),
                (
                    "is_national",
                    models.BooleanField(
                        default=False,
                        help_text="Came to the national intake; its call may be any region's",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["caller"], name="places_by_caller"),
                    models.Index(fields=["call"], name="places_by_call"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["digest", "call", "caller"],
                        name="a_place_waits_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("call__isnull", False), ("caller__isnull", False), _connector="OR"
                        ),
                        name="a_place_waits_for_somebody",
                    ),
                ],
            },
        ),
    ]
