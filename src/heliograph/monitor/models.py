"""What was measured: a row for each look, for each minute and for each hour.

A row holds all that was measured then, side by side: a row for each number would be ten times as large.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Series(models.Model):
    """One measure with its labels, such as the depth of one queue. Rows of numbers name it by its id."""

    name = models.CharField(max_length=64)
    labels = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="one_series_of_labels")]


class Sample(models.Model):
    """One look: `numbers` in the order of `series`, null where a value was unknown; kept for two days."""

    at = models.DateTimeField(primary_key=True)
    series = ArrayField(models.IntegerField())
    numbers = ArrayField(models.FloatField(null=True))
    # Why a number is unknown, by the id of its series.
    reasons = models.JSONField(default=dict)
    # How long the look took.
    spent_ms = models.FloatField()


class Rolled(models.Model):
    """What was known in a span that begins `at`: for each series how often, least, most, sum and last."""

    at = models.DateTimeField(primary_key=True)
    series = ArrayField(models.IntegerField())
    counts = ArrayField(models.IntegerField())
    least = ArrayField(models.FloatField())
    most = ArrayField(models.FloatField())
    sums = ArrayField(models.FloatField())
    last = ArrayField(models.FloatField())

    class Meta:
        abstract = True


class Minute(Rolled):
    """A minute; kept for 30 days."""


class Hour(Rolled):
    """An hour; kept for two years."""


class Traffic(models.Model):
    """What one web process answered, as it told a few seconds ago; that without a name is of those gone."""

    process = models.CharField(max_length=128, primary_key=True)
    at = models.DateTimeField()
    # Answers since its start, by kind and class of their status.
    counts = models.JSONField(default=dict)
    # Latencies of the last minutes, and how many failed.
    recent = models.JSONField(default=dict)


class Machine(models.Model):
    """What a machine is like, as a worker on it told a few seconds ago."""

    host = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()
    numbers = models.JSONField(default=dict)
