"""Where work stands: nodes that take it, work that failed, long jobs, rings, places and scaling."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Node(models.Model):
    """A worker process that takes work; it is alive while its heartbeat is fresh."""

    name = models.CharField(max_length=128, unique=True)
    host = models.CharField(max_length=64)
    pid = models.PositiveIntegerField()
    # The concerns that it serves, such as generate or notices; work placed on it goes to `<concern>.<name>`.
    queues = ArrayField(models.CharField(max_length=64))
    # Tasks at a time, and its share of placed work beside the others.
    capacity = models.PositiveIntegerField(default=1)
    weight = models.FloatField(default=1.0)
    draining = models.BooleanField(default=False)
    ejected_until = models.DateTimeField(null=True)
    # Why it drains or was ejected.
    reason = models.TextField(default="", blank=True)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    outstanding = models.PositiveIntegerField(default=0)
    # Peak-sensitive moving average of the milliseconds that a piece of work takes here; null: none done yet.
    latency_ms = models.FloatField(null=True)
    cpu_pct = models.FloatField(null=True)
    rss_bytes = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """Which node a piece of work goes to, such as a shard whose state that node keeps warm."""

    key = models.CharField(max_length=128, unique=True)
    node = models.ForeignKey(Node, models.SET_NULL, null=True, related_name="places")
    strategy = models.CharField(max_length=24)
    reason = models.TextField()
    placed_at = models.DateTimeField()


class PlacementDecision(models.Model):
    """A piece of work that got a place or changed it, and why. Nodes are named: they may be gone."""

    key = models.CharField(max_length=128)
    from_node = models.CharField(max_length=128, default="", blank=True)
    to_node = models.CharField(max_length=128)
    strategy = models.CharField(max_length=24)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="decision_newest")]


class Work(models.Model):
    """The tries of one piece of work that runs or failed; work that succeeded has no row.

    What is due stands in the rows of the rooms; this row only keeps poison from going round.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        FAILED = "failed"  # is tried again at `not_before`
        PARKED = "parked"  # waits for a person

    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=128)
    state = models.CharField(max_length=8, choices=State)
    # In a row, since it last succeeded.
    tries = models.PositiveIntegerField(default=0)
    node = models.CharField(max_length=128, default="", blank=True)
    started_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)
    traceback = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_row_per_work")]
        indexes = [models.Index(fields=["state", "-started_at"], name="work_by_state")]


class Ring(models.Model):
    """A slot of the timetable that was rung: two leaders ring it once."""

    name = models.CharField(max_length=64)
    due_at = models.DateTimeField()
    epoch = models.BigIntegerField()
    rung_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "due_at"], name="one_ring_per_slot")]


class Job(models.Model):
    """Long work with progress that can be cancelled, and goes on where it was after a crash."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    UNFINISHED = (State.QUEUED, State.RUNNING)

    kind = models.CharField(max_length=24)
    title = models.TextField()
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    done = models.BigIntegerField(default=0)
    # Null: not known yet.
    total = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=24, default="")
    # Where a worker that takes it over goes on.
    cursor = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    cancel_asked = models.BooleanField(default=False)
    # Who runs it, until when; each taking raises the epoch, so that a worker that was paused cannot write.
    epoch = models.BigIntegerField(default=0)
    holder = models.CharField(max_length=128, default="", blank=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    traceback = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"], name="job_by_state")]


class ScalingAction(models.Model):
    """A change of the number of workers, why, and what it brought."""

    pool = models.CharField(max_length=64)
    before = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    reason = models.TextField()
    # What the policy saw: oldest age, queue lengths, CPU, memory.
    measured = models.JSONField(default=dict)
    # The same some time later; null: not measured yet.
    effect = models.JSONField(null=True)
    dry_run = models.BooleanField(default=False)
    error = models.TextField(default="", blank=True)
    at = models.DateTimeField()
    effect_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="scaling_newest")]
