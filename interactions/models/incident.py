"""What happened out there: it gathers interactions, and units are sent to it."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from interactions.models.interaction import Category
from regions.people.models import Chained, Unit


class IncidentState(models.TextChoices):
    OPEN = "open"
    CLOSED = "closed"


class UnitStatus(models.TextChoices):
    """Where a unit that was sent is on its way."""

    DISPATCHED = "dispatched"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEARED = "cleared"


# The one table of ways; a supervisor may leave it with a reason.
TRANSITIONS: dict[UnitStatus, frozenset[UnitStatus]] = {
    UnitStatus.DISPATCHED: frozenset({UnitStatus.EN_ROUTE}),
    UnitStatus.EN_ROUTE: frozenset({UnitStatus.ON_SCENE}),
    UnitStatus.ON_SCENE: frozenset({UnitStatus.CLEARED}),
    UnitStatus.CLEARED: frozenset(),
}


class Incident(models.Model):
    """One thing that happened, whoever and however many called about it.

    The times of its clocks are kept here, so that what it adds to the figures is a fact of one row:
    `first_contact_at` is when the earliest of its interactions (or their call) came in,
    `dispatched_at` and `arrived_at` when the first unit was sent and was there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True, help_text="Register number, spoken")
    state = models.CharField(max_length=10, choices=IncidentState, default=IncidentState.OPEN)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    priority = models.PositiveSmallIntegerField()
    place = models.JSONField(null=True, help_text="NULL when nobody knows it yet")
    summary = models.CharField(max_length=500)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    first_contact_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(priority__range=(1, 4)), name="incident_priority_is_one_to_four"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | Q(state="closed", closed_at__isnull=False),
                name="an_incident_is_open_or_closed_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="incidents_newest_first"),
            models.Index(
                fields=["-opened_at"], condition=Q(state="open"), name="incidents_that_are_open"
            ),
        ]


class IncidentEntry(Chained):
    """One thing that happened to an incident; only ever added."""

    CHAINED = ("incident_id", "at", "actor", "kind", "detail")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="timeline")
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=80, help_text="Username, or key:NAME, or system")
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["incident", "id"], name="incident_oldest_first")]


class Dispatch(models.Model):
    """A unit that was sent to an incident, and when it was where; sent again is another row."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="dispatches")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="dispatches")
    status = models.CharField(max_length=10, choices=UnitStatus, default=UnitStatus.DISPATCHED)
    dispatched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    dispatched_at = models.DateTimeField()
    en_route_at = models.DateTimeField(null=True)
    on_scene_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    override_reason = models.CharField(
        max_length=500, blank=True, help_text="Why the unit was sent though it was busy"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="cleared", cleared_at__isnull=False)
                | (~Q(status="cleared") & Q(cleared_at=None)),
                name="a_unit_is_cleared_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["incident", "unit"],
                condition=Q(cleared_at=None),
                name="a_unit_is_at_an_incident_once",
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(cleared_at=None, override_reason=""),
                name="a_busy_unit_is_sent_with_a_reason_only",
            ),
        ]

    def reach(self, status: UnitStatus, *, at: datetime) -> None:
        """Set the status and its time, which stays where it has one; later ones are taken back."""
        order = list(UnitStatus)
        self.status = status
        setattr(self, f"{status}_at", getattr(self, f"{status}_at") or at)
        for later in order[order.index(status) + 1 :]:
            setattr(self, f"{later}_at", None)


class UnitPosition(models.Model):
    """Where a unit last said that it is; one that never did is at its station."""

    unit = models.OneToOneField(Unit, models.CASCADE, primary_key=True, related_name="position")
    latitude = models.FloatField()
    longitude = models.FloatField()
    accuracy_m = models.FloatField(null=True)
    at = models.DateTimeField()


class IncidentCounter(models.Model):
    """The newest incident's number of a year; locked by whoever takes the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)
