"""What happened, as the stream tells it. Triggers write the rows: see 0002_what_is_heard."""

from django.db import models


class Event(models.Model):
    """One thing that happened, written in the transaction that made it true.

    `id` is the order of writing, which is not that of committing. `position` is: it is given after the
    commit, by one at a time, without holes. It is what consumers know as the id of an event.
    """

    class Topic(models.TextChoices):
        SIGNALS = "signals"
        OUTCOMES = "outcomes"
        HEALTH = "health"
        PROGRESS = "progress"

    position = models.BigIntegerField(null=True, unique=True)
    topic = models.CharField(max_length=8, choices=Topic)
    # Such as signal.published; the topic is the coarser word.
    kind = models.CharField(max_length=48)
    # What it is about where it is about a strategy or an instrument; null and empty: about neither.
    strategy_id = models.BigIntegerField(null=True)
    strategy = models.TextField(default="", db_default="")
    symbol = models.TextField(default="", db_default="")
    data = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="event_unplaced", condition=models.Q(position__isnull=True)),
        ]


class Last(models.Model):
    """One row: the newest position given, and the newest one that is kept no longer.

    Whoever gives positions holds it locked, so that they are given by one at a time.
    """

    position = models.BigIntegerField(default=0, db_default=0)
    forgotten = models.BigIntegerField(default=0, db_default=0)
