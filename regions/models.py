"""The public schema: which regions there are, where they answer, and the national figures.

Nothing here is about a citizen, and no account lives here.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django_tenants.models import DomainMixin, TenantMixin


class Kind(models.TextChoices):
    PUBLIC = "public"
    REGION = "region"
    NATIONAL = "national"


class RegionQuerySet(models.QuerySet["Region"]):
    def polda(self) -> "RegionQuerySet":
        """The regional police; without headquarters and the public schema."""
        return self.filter(kind=Kind.REGION, is_active=True)


class Region(TenantMixin):
    """A Polda and its tenant; also headquarters and the public schema, told apart by `kind`."""

    slug = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.REGION)
    timezone = models.CharField(max_length=40, default="Asia/Jakarta")
    latitude = models.FloatField(null=True, help_text="Headquarters, WGS 84 degrees")
    longitude = models.FloatField(null=True)
    covers = ArrayField(
        models.CharField(max_length=13), default=list, help_text="Kemendagri codes of kab/kota"
    )
    trunks = ArrayField(
        models.CharField(max_length=60),
        default=list,
        help_text="Trunks whose calls belong here when the place is not known",
    )
    is_fallback = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # The schema is made by `create_region`, which says what goes into it.
    auto_create_schema = False

    objects = RegionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_fallback"],
                condition=models.Q(is_fallback=True),
                name="one_region_takes_what_nobody_else_does",
            )
        ]


class Domain(DomainMixin):
    """The one host at which a region answers."""


class AreaCode(models.Model):
    """A telephone area code and the Polda it belongs to; mobile numbers have none."""

    prefix = models.CharField(max_length=10, primary_key=True, help_text="E.164, like +6222")
    region = models.ForeignKey(Region, models.CASCADE, related_name="area_codes")


class EventRoute(models.Model):
    """Where the national intake sent an event; the same event goes there again."""

    source = models.TextField()
    event_id = models.TextField()
    call = models.CharField(max_length=128)
    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    routed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="one_route_per_event")
        ]


class CallRoute(models.Model):
    """Where the national intake sends every event of a call; what was known first decided."""

    source = models.TextField()
    call = models.CharField(max_length=128)
    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    routed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "call"], name="one_route_per_call")
        ]


class HourTotal(models.Model):
    """A national figure: how many of something one region had in one hour (UTC).

    `figure` names the measure (`calls.offered`, `interactions.pelaporan`, `answer.ms` …), `detail`
    splits it where needed (a category, an outcome, a histogram's bin).
    """

    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    figure = models.CharField(max_length=60)
    detail = models.CharField(max_length=60, default="", blank=True)
    total = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "hour", "figure", "detail"], name="one_total_per_hour_and_figure"
            )
        ]
