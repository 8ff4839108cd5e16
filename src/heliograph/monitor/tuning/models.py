"""What tuning goes by that no catalogue of the database knows, and what it did."""

from django.db import models


class Repeat(models.Model):
    """A statement that one request or task asked again and again, as samples of them show."""

    # The name of an address, or of a task.
    place = models.CharField(max_length=100)
    digest = models.CharField(max_length=32)
    # With places for its values, never the values.
    statement = models.TextField()
    # In how many samples, and how often in the worst of them.
    seen = models.PositiveIntegerField()
    most = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    newest_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "digest"], name="one_repeat_of_a_place")]


class Growth(models.Model):
    """The memory of a process: when it had warmed up, and now."""

    process = models.CharField(max_length=128, primary_key=True)
    # `web`, or that of a worker.
    kind = models.CharField(max_length=32)
    warm_at = models.DateTimeField()
    warm_bytes = models.BigIntegerField()
    at = models.DateTimeField()
    now_bytes = models.BigIntegerField()
    # Of which types there are more than when it was warm, and how many more.
    types = models.JSONField(default=dict)
    # What looking for garbage took since it was warm.
    gc_seconds = models.FloatField(default=0)
    gc_longest_seconds = models.FloatField(default=0)


class Act(models.Model):
    """What was done by advice, with the statement that takes it back."""

    class State(models.TextChoices):
        DONE = "done"
        FAILED = "failed"
        # It did not help.
        TAKEN_BACK = "taken back"

    at = models.DateTimeField()
    by = models.CharField(max_length=128)
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=200)
    statement = models.TextField()
    undo = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    error = models.TextField(blank=True)
    seconds = models.FloatField()
    # Measured before and after, such as the cost of the plan of the query that it is for.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
