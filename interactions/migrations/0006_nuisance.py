"""Reports on callers: confirmed by another person, expiring."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0005_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NuisanceReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("caller", models.CharField(help_text="E.164", max_length=16)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ghost", "Ghost"),
                            ("silent", "Silent"),
                            ("dropped", "Dropped"),
                            ("prank", "Prank"),
                            ("wrong_number", "Wrong Number"),
                            ("test", "Test"),
                            ("false_report", "False Report"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reported", "Reported"),
                            ("confirmed", "Confirmed"),
                            ("lifted", "Lifted"),
                        ],
                        default="reported",
                        max_length=10,
                    ),
                ),
                ("reported_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirm_reason", models.CharField(blank=True, max_length=500)),
                ("expires_at", models.DateTimeField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lift_reason", models.CharField(blank=True, max_length=500)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "interaction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nuisance_reports",
                        to="interactions.interaction",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["caller", "-reported_at"], name="reports_on_a_caller"),
                    models.Index(
                        condition=models.Q(("state", "reported")),
                        fields=["reported_at"],
                        name="reports_that_wait",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("reported_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="a_report_is_confirmed_by_another_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at", None), ("lifted_at", None), ("state", "reported")
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                ("expires_at__isnull", False),
                                ("lifted_at", None),
                                ("state", "confirmed"),
                            ),
                            models.Q(
                                ("lifted_at__isnull", False),
                                ("lifted_by__isnull", False),
                                ("state", "lifted"),
                            ),
                            _connector="OR",
                        ),
                        name="a_report_is_reported_confirmed_or_lifted",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "lifted"), _negated=True),
                        fields=("interaction",),
                        name="one_standing_report_per_interaction",
                    ),
                ],
            },
        ),
    ]
