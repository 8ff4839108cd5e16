"""Alert rules, what they found, the incidents that came of it, silences, and the dead-man's switch."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Severity(models.TextChoices):
    """How soon somebody should look."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class Rule(models.Model):
    """What is looked for in the measures. `shipped` is the rule as it came with Heliograph, null of one's
    own; what the owner `changed` of it stays as they have it when a newer one comes."""

    class Kind(models.TextChoices):
        THRESHOLD = "threshold"
        BURN = "burn"  # too large a share of the minutes was bad, in two windows at once
        ABSENCE = "absence"  # the measure is not known
        ANOMALY = "anomaly"  # other than at this hour of the days before

    name = models.SlugField(max_length=48, unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=9, choices=Kind)
    measure = models.CharField(max_length=64)
    # Only series whose labels fit these patterns.
    labels = models.JSONField(default=dict, blank=True)
    # Those of the kind; see conditions.py.
    options = models.JSONField(default=dict, blank=True)
    for_seconds = models.PositiveIntegerField()
    # It is over once it was well for so long.
    clear_seconds = models.PositiveIntegerField()
    severity = models.CharField(max_length=8, choices=Severity)
    # Alerts of one cause: they make one incident.
    cause = models.SlugField(max_length=48)
    # While one of these holds, this one follows from it and makes no incident of its own.
    follows = ArrayField(models.SlugField(max_length=48), default=list, blank=True)
    # Told again, and raised, after so long without an answer; null: never.
    repeat_minutes = models.PositiveIntegerField(null=True, blank=True)
    escalate_minutes = models.PositiveIntegerField(null=True, blank=True)
    # In plain words: what it means, what it mostly comes from, how to look, what to do, where that is told.
    says = models.TextField()
    comes_from = models.TextField(default="", blank=True)
    look = models.TextField(default="", blank=True)
    remedy = models.TextField(default="", blank=True)
    anchor = models.CharField(max_length=120, default="", blank=True)
    enabled = models.BooleanField(default=True)
    shipped = models.JSONField(null=True, blank=True)
    changed = ArrayField(models.CharField(max_length=24), default=list, blank=True)

    def __str__(self) -> str:
        return self.name


class Incident(models.Model):
    """Something is wrong: all alerts of one cause together, from when it began until it was over."""

    class State(models.TextChoices):
        OPEN = "open"
        ACKNOWLEDGED = "acknowledged"
        RESOLVED = "resolved"
        ABSORBED = "absorbed"  # another one turned out to be its cause

    GOING = (State.OPEN, State.ACKNOWLEDGED)

    key = models.CharField(max_length=128)
    # Of the rule that it is named by.
    rule_name = models.CharField(max_length=48)
    title = models.CharField(max_length=160)
    severity = models.CharField(max_length=8, choices=Severity)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    # When it began, and when that was seen: later where nobody could look.
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=120, default="", blank=True)
    resolved_at = models.DateTimeField(null=True)
    # How often it came back, and whether so often that only its end is told.
    reopened = models.PositiveIntegerField(default=0)
    flapping = models.BooleanField(default=False)
    # Since when a flapping one is quiet.
    calm_since = models.DateTimeField(null=True)
    # The topics it was told by, how many times, and when last; empty: nobody was told yet.
    told_by = ArrayField(models.CharField(max_length=48), default=list, blank=True)
    told = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    # True while a silence keeps it from being told.
    silenced = models.BooleanField(default=False)
    absorbed_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="absorbed")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(state__in=("open", "acknowledged")),
                name="one_incident_of_cause",
            ),
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="incident_newest")]


class Alert(models.Model):
    """A rule that holds of one series. One that did not hold for long enough leaves no row."""

    class State(models.TextChoices):
        PENDING = "pending"
        FIRING = "firing"
        RESOLVED = "resolved"

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="alerts")
    key = models.CharField(max_length=400)
    labels = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    since = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    # Since when it is well, unknown, or not measured any more; each null while it is not.
    clear_since = models.DateTimeField(null=True)
    unknown_since = models.DateTimeField(null=True)
    gone_since = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    # At the last look that told something new, the worst one, and that which the time line tells of.
    value = models.FloatField(null=True)
    worst = models.FloatField(null=True)
    noted = models.FloatField(null=True)
    words = models.CharField(max_length=400, default="", blank=True)
    incident = models.ForeignKey(Incident, models.CASCADE, null=True, related_name="alerts")
    # It follows from the alerts that the incident is about.
    is_consequence = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "key"], condition=~Q(state="resolved"), name="one_alert_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["rule", "-fired_at"], name="alert_of_rule"),
        ]


class Entry(models.Model):
    """A line of the time line of an incident; never changed."""

    class Kind(models.TextChoices):
        OPENED = "opened"
        JOINED = "joined"
        FOLLOWED = "followed"
        ABSORBED = "absorbed"
        CHANGED = "changed"
        UNKNOWN = "unknown"
        KNOWN = "known"
        CLEARED = "cleared"
        TOLD = "told"
        ACKNOWLEDGED = "acknowledged"
        COMMENT = "comment"
        SILENCED = "silenced"
        HEARD = "heard"  # no longer silenced
        ESCALATED = "escalated"
        FLAPPING = "flapping"
        REOPENED = "reopened"
        RESOLVED = "resolved"
        CLOSED = "closed"  # by a person

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind)
    words = models.CharField(max_length=400, default="", blank=True)
    # Who did it; empty: Heliograph itself.
    who = models.CharField(max_length=120, default="", blank=True)


class Silence(models.Model):
    """What is not told for a while. Incidents are opened all the same."""

    class Kind(models.TextChoices):
        SILENCE = "silence"
        MAINTENANCE = "maintenance"

    kind = models.CharField(max_length=11, choices=Kind, default=Kind.SILENCE)
    # Patterns of names of rules or causes, and of labels; empty: everything.
    rules = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    labels = models.JSONField(default=dict, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Again every so many days; null: once.
    every_days = models.PositiveIntegerField(null=True, blank=True)
    who = models.CharField(max_length=120)
    why = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    # Ended by a person before its time.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("begins_at")), name="silence_has_length"),
        ]


class Watch(models.Model):
    """One row: the last look that rules were evaluated on. Who has an older look is too late."""

    looked_at = models.DateTimeField(null=True)


class Outage(models.Model):
    """The database was away, as a process saw that could not write it then."""

    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=300, default="", blank=True)
    taken = models.BooleanField(default=False)


class Heartbeat(models.Model):
    """One row: where it is told that all works, as long as it does. `options` are those of a webhook."""

    options = models.JSONField(default=dict)
    method = models.CharField(max_length=4, default="POST")
    # Below this score nothing is sent.
    least_score = models.FloatField(default=26)
    set_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    # Why nothing is sent, while that is so.
    held = models.CharField(max_length=200, default="", blank=True)
