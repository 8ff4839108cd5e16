"""Forecasts as they were made, with what came; and how each measure goes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from heliograph.monitor.models import Series
from heliograph.signals.models import Strategy, StrategyVersion


class Forecast(models.Model):
    """What was expected of one target at a moment, or for what `reason` nothing was.

    `low`, `mean`, `high`, `naive` and `actual` are as long as each other: a value for each step. `naive` is
    what the season before says; `actual` is null where it is not known yet, or never will be.
    """

    class Kind(models.TextChoices):
        LOAD = "load"  # what there will be to do, by the hour
        SPACE = "space"  # until something is full, by the day
        EXPECTANCY = "expectancy"  # the mean R of the next signals of a version

    kind = models.CharField(max_length=10, choices=Kind)
    # The measure, with its labels.
    name = models.CharField(max_length=64)
    labels = models.JSONField(default=dict)
    # Whose it is, where it is of a strategy.
    strategy = models.ForeignKey(Strategy, models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(StrategyVersion, models.PROTECT, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    # Why there is none; empty where there is one.
    reason = models.TextField(default="")
    model = models.CharField(max_length=32, default="")
    # The share of cases in which the interval from low to high should hold the true value.
    coverage = models.FloatField(null=True)
    history_from = models.DateTimeField(null=True)
    history_until = models.DateTimeField(null=True)
    history_points = models.PositiveIntegerField(default=0)
    # When the span of the first value begins, and how long each is; null where values are of so many signals.
    begins_at = models.DateTimeField(null=True)
    step_seconds = models.PositiveIntegerField(null=True)
    signals = models.PositiveIntegerField(null=True)
    low = ArrayField(models.FloatField(), default=list)
    mean = ArrayField(models.FloatField(), default=list)
    high = ArrayField(models.FloatField(), default=list)
    naive = ArrayField(models.FloatField(), default=list)
    actual = ArrayField(models.FloatField(null=True), default=list)
    # When it will be full, at the earliest, by the mean and at the latest; null: not within two years.
    full_early = models.DateTimeField(null=True)
    full_mean = models.DateTimeField(null=True)
    full_late = models.DateTimeField(null=True)
    # The mean error of the naive forecast within the history: what errors are measured in.
    scale = models.FloatField(null=True)
    # Over the values that are known by now: how many, errors, those of the naive one, errors in scales, and
    # how many lie within the interval.
    known = models.PositiveIntegerField(default=0)
    error = models.FloatField(default=0)
    naive_error = models.FloatField(default=0)
    scaled_error = models.FloatField(default=0)
    inside = models.PositiveIntegerField(default=0)
    # Nothing more will be known of it.
    scored_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "name", "labels", "-made_at"], name="forecast_of_target"),
            models.Index(
                fields=["made_at"],
                condition=models.Q(scored_at=None, reason=""),
                name="forecast_not_scored",
            ),
            models.Index(fields=["-made_at"], name="forecast_newest"),
        ]


class Trend(models.Model):
    """How one measure went in the weeks before it was looked at, or why that is not known."""

    series = models.OneToOneField(Series, models.CASCADE, primary_key=True, related_name="+")
    made_at = models.DateTimeField()
    reason = models.TextField(default="")
    history_from = models.DateTimeField(null=True)
    history_until = models.DateTimeField(null=True)
    history_points = models.PositiveIntegerField(default=0)
    # The change in a day, with its interval.
    slope_day = models.FloatField(null=True)
    slope_low = models.FloatField(null=True)
    slope_high = models.FloatField(null=True)
    # How much of what moves about the trend is the hour of the day, and the day of the week: 0 to 1.
    of_hours = models.FloatField(null=True)
    of_weekdays = models.FloatField(null=True)
    # [{"at", "before", "after", "deviations"}], oldest first; times are ISO 8601.
    shifts = models.JSONField(default=list)
