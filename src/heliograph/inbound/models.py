"""Who sends us alerts, and the alerts as they came."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from heliograph.market.models import Instrument, Venue
from heliograph.signals.models import Side, Signal, StrategyVersion


class Source(models.Model):
    """Who may send alerts to an external version; its secret is known by a digest alone."""

    name = models.CharField(max_length=64, unique=True)
    version = models.OneToOneField(StrategyVersion, models.PROTECT, related_name="inbound_source")
    secret_digest = models.CharField(max_length=64)
    # Of the secret of before, which is taken until it is ended; empty: there is none.
    former_digest = models.CharField(max_length=64, default="", db_default="", blank=True)
    # Null: any venue that has the instrument.
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, related_name="+")
    # `sell` closes what is long and opens nothing.
    long_only = models.BooleanField(default=False)
    # Networks that it must come from; none: any.
    addresses = ArrayField(models.CharField(max_length=43), default=list)
    per_minute = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """One alert as it came, what was read from it, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting"  # for the candle of its bar
        SIGNAL = "signal"  # a row of Signal, published or rejected
        HEEDED = "heeded"  # it says to leave
        REFUSED = "refused"

    class Action(models.TextChoices):
        LONG = "long"
        SHORT = "short"
        EXIT = "exit"

    version = models.ForeignKey(
        StrategyVersion, models.PROTECT, related_name="inbound_alerts", db_index=False
    )
    # Of what makes two of them the same, so that a repeat is none.
    digest = models.CharField(max_length=64)
    # Without the secret.
    body = models.TextField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State)
    reason = models.TextField(default="")
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, related_name="+", db_index=False)
    bar_time = models.DateTimeField(null=True)
    action = models.CharField(max_length=5, choices=Action, default="")
    # The side that is left; empty: both.
    side = models.CharField(max_length=5, choices=Side, default="")
    stop = models.FloatField(null=True)
    targets = ArrayField(models.FloatField(), default=list)
    signal = models.OneToOneField(Signal, models.PROTECT, null=True, related_name="inbound_alert")
    # The newest bar, and the number of amendments of the series, up to which its signal was followed.
    lived_until = models.DateTimeField(null=True)
    amendments = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "digest"], name="one_alert")]
        indexes = [
            models.Index(fields=["version", "-received_at"], name="alert_newest"),
            models.Index(fields=["instrument", "version", "bar_time"], name="alert_of_instrument"),
            models.Index(fields=["id"], name="alert_waiting", condition=models.Q(state="waiting")),
        ]
