"""Notices: rows that are written with what they tell of, and delivered afterwards."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Notice(models.Model):
    """One thing to tell; written in the transaction that made it true. What it tells is never rewritten."""

    # Such as signal.published or signal.settled.
    topic = models.CharField(max_length=48)
    # What it tells of, such as "signal:17": with the topic it is unique, so nothing is told twice.
    subject = models.CharField(max_length=128)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    # True once the channels that are to have it have their deliveries.
    spread = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "subject"], name="told_once")]
        indexes = [
            models.Index(fields=["-created_at"], name="notice_newest"),
            models.Index(fields=["id"], name="notice_new", condition=models.Q(spread=False)),
        ]


class Channel(models.Model):
    """Where notices go: `options` are those of its kind; secrets are named there, and read from the
    environment."""

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=24)
    options = models.JSONField(default=dict)
    # Empty: all topics.
    topics = ArrayField(models.CharField(max_length=48), default=list, blank=True)
    enabled = models.BooleanField(default=True)
    # Why it is not enabled, where it was not a person who disabled it.
    reason = models.TextField(default="", blank=True)
    # Notices of before are not for it.
    created_at = models.DateTimeField()
    # Who serves it, until when: one at a time, so that its notices come in their order. Each taking raises
    # the epoch.
    leased_until = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(default=0)
    # Times in a row that it could not be reached, and how long it is left in peace.
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One notice on its way to one channel: at least once, under a lease."""

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"  # given up, and shown

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries", db_index=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries", db_index=False)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    tries = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    # Raised by each taking: who was paused meanwhile cannot write its result.
    epoch = models.BigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery")]
        indexes = [
            models.Index(
                fields=["channel", "notice"], name="delivery_due", condition=models.Q(state="pending")
            ),
            models.Index(fields=["channel", "-id"], name="delivery_of_channel"),
        ]
