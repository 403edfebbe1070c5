"""One contact between police and public, on any channel."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from typing_extensions import override

from interactions.models.call import Call
from regions.people.models import Chained


class Service(models.TextChoices):
    INFORMASI = "informasi"
    PELAPORAN = "pelaporan"
    PENGADUAN = "pengaduan"


class Channel(models.TextChoices):
    PHONE = "phone"
    WALK_IN = "walk_in"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    WEB = "web"
    SMS = "sms"


class InteractionState(models.TextChoices):
    OPEN = "open"
    CLOSED = "closed"


class Outcome(models.TextChoices):
    ANSWERED = "answered"
    DISPATCHED = "dispatched"
    REFERRED = "referred"
    ESCALATED = "escalated"
    DUPLICATE = "duplicate"
    GHOST = "ghost"
    SILENT = "silent"
    DROPPED = "dropped"
    PRANK = "prank"
    WRONG_NUMBER = "wrong_number"
    TEST = "test"
    FALSE_REPORT = "false_report"


NUISANCE = frozenset(
    {
        Outcome.GHOST,
        Outcome.SILENT,
        Outcome.DROPPED,
        Outcome.PRANK,
        Outcome.WRONG_NUMBER,
        Outcome.TEST,
        Outcome.FALSE_REPORT,
    }
)


class Category(models.Model):
    """What an interaction is about; groups have no priority and cannot be chosen."""

    code = models.CharField(primary_key=True, max_length=12)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    service = models.CharField(max_length=10, choices=Service)
    name_id = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    priority = models.PositiveSmallIntegerField(null=True)
    is_restricted = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("code",)

    @override
    def __str__(self) -> str:
        return self.name_id


class Interaction(models.Model):
    """One contact; a phone call has at most one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=30, unique=True, help_text="Register number, spoken")
    call = models.OneToOneField(Call, models.PROTECT, null=True, related_name="interaction")
    incident = models.ForeignKey(
        "interactions.Incident", models.PROTECT, null=True, related_name="interactions"
    )
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.PHONE)
    state = models.CharField(max_length=10, choices=InteractionState, default=InteractionState.OPEN)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="interactions")
    caller = models.CharField(max_length=16, null=True)
    caller_name = models.CharField(max_length=120, blank=True)
    service = models.CharField(max_length=10, choices=Service, null=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    priority = models.PositiveSmallIntegerField(null=True)
    summary = models.CharField(max_length=500, blank=True)
    detail = models.TextField(blank=True)
    place = models.JSONField(null=True)
    promise = models.JSONField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, null=True)
    outcome_note = models.TextField(blank=True)
    outcome_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    opened_at = models.DateTimeField(default=timezone.now)
    classified_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    raised_by = ArrayField(
        models.CharField(max_length=20), default=list, help_text="What raised the priority"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(priority=None) | Q(priority__range=(1, 4)),
                name="priority_is_one_to_four",
            ),
            models.CheckConstraint(
                condition=Q(state="open", outcome=None, closed_at=None)
                | Q(state="closed", outcome__isnull=False, closed_at__isnull=False),
                name="closed_with_an_outcome_or_open",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="interactions_newest_first"),
            models.Index(
                fields=["agent", "-opened_at"],
                condition=Q(state="open"),
                name="open_interactions_of_agent",
            ),
            models.Index(fields=["caller", "-opened_at"], name="interactions_of_a_caller"),
        ]

    @property
    def nuisance(self) -> str | None:
        """The kind of nuisance that it counts as; a false report only once it is confirmed."""
        if self.outcome not in NUISANCE:
            return None
        if self.outcome == Outcome.FALSE_REPORT and self.outcome_confirmed_by_id is None:
            return None
        return self.outcome


class RegisterCounter(models.Model):
    """The newest register number of a year; locked by whoever takes the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class TimelineEntry(Chained):
    """One thing that happened to an interaction; only ever added."""

    CHAINED = ("interaction_id", "at", "actor", "kind", "detail")

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="timeline")
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=80, help_text="Username, or key:NAME, or system")
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["interaction", "id"], name="timeline_oldest_first")]
