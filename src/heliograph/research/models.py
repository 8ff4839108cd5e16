"""Backtests that are kept, with their trades."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from heliograph.fleet.models import Job
from heliograph.market.models import Instrument, Venue
from heliograph.signals.models import Side, StrategyVersion


class StoredBacktest(models.Model):
    """One run of a strategy over stored candles: what was asked, what was read, and what came of it.

    How far it is, is its job's to tell. Once finished it is never rewritten.
    """

    # The stored version that says the same as the text; null where there is none.
    version = models.ForeignKey(StrategyVersion, models.SET_NULL, null=True, related_name="backtests")
    name = models.CharField(max_length=120)
    timeframe = models.CharField(max_length=3)
    text = models.TextField()
    # Keys and parameters that were given other values than those of the text.
    overrides = models.JSONField(default=dict)
    params = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    venue = models.ForeignKey(Venue, models.PROTECT, related_name="+")
    close_at_end = models.BooleanField(default=False)
    # Four arrays of one length: instruments, the first and the last bar of each (UTC milliseconds of the
    # open), and about how many there are. New bars do not join a run that has begun.
    instruments = ArrayField(models.BigIntegerField())
    origins = ArrayField(models.BigIntegerField())
    untils = ArrayField(models.BigIntegerField())
    bars = ArrayField(models.BigIntegerField())
    # What was asked for, and how the candles stood then: with both the same, the result is the same.
    request_digest = models.CharField(max_length=64)
    stamp = models.CharField(max_length=64)
    # Of all candles in the order in which they were read; empty until all are.
    data_digest = models.CharField(max_length=64, default="", blank=True)
    engine_version = models.CharField(max_length=64)
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    # Figures; averages with their number and interval. Null until finished.
    summary = models.JSONField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["request_digest", "-id"], name="backtest_of_request"),
            models.Index(fields=["-created_at"], name="backtest_newest"),
        ]


class StoredTrade(models.Model):
    """One published signal of a backtest, and how it ended. Times are opens of bars."""

    class State(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"  # when the data ended
        MISSED = "missed"  # its entry was not taken
        WAITING = "waiting"  # of the last bar: the entry would be the next

    backtest = models.ForeignKey(StoredBacktest, models.CASCADE, related_name="trades", db_index=False)
    # By instrument in the order of the backtest, then by end.
    number = models.PositiveIntegerField()
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=7, choices=State)
    side = models.CharField(max_length=5, choices=Side)
    signal_time = models.DateTimeField()
    entry_time = models.DateTimeField(null=True)
    entry_price = models.FloatField(null=True)
    exit_time = models.DateTimeField(null=True)
    exit_price = models.FloatField(null=True)
    exit_reason = models.CharField(max_length=10, default="")
    r = models.FloatField(null=True)
    return_pct = models.FloatField(null=True)
    fees_pct = models.FloatField(null=True)
    mfe_r = models.FloatField(null=True)
    mae_r = models.FloatField(null=True)
    bars_held = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["backtest", "number"], name="one_trade_per_number")]
