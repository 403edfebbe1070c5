"""What is known against a caller: reported by an agent, confirmed by another, expiring."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from interactions.models.interaction import Interaction
from interactions.nuisance import Nuisance, nuisance_of


class NuisanceKind(models.TextChoices):
    """The outcomes of an interaction that are a nuisance."""

    GHOST = "ghost"
    SILENT = "silent"
    DROPPED = "dropped"
    PRANK = "prank"
    WRONG_NUMBER = "wrong_number"
    TEST = "test"
    FALSE_REPORT = "false_report"


class NuisanceState(models.TextChoices):
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"


class NuisanceQuerySet(models.QuerySet["NuisanceReport"]):
    def pending(self) -> "NuisanceQuerySet":
        """Reports that wait for a supervisor."""
        return self.filter(state=NuisanceState.REPORTED)

    def counting(self, *, now: datetime) -> "NuisanceQuerySet":
        """Reports that were confirmed and have not expired."""
        return self.filter(state=NuisanceState.CONFIRMED, expires_at__gt=now)

    def grades(
        self, callers: Iterable[str | None], *, now: datetime
    ) -> defaultdict[str | None, Nuisance]:
        """Grade callers; one query by index, none where no number is known. Others have level 0."""
        known = set(callers) - {None}
        grades: defaultdict[str | None, Nuisance] = defaultdict(Nuisance)
        if not known:
            return grades
        reports: defaultdict[str, list[tuple[str, datetime]]] = defaultdict(list)
        rows = self.counting(now=now).filter(caller__in=known)
        for caller, kind, at in rows.values_list("caller", "kind", "reported_at"):
            reports[caller].append((kind, at))
        grades.update((caller, nuisance_of(each)) for caller, each in reports.items())
        return grades


class NuisanceReport(models.Model):
    """One report on a caller. It counts from its confirmation until it expires or is lifted."""

    caller = models.CharField(max_length=16, help_text="E.164")
    kind = models.CharField(max_length=12, choices=NuisanceKind)
    reason = models.CharField(max_length=500)
    interaction = models.ForeignKey(
        Interaction, models.PROTECT, null=True, related_name="nuisance_reports"
    )
    state = models.CharField(max_length=10, choices=NuisanceState, default=NuisanceState.REPORTED)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    confirm_reason = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)
    lift_reason = models.CharField(max_length=500, blank=True)

    objects = NuisanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("reported_by")),
                name="a_report_is_confirmed_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(state="reported", confirmed_at=None, lifted_at=None)
                | Q(
                    state="confirmed",
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                    expires_at__isnull=False,
                    lifted_at=None,
                )
                | Q(state="lifted", lifted_by__isnull=False, lifted_at__isnull=False),
                name="a_report_is_reported_confirmed_or_lifted",
            ),
            models.UniqueConstraint(
                fields=["interaction"],
                condition=~Q(state="lifted"),
                name="one_standing_report_per_interaction",
            ),
        ]
        indexes = [
            models.Index(fields=["caller", "-reported_at"], name="reports_on_a_caller"),
            models.Index(
                fields=["reported_at"], condition=Q(state="reported"), name="reports_that_wait"
            ),
        ]
