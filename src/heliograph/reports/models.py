"""Reports that are kept, and who gets them regularly."""

import json
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from heliograph.fleet.models import Job
from heliograph.market.models import Series
from heliograph.notices.models import Channel
from heliograph.reports.errors import NotMade
from heliograph.signals.models import Signal


class ReportSchedule(models.Model):
    """A report that is made whenever its period is over, and sent by a channel, if one is named."""

    class Kind(models.TextChoices):
        HOURLY = "hourly"
        DAILY = "daily"
        WEEKLY = "weekly"
        MONTHLY = "monthly"

    class Form(models.TextChoices):
        """What a letter carries; channels that take no files carry the link alone."""

        NONE = ""
        HTML = "html"
        PDF = "pdf"
        JSON = "json"
        CSV = "csv"
        XLSX = "xlsx"

    # Whose it is: "person:7", "team:3", or empty for the installation. What is hidden from them is not in it.
    audience = models.CharField(max_length=64, default="", blank=True)
    kind = models.CharField(max_length=7, choices=Kind)
    # By whose calendar days, weeks and months begin.
    zone = models.CharField(max_length=64, default="UTC")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="report_schedules")
    form = models.CharField(max_length=4, choices=Form, default=Form.NONE, blank=True)
    paused = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    # The end of the newest period that it was made for; those before it was added are not made.
    done_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} report"


class QualityDay(models.Model):
    """How complete, timely and sound the bars of a series were on a UTC day; see `quality.measure.Counts`.

    It is measured anew as long as the day is new.
    """

    series = models.ForeignKey(Series, models.CASCADE, related_name="quality_days", db_index=False)
    day = models.DateField()
    expected = models.PositiveIntegerField()
    stored = models.PositiveIntegerField()
    gaps = models.PositiveIntegerField()
    timed = models.PositiveIntegerField()
    timely = models.PositiveIntegerField()
    revised = models.PositiveIntegerField()
    judged = models.PositiveIntegerField()
    implausible = models.PositiveIntegerField()
    duplicates = models.FloatField()
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "series"], name="one_quality_of_a_day")]


class RegimeOfSignal(models.Model):
    """The regime of a signal's instrument at its bar, as the engine's `Regime` numbers it.

    It is found behind the commit of the signal. Triggers keep the sums of settled signals by it.
    """

    signal = models.OneToOneField(Signal, models.CASCADE, primary_key=True, related_name="regime")
    regime = models.SmallIntegerField()

    class Meta:
        db_table = "reports_regime"


class WouldBe(models.Model):
    """What a rejected signal would have come to, had it been published, as far as it was looked at.

    What has ended stays as it was found. Triggers keep the sums by reason. Times are bar opens.
    """

    class State(models.TextChoices):
        """As the room of signals tells fates."""

        RUNNING = "running"
        SETTLED = "settled"
        MISSED = "missed"
        NO_LEVELS = "no_levels"
        NO_CANDLES = "no_candles"
        UNSCORED = "unscored"
        UNRESOLVED = "unresolved"
        EXTERNAL = "external"

    signal = models.OneToOneField(Signal, models.CASCADE, primary_key=True, related_name="would_be")
    state = models.CharField(max_length=10, choices=State)
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
    bars_held = models.PositiveIntegerField(null=True)
    # While it runs: it is looked at again when its shard has reached this bar.
    look_from = models.DateTimeField(null=True)

    class Meta:
        db_table = "reports_wouldbe"
        indexes = [
            models.Index(fields=["signal"], condition=models.Q(state="running"), name="wouldbe_running")
        ]


class StoredReport(models.Model):
    """A report of one period. Once made it is never rewritten; how far it is, is its job's to tell."""

    class Kind(models.TextChoices):
        HOURLY = "hourly"
        DAILY = "daily"
        WEEKLY = "weekly"
        MONTHLY = "monthly"
        CUSTOM = "custom"

    kind = models.CharField(max_length=7, choices=Kind)
    since = models.DateTimeField()
    until = models.DateTimeField()
    before = models.DateTimeField()
    zone = models.CharField(max_length=64, default="UTC")
    # The strategies that it looks at, and those that were left out: who may not see one of the former may not
    # see the report.
    strategies = ArrayField(models.BigIntegerField(), default=list)
    hidden = ArrayField(models.BigIntegerField(), default=list)
    # JSON as text: a column of JSON would not keep the order of its keys. Empty until it is made.
    content = models.TextField(default="", blank=True)
    schedule = models.ForeignKey(ReportSchedule, models.SET_NULL, null=True, related_name="reports")
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "until"], name="one_report_of_a_period"),
            models.CheckConstraint(
                condition=models.Q(since__lt=models.F("until"), before__lt=models.F("since")),
                name="a_report_has_a_period",
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="report_newest")]

    def told(self) -> dict[str, Any]:
        """The report as plain values; NotMade while its job has not ended well."""
        if not self.content:
            raise NotMade(self.pk, self.job.state if self.job else "gone")
        found: dict[str, Any] = json.loads(self.content)
        return found
