"""Notices: rows that are written with what they tell of, and delivered afterwards."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """How a delivery stands, or what is sent."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"  # given up, and shown


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
            models.Index(fields=["id"], name="notice_new", condition=Q(spread=False)),
        ]


class Channel(models.Model):
    """Where notices go: `options` are those of its kind; secrets are named there, and read from the
    environment."""

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=24)
    options = models.JSONField(default=dict)
    # Whose it is: "person:7", "team:3", or empty for the installation, whose channels all may use.
    audience = models.CharField(max_length=64, default="", db_default="", blank=True)
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


class Subscription(models.Model):
    """Who wants which notices on which channel, and when. An empty filter lets all through."""

    class Side(models.TextChoices):
        LONG = "long"
        SHORT = "short"

    audience = models.CharField(max_length=64, default="", blank=True)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="subscriptions")
    topics = ArrayField(models.CharField(max_length=48), default=list, blank=True)
    # Patterns with * and ?, of names of strategies, and of symbols or venue:symbol.
    strategies = ArrayField(models.CharField(max_length=128), default=list, blank=True)
    instruments = ArrayField(models.CharField(max_length=128), default=list, blank=True)
    least_confidence = models.FloatField(null=True, blank=True)
    side = models.CharField(max_length=5, choices=Side, default="", blank=True)
    # By the clock of the zone. What comes meanwhile waits for their end, but these topics.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_but = ArrayField(models.CharField(max_length=48), default=list, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    # All together every so many minutes, or once a day by the clock of the zone; neither: at once.
    digest_minutes = models.PositiveIntegerField(null=True, blank=True)
    digest_at = models.TimeField(null=True, blank=True)
    # When more messages come in a minute, they are told together. Null: as the kind of the channel has it.
    per_minute = models.PositiveIntegerField(null=True, blank=True)
    paused = models.BooleanField(default=False)
    # Notices of before are not for it.
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_has_both_ends",
            ),
            models.CheckConstraint(
                condition=Q(digest_minutes=None) | Q(digest_at=None), name="one_kind_of_digest"
            ),
        ]


class Sending(models.Model):
    """What a channel is sent in one go: a notice, or several together. It is the same at every try."""

    class Reason(models.TextChoices):
        SINGLE = ""
        MANY = "many"  # more came than a person can read one by one
        DIGEST = "digest"
        QUIET = "quiet"
        TEST = "test"  # somebody tried the channel; no notice is behind it

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="sendings", db_index=False)
    subscription = models.ForeignKey(Subscription, models.SET_NULL, null=True, related_name="sendings")
    # By which a receiver discards repeats.
    key = models.CharField(max_length=48)
    topic = models.CharField(max_length=48)
    subject = models.CharField(max_length=128)
    created_at = models.DateTimeField()
    reason = models.CharField(max_length=8, choices=Reason, default=Reason.SINGLE, blank=True)
    notices = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    tries = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    # Raised by each taking: who was paused meanwhile cannot write its result.
    epoch = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="one_sending")]
        indexes = [
            models.Index(fields=["channel", "id"], name="sending_due", condition=Q(state="pending")),
            models.Index(fields=["channel", "-made_at"], name="sending_of_channel"),
            models.Index(fields=["state", "-made_at"], name="sending_by_state"),
        ]


class Try(models.Model):
    """One try to send: when, how it went, how long it took."""

    class Result(models.TextChoices):
        SENT = "sent"
        REFUSED = "refused"  # the other side answers, but did not take this one
        UNREACHED = "unreached"
        GONE = "gone"  # the other side wants nothing any more

    sending = models.ForeignKey(Sending, models.CASCADE, related_name="log")
    at = models.DateTimeField()
    seconds = models.FloatField()
    result = models.CharField(max_length=9, choices=Result)
    error = models.TextField(default="", blank=True)


class Delivery(models.Model):
    """One notice for one channel. It ends as the sending that it went in."""

    State = State

    class Held(models.TextChoices):
        """Why it waits; what was held goes together."""

        NOT = ""
        MANY = "many"
        DIGEST = "digest"
        QUIET = "quiet"

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries", db_index=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries", db_index=False)
    subscription = models.ForeignKey(Subscription, models.SET_NULL, null=True, related_name="deliveries")
    # Null: not on its way yet, or given up before it was.
    sending = models.ForeignKey(Sending, models.CASCADE, null=True, related_name="deliveries")
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    not_before = models.DateTimeField()
    held = models.CharField(max_length=8, choices=Held, default=Held.NOT, db_default="", blank=True)
    # Why it was given up without a sending.
    error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery")]
        indexes = [
            models.Index(
                fields=["channel", "notice"], name="delivery_due", condition=Q(state="pending", sending=None)
            ),
            models.Index(fields=["channel", "-id"], name="delivery_of_channel"),
            models.Index(fields=["-id"], name="delivery_failed", condition=Q(state="failed")),
        ]


class Episode(models.Model):
    """Something that lasts, such as data that are stale: its begin is told once, and its end."""

    topic = models.CharField(max_length=48)
    subject = models.CharField(max_length=96)
    payload = models.JSONField()
    since = models.DateTimeField()
    # Null: it may be over before it is worth telling.
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "subject"], name="one_episode_at_a_time")]


class Quarantine(models.Model):
    """A time in which nothing is sent: after a restore receivers may have got before what waits now."""

    class Decision(models.TextChoices):
        RELEASED = "released"  # what waited was sent
        DROPPED = "dropped"  # what waited was given up

    reason = models.TextField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=8, choices=Decision, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1), name="one_quarantine", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, decision="")
                | Q(ended_at__isnull=False, decision__in=["released", "dropped"]),
                name="quarantine_ends_by_decision",
            ),
        ]
