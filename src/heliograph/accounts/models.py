"""People, the teams that they are in, how they come in, and what they did."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from heliograph.accounts.roles import Role
from heliograph.market.models import Instrument
from heliograph.signals.models import Strategy

NAME_SHAPE = r"^[\w@+](?:[\w.@+ -]*[\w.@+-])?\Z"
ROLES = [(role.value, role.value) for role in Role]


class People(BaseUserManager["Person"]):
    """All persons. They are made by the verbs of people.py."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(name__iexact=username)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in; the role is the Django group that they are in."""

    class Theme(models.TextChoices):
        SYSTEM = "system"
        LIGHT = "light"
        DARK = "dark"

    class Candles(models.TextChoices):
        INK = "ink"
        TEAL_AND_RED = "teal-red"

    name = models.CharField(
        max_length=80,
        unique=True,
        validators=[
            RegexValidator(
                NAME_SHAPE,
                "Use letters, digits, and . @ + - _ or spaces between; begin with a letter or digit.",
            )
        ],
    )
    email = models.EmailField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    last_seen = models.DateTimeField(null=True)
    # Empty: the browser's zone is not asked for, times are in UTC.
    time_zone = models.CharField(max_length=64, blank=True, default="")
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    candles = models.CharField(max_length=8, choices=Candles, default=Candles.INK)

    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="one_person_per_name")]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People who own strategies together."""

    name = models.CharField(max_length=80)
    members = models.ManyToManyField(Person, related_name="teams", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="one_team_per_name")]

    def __str__(self) -> str:
        return self.name


class StrategyOwner(models.Model):
    """Whose a strategy is; without such a row it is the installation's, and all see it."""

    strategy = models.OneToOneField(Strategy, models.CASCADE, related_name="ownership")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="owned")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="owned")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(team__isnull=False, person__isnull=True)
                | models.Q(team__isnull=True, person__isnull=False),
                name="owned_by_a_team_or_a_person",
            )
        ]


class Invitation(models.Model):
    """A link that is used once: to come in, to choose a new password, or for the owner to enter."""

    class Kind(models.TextChoices):
        INVITE = "invite"  # choose name and password
        FIRST_ADMIN = "first-admin"  # the same, for the first one
        RESET = "reset"  # choose a new password
        OWNER = "owner"  # enter at once, on the machine itself

    kind = models.CharField(max_length=11, choices=Kind)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    role = models.CharField(max_length=8, choices=ROLES)
    team = models.ForeignKey(Team, models.CASCADE, null=True)
    # Who comes in by it: known before (reset, owner), or from the moment of use.
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="links")
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="invitations")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """What a program shows instead of a password; only its digest is stored."""

    class Scope(models.TextChoices):
        READ = "read"
        WRITE = "write"
        ADMIN = "admin"

    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    scope = models.CharField(max_length=5, choices=Scope)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_living_token_per_name",
            )
        ]


class AuditEntry(models.Model):
    """What somebody did; each holds the digest of the one before. Triggers refuse to change or remove any."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    actor_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=200, blank=True, default="")
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True, default="")
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["actor_person", "-id"], name="audit_by_person"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
        ]


class SavedFilter(models.Model):
    """A question that a person asks a page again and again: a tab above its list."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="filters")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "page", "name"], name="one_filter_per_name")]
        ordering = ["position", "id"]


class WatchedInstrument(models.Model):
    """An instrument on a person's watch-list."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="watched")
    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "instrument"], name="watched_once")]
