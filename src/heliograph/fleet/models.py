"""Where work stands: nodes that take it, work that failed, long jobs, rings, places and scaling."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Node(models.Model):
    """A worker process that takes work; it is alive while its heartbeat is fresh."""

    name = models.CharField(max_length=128, unique=True)
    host = models.CharField(max_length=64)
    # What it runs, such as 0.1.0-3909dce5a1b2; empty: one that did not say so yet.
    release = models.CharField(max_length=64, default="", db_default="", blank=True)
    pid = models.PositiveIntegerField()
    # The concerns that it serves, such as generate or notices; work placed on it goes to `<concern>.<name>`.
    queues = ArrayField(models.CharField(max_length=64))
    # Tasks at a time. Its share of placed work beside the others is `capacity` times `weight`.
    capacity = models.PositiveIntegerField(default=1)
    weight = models.FloatField(default=1.0)
    # It said goodbye; its row stays for a while, so that reasons can name it.
    left = models.BooleanField(default=False)
    draining = models.BooleanField(default=False)
    # Why it drains.
    reason = models.TextField(default="", blank=True)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    # Pieces of work that it holds, running and waiting in its queues.
    outstanding = models.PositiveIntegerField(default=0)
    # Peak-sensitive moving average of the milliseconds that a piece of work takes here; null: none done yet.
    latency_ms = models.FloatField(null=True)
    latency_at = models.DateTimeField(null=True)
    # Plain moving average of the same, over `samples` pieces of work since it came or came back: what slow
    # nodes are told by.
    mean_ms = models.FloatField(null=True)
    samples = models.PositiveIntegerField(default=0)
    # Pieces of work that failed here in a row.
    failures = models.PositiveIntegerField(default=0)
    # Ejected as slow or failing, how many times in a row, and why; then on probation until a moment.
    ejected_until = models.DateTimeField(null=True)
    ejections = models.PositiveIntegerField(default=0)
    ejection_reason = models.TextField(default="", blank=True)
    probation_until = models.DateTimeField(null=True)
    cpu_pct = models.FloatField(null=True)
    rss_bytes = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """Which node a piece of work goes to, such as a shard whose state that node keeps warm."""

    key = models.CharField(max_length=128, unique=True)
    concern = models.CharField(max_length=64, default="generate")
    node = models.ForeignKey(Node, models.SET_NULL, null=True, related_name="places")
    strategy = models.CharField(max_length=24)
    reason = models.TextField()
    placed_at = models.DateTimeField()
    # Work was last placed here, to the hour; what nobody asks for any more is forgotten.
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["concern"], name="place_of_concern")]


class Turn(models.Model):
    """Whose turn it is among the nodes of a concern; whoever places work for it holds this row locked."""

    concern = models.CharField(max_length=64, primary_key=True)
    strategy = models.CharField(max_length=24, default="", blank=True)
    # What the strategy remembers between two calls: a number for each node.
    memory = models.JSONField(default=dict)


class PlacementDecision(models.Model):
    """A piece of work that got a place or changed it, and why. Nodes are named: they may be gone."""

    key = models.CharField(max_length=128)
    from_node = models.CharField(max_length=128, default="", blank=True)
    to_node = models.CharField(max_length=128)
    strategy = models.CharField(max_length=24)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="decision_newest"),
            models.Index(fields=["key", "-at"], name="decision_of_key"),
        ]


class Work(models.Model):
    """The tries of one piece of work that runs or failed; work that succeeded has no row.

    What is due stands in the rows of the rooms; this row only keeps poison from going round.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        FAILED = "failed"  # is tried again at `not_before`
        PARKED = "parked"  # waits for a person
        DROPPED = "dropped"  # a person does not want it tried again

    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=128)
    state = models.CharField(max_length=8, choices=State)
    # In a row, since it last succeeded.
    tries = models.PositiveIntegerField(default=0)
    # How often its whole worker went down while at it, in a row: rarely the fault of the work.
    interruptions = models.PositiveIntegerField(default=0)
    node = models.CharField(max_length=128, default="", blank=True)
    # The number by which the process that runs it vouches for itself; see `fleet/vouch.py`. 0: nobody does.
    holder = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    # The same by the clock of the database, which all machines share: what is stuck is judged by it.
    taken_at = models.DateTimeField(db_default=Now())
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


class Rescue(models.Model):
    """Work that the reconciler found and rang for: its message was lost, or its worker is gone."""

    # The concern, such as generate, and how many pieces of its work.
    concern = models.CharField(max_length=24)
    reason = models.CharField(max_length=64)
    pieces = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="rescue_newest")]


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
    # What is asked for, where asking twice must not do it twice; empty: each asking is its own.
    key = models.CharField(max_length=128, default="", blank=True)
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
    # A queued one that failed before rests until then.
    epoch = models.BigIntegerField(default=0)
    holder = models.CharField(max_length=128, default="", blank=True)
    leased_until = models.DateTimeField(null=True)
    # Failed ones in a row since it last came on; a worker that died under it counts too.
    tries = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    traceback = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state__in=["queued", "running"]) & ~models.Q(key=""),
                name="one_unfinished_job_per_key",
            )
        ]
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


class ScalingLook(models.Model):
    """What the policy saw and wished at a moment; kept for a day, for the next decisions and the pages."""

    pool = models.CharField(max_length=64)
    at = models.DateTimeField()
    workers = models.PositiveIntegerField()
    # Before windows, steps and bounds.
    wished = models.PositiveIntegerField()
    target = models.PositiveIntegerField()
    reason = models.TextField()
    measured = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["pool", "-at"], name="look_newest")]
