"""Who works in a region: people, their units, the keys of machines, and what they did."""

from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from typing_extensions import override


class Role(models.TextChoices):
    AGENT = "agent", "Agent"
    SUPERVISOR = "supervisor", "Supervisor"
    IT_HEAD = "it_head", "Regional IT head"
    HQ = "hq", "Headquarters"
    HQ_IT = "hq_it", "Headquarters IT"


class Unit(models.Model):
    """A Polres, Polsek or patrol that can be sent, or the Polda itself."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("code",)

    @override
    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    @override
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person with one role in one region."""

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, choices=Role)
    extension = models.CharField(max_length=20, null=True, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="people")
    language = models.CharField(max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name", "role"]

    objects = UserManager()

    @override
    def __str__(self) -> str:
        return self.full_name


class Scope(models.TextChoices):
    """What a machine's key opens; a person's token has their role instead."""

    TELEPHONY = "telephony"
    METRICS = "metrics"


class ServiceKey(models.Model):
    """A bearer token: of a machine, with scopes, or of a person, with their role.

    Only a digest is kept; the token is shown once. `prefix` finds the row.
    """

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the whole token, hex")
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), default=list)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="tokens")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) | models.Q(scopes=[]),
                name="a_key_is_a_machines_or_a_persons",
            )
        ]

    @override
    def __str__(self) -> str:
        return self.name


class ChainHead(models.Model):
    """One row: the newest link of the region's chain. Whoever appends holds it to the commit."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_chain_head_per_region")
        ]


class Chained(models.Model):
    """An entry that is only ever added, by `regions.people.chain.append_chained`.

    All of a region's chained tables share one chain. The columns may be NULL, and equal numbers are
    possible, so that a row which somebody slipped in is found and named, not merely refused.
    """

    CHAINED: ClassVar[tuple[str, ...]]  # what the digest vouches for

    chain_seq = models.BigIntegerField(null=True, db_index=True, editable=False)
    chain_digest = models.CharField(max_length=64, blank=True, db_default="", editable=False)

    class Meta:
        abstract = True

    @classmethod
    def table(cls) -> str:
        return cls._meta.db_table

    @classmethod
    def rows(cls) -> "models.QuerySet[Self]":
        return cls._default_manager.all()


class AuditEntry(Chained):
    """What somebody did that must be answered for; only ever added."""

    CHAINED = ("at", "actor", "action", "subject", "detail")

    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=80, help_text="Username, or key:NAME, or system")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=160)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="audit_newest_first")]
