"""Complaints about the police, and each one's way to Dumas Presisi."""

import uuid
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from complaints.dumas.adapter import DumasStatus
from interactions.models import Interaction


class ComplaintState(models.TextChoices):
    RECEIVED = "received"
    VERIFIED = "verified"
    IN_PROGRESS = "in_progress"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    REJECTED = "rejected"


# The one truth about which state may follow which; services, buttons and tests read it.
TRANSITIONS: dict[ComplaintState, frozenset[ComplaintState]] = {
    ComplaintState.RECEIVED: frozenset({ComplaintState.VERIFIED, ComplaintState.REJECTED}),
    ComplaintState.VERIFIED: frozenset(
        {
            ComplaintState.IN_PROGRESS,
            ComplaintState.ESCALATED,
            ComplaintState.RESOLVED,
            ComplaintState.REJECTED,
        }
    ),
    ComplaintState.IN_PROGRESS: frozenset(
        {ComplaintState.ESCALATED, ComplaintState.RESOLVED, ComplaintState.REJECTED}
    ),
    ComplaintState.ESCALATED: frozenset({ComplaintState.RESOLVED, ComplaintState.REJECTED}),
    ComplaintState.RESOLVED: frozenset({ComplaintState.IN_PROGRESS}),
    ComplaintState.REJECTED: frozenset({ComplaintState.IN_PROGRESS}),
}
CLOSED = frozenset({ComplaintState.RESOLVED, ComplaintState.REJECTED})


class Resolution(models.TextChoices):
    PROVEN = "proven"
    NOT_PROVEN = "not_proven"
    WITHDRAWN = "withdrawn"


class Letter(models.TextChoices):
    """What is sent to the complainant: the notice of progress, and the result."""

    SP3D = "SP3D"
    RESULT = "result"


class ComplaintChannel(models.TextChoices):
    PHONE = "phone"
    WALK_IN = "walk_in"
    LETTER = "letter"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    WEB = "web"
    SMS = "sms"


class Complaint(models.Model):
    """A complaint about the police's service or conduct, with a number, a PIN and a deadline.

    Read and locked only through `complaints.queries.visible_complaints`, so that whom it is about
    never gets it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    pin_hash = models.CharField(max_length=128)
    state = models.CharField(max_length=12, choices=ComplaintState, default=ComplaintState.RECEIVED)
    dumas_status = models.CharField(
        max_length=20, choices=[(each.value, each.value) for each in DumasStatus], null=True
    )
    dumas_status_at = models.DateTimeField(
        null=True,
        help_text="Dumas Presisi's own time of the status; an older one never replaces it",
    )
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
    about_words = models.TextField(
        blank=True, help_text="The officers' names for comparing: see `complaints.shield`"
    )
    complainant = models.JSONField(null=True, help_text="NULL when anonymous")
    resolution = models.CharField(max_length=12, choices=Resolution, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    letter_due_on = models.DateField(help_text="SP3D letter to the complainant")
    letter_sent_at = models.DateTimeField(null=True)
    letter_received_at = models.DateTimeField(null=True)
    result_due_on = models.DateField(null=True, help_text="From the receipt of SP3D")
    result_sent_at = models.DateTimeField(null=True)
    result_received_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(
        null=True, help_text="When the running deadline was found passed; NULL again once it is met"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interaction"],
                condition=Q(closed_at=None),
                name="one_open_complaint_per_interaction",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["resolved", "rejected"]) ^ Q(closed_at=None),
                name="complaint_closed_when_resolved_or_rejected",
            ),
            models.CheckConstraint(
                condition=Q(state="resolved") ^ Q(resolution=""),
                name="resolved_with_a_resolution",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="complaints_newest_first"),
            models.Index(
                fields=["letter_due_on"],
                condition=Q(closed_at=None, overdue_at=None),
                name="complaints_by_deadline",
            ),
        ]

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def due_on(self) -> date | None:
        """The day until which something must be done: the letter first, then the result."""
        if self.is_closed:
            return None
        return self.letter_due_on if self.letter_sent_at is None else self.result_due_on

    @property
    def is_overdue(self) -> bool:
        return self.overdue_at is not None and not self.is_closed


class ComplaintEntry(models.Model):
    """One thing that happened to a complaint; only ever added."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="history")
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=80, help_text="Username, or public, dumas, system")
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["complaint", "id"], name="complaint_history")]


class EscalationState(models.TextChoices):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    MANUAL = "manual"


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def due(self, now: datetime) -> "EscalationQuerySet":
        """What may be sent now: its time has come and no worker has it in hand."""
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        return self.filter(free, state=EscalationState.PENDING, next_attempt_at__lte=now)


class Escalation(models.Model):
    """The outbox row of a complaint on its way to Dumas Presisi; `key` never changes.

    A worker that delivers it draws a `lease`, and may write what came of it only while the row
    holds that lease: one that slept over the end of its lease finds another's, or none.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.OneToOneField(Complaint, models.PROTECT, related_name="escalation")
    state = models.CharField(
        max_length=10, choices=EscalationState, default=EscalationState.PENDING
    )
    report = models.JSONField(help_text="What is sent, as it was when it was escalated")
    dumas_number = models.CharField(max_length=64, null=True)
    attempts = models.PositiveIntegerField(
        default=0, help_text="Begun since it was escalated, or since a person sent it again"
    )
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    first_attempt_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(
        null=True, help_text="A worker has it in hand; after that another may take it"
    )
    delivered_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["delivered", "manual"]) ^ Q(dumas_number=None),
                name="arrived_with_a_dumas_number",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="pending"),
                name="escalations_due",
            ),
            models.Index(fields=["dumas_number"], name="escalations_by_dumas_number"),
        ]


class AttemptOutcome(models.TextChoices):
    DELIVERED = "delivered"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


class EscalationAttempt(models.Model):
    """One try to deliver, in plain words for the page that shows it."""

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=20, choices=AttemptOutcome)
    detail = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["escalation", "id"], name="attempts_of_escalation")]


class ReceivedCallback(models.Model):
    """A callback that was taken, by its `webhook-id`: each counts once."""

    webhook_id = models.CharField(primary_key=True, max_length=200)
    received_at = models.DateTimeField(default=timezone.now)


class DumasLink(models.Model):
    """One row: where this region's Dumas Presisi answers, and its circuit breaker."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    url = models.URLField(blank=True, help_text="Counts only where a person entered it")
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_dumas_link_per_region")]
