"""Complaints about the police, and each one's way to Dumas Presisi."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from interactions.models import Interaction


class ComplaintState(models.TextChoices):
    RECEIVED = "received"
    VERIFIED = "verified"
    IN_PROGRESS = "in_progress"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    REJECTED = "rejected"


TRANSITIONS: dict[ComplaintState, frozenset[ComplaintState]] = {
    ComplaintState.RECEIVED: frozenset({ComplaintState.VERIFIED, ComplaintState.REJECTED}),
    ComplaintState.VERIFIED: frozenset(
        {ComplaintState.IN_PROGRESS, ComplaintState.ESCALATED, ComplaintState.REJECTED}
    ),
    ComplaintState.IN_PROGRESS: frozenset(
        {ComplaintState.ESCALATED, ComplaintState.RESOLVED, ComplaintState.REJECTED}
    ),
    ComplaintState.ESCALATED: frozenset({ComplaintState.RESOLVED, ComplaintState.REJECTED}),
    ComplaintState.RESOLVED: frozenset({ComplaintState.IN_PROGRESS}),
    ComplaintState.REJECTED: frozenset({ComplaintState.IN_PROGRESS}),
}


class DumasStatus(models.TextChoices):
    """Dumas Presisi's own words for where a report stands."""

    PROSES = "proses"
    SELESAI_BENAR = "selesai_benar"
    SELESAI_TIDAK_BENAR = "selesai_tidak_benar"


class ComplaintChannel(models.TextChoices):
    PHONE = "phone"
    WALK_IN = "walk_in"
    LETTER = "letter"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    WEB = "web"
    SMS = "sms"


class Complaint(models.Model):
    """A complaint about the police's service or conduct, with a number, a PIN and a deadline."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    pin_hash = models.CharField(max_length=128)
    state = models.CharField(
        max_length=12, choices=ComplaintState, default=ComplaintState.RECEIVED
    )
    dumas_status = models.CharField(max_length=20, choices=DumasStatus, null=True)
    channel = models.CharField(max_length=10, choices=ComplaintChannel)
    category = models.CharField(max_length=12, default="P13")
    summary = models.CharField(max_length=500)
    detail = models.TextField(blank=True)
    occurred_at = models.DateTimeField(null=True)
    interaction = models.ForeignKey(
        Interaction, models.PROTECT, null=True, related_name="complaints"
    )
    about_unit = models.CharField(max_length=20, blank=True)
    about_officers = ArrayField(models.CharField(max_length=200), default=list)
    complainant = models.JSONField(null=True, help_text="NULL when anonymous")
    resolution = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    letter_due_on = models.DateField(help_text="SP3D letter to the complainant")
    result_due_on = models.DateField(null=True, help_text="From the receipt of SP3D")
    letter_sent_at = models.DateTimeField(null=True)
    letter_received_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="complaints_newest_first"),
            models.Index(
                fields=["letter_due_on"],
                condition=Q(closed_at=None, overdue_at=None),
                name="complaints_by_deadline",
            ),
        ]


class ComplaintEntry(models.Model):
    """One thing that happened to a complaint; only ever added."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="history")
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["complaint", "id"], name="complaint_history")]


class EscalationState(models.TextChoices):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    MANUAL = "manual"


class Escalation(models.Model):
    """The outbox row of a complaint on its way to Dumas Presisi; `key` never changes."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.OneToOneField(Complaint, models.PROTECT, related_name="escalation")
    state = models.CharField(
        max_length=10, choices=EscalationState, default=EscalationState.PENDING
    )
    report = models.JSONField(help_text="What is sent, as it was when it was escalated")
    dumas_number = models.CharField(max_length=60, null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    first_attempt_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(
        null=True, help_text="A worker has it in hand; after that another may take it"
    )
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="pending"),
                name="escalations_due",
            )
        ]


class EscalationAttempt(models.Model):
    """One try to deliver, in plain words for the page that shows it."""

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=20)
    detail = models.TextField(blank=True)


class ReceivedCallback(models.Model):
    """A callback that was taken, by its `webhook-id`: each counts once."""

    webhook_id = models.CharField(primary_key=True, max_length=200)
    received_at = models.DateTimeField(default=timezone.now)


class DumasLink(models.Model):
    """One row: where this region's Dumas Presisi answers, its secret, and its circuit breaker."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    url = models.URLField(blank=True, help_text="Counts only where a person entered it")
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_dumas_link_per_region")
        ]
