"""A connection on the line, as the switch reports it: its events and what they add up to."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q


class CallState(models.TextChoices):
    OFFERED = "offered"
    QUEUED = "queued"
    ANSWERED = "answered"
    ENDED = "ended"


class EndReason(models.TextChoices):
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    BUSY = "busy"
    FAILED = "failed"
    BLOCKED = "blocked"


class CallQuerySet(models.QuerySet["Call"]):
    def waiting(self) -> "CallQuerySet":
        """Calls that ring or queue and that nobody has taken."""
        return self.filter(state__in=[CallState.OFFERED, CallState.QUEUED], claimed_by=None)


class Call(models.Model):
    """What a call's events add up to (see `interactions.fold`), and who claimed it.

    Only `interactions.services.intake` and `claim` write it; every column above `claimed_by` is the
    fold's and can be had again from the events.
    """

    id = models.CharField(primary_key=True, max_length=128)
    state = models.CharField(max_length=10, choices=CallState, default=CallState.OFFERED)
    caller = models.CharField(max_length=16, null=True, help_text="E.164; NULL when withheld")
    dialled = models.CharField(max_length=64, null=True)
    trunk = models.CharField(max_length=128, null=True)
    queue = models.CharField(max_length=128, null=True)
    offered_to = models.CharField(
        max_length=128, null=True, help_text="Rings only there; NULL: at all who are ready"
    )
    agent = models.CharField(max_length=128, null=True)
    offered_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=10, choices=EndReason, null=True)
    location = models.JSONField(null=True)
    transferred_to = models.JSONField(null=True)
    recordings = models.JSONField(default=list)
    events = models.PositiveIntegerField(default=0)
    first_event_at = models.DateTimeField(null=True)
    jurisdiction = models.JSONField(null=True, help_text="Whose the location was when it came")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="claimed_calls"
    )
    claimed_at = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["offered_at"],
                condition=Q(state__in=["offered", "queued"], claimed_by=None),
                name="calls_waiting",
            ),
            models.Index(fields=["-first_event_at", "-id"], name="calls_newest_first"),
            models.Index(fields=["caller", "-first_event_at"], name="calls_of_a_caller"),
        ]

    @property
    def answer_seconds(self) -> float | None:
        return _seconds(self.offered_at, self.answered_at)

    @property
    def talk_seconds(self) -> float | None:
        return _seconds(self.answered_at, self.ended_at)


class CallEvent(models.Model):
    """A message from the switch, kept as it came; only ever added."""

    source = models.TextField()
    event_id = models.TextField()
    type = models.CharField(max_length=40)
    call = models.ForeignKey(Call, models.PROTECT, related_name="call_events")
    time = models.DateTimeField()
    data = models.JSONField()
    extensions = models.JSONField(default=dict, help_text="Other attributes of the envelope")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="an_event_counts_once")
        ]


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return (end - start) / timedelta(seconds=1)
