"""What we tell those who watch: a gap-free list per region."""

from django.db import models


class AlertHead(models.Model):
    """One row: the newest `seq`. Whoever appends locks it to the end of their transaction.

    A PostgreSQL sequence would not do: commits come out of order and roll-backs leave gaps.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_alert_head_per_region")
        ]


class Alert(models.Model):
    """One alert as it goes out; `payload` holds the object under its own name (`call` …)."""

    seq = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    payload = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="alerts_by_age")]
