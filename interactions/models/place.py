"""Places that came before their calls."""

from django.db import models
from django.db.models import Q


class WaitingPlace(models.Model):
    """A caller's place whose call is not there yet; it waits ten minutes from receipt, then goes.

    `data` is that of the `call.located` event which it becomes.
    """

    digest = models.CharField(max_length=64, help_text="SHA-256 of the message, hex")
    call = models.CharField(max_length=128, null=True, help_text="The id that the sender named")
    caller = models.CharField(max_length=16, null=True, help_text="E.164")
    data = models.JSONField()
    received_at = models.DateTimeField()
    is_national = models.BooleanField(
        default=False, help_text="Came to the national intake; its call may be any region's"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "call", "caller"],
                nulls_distinct=False,
                name="a_place_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(call__isnull=False) | Q(caller__isnull=False),
                name="a_place_waits_for_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["caller"], name="places_by_caller"),
            models.Index(fields=["call"], name="places_by_call"),
        ]
