"""Strategies, the signals that they gave, and how those ended."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Func, Value

from heliograph.market.models import Instrument, Venue


class Side(models.TextChoices):
    LONG = "long"
    SHORT = "short"


class Strategy(models.Model):
    """A named line of strategy versions."""

    name = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class StrategyVersion(models.Model):
    """One immutable text of a strategy; only its stage changes (a trigger sees to it)."""

    class Stage(models.TextChoices):
        DRAFT = "draft"
        SHADOW = "shadow"
        LIVE = "live"
        RETIRED = "retired"

    RUNNING = (Stage.SHADOW, Stage.LIVE)

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    timeframe = models.CharField(max_length=3)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.SHADOW)
    # Null: each instrument begins at its first stored bar.
    origin = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    # Who added it, in words; empty where that was not told.
    author = models.CharField(max_length=120, default="", db_default="")
    # Its signals come from outside (see the room `inbound`): no shard evaluates it.
    external = models.BooleanField(default=False, db_default=False)
    retired_at = models.DateTimeField(null=True)
    # While it is live it announces the instruments whose place in the universe (0 to 99, of their name) lies
    # in share_from <= place < share_to: all, but for a rollout.
    share_from = models.PositiveSmallIntegerField(default=0, db_default=0)
    share_to = models.PositiveSmallIntegerField(default=100, db_default=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["strategy", "number"], name="one_version_number"),
            models.UniqueConstraint(
                fields=["strategy", "digest", "origin"], name="one_version_per_text", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(share_from__lt=models.F("share_to"), share_to__lte=100),
                name="a_share_of_the_universe",
            ),
            # Several may be live, but no instrument is announced by two. Ranges alone: no extension needed.
            ExclusionConstraint(
                name="one_live_voice",
                expressions=[
                    (
                        Func("strategy", "strategy", Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func("share_from", "share_to", function="int4range"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(stage="live"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy.name} v{self.number}"

    @property
    def share(self) -> int:
        """The percent of the universe that it announces while it is live."""
        return self.share_to - self.share_from


class StageChange(models.Model):
    """A version that went from one stage or share to another. Never rewritten."""

    version = models.ForeignKey(StrategyVersion, models.PROTECT, related_name="changes")
    from_stage = models.CharField(max_length=8, choices=StrategyVersion.Stage)
    to_stage = models.CharField(max_length=8, choices=StrategyVersion.Stage)
    share = models.PositiveSmallIntegerField()
    reason = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["version", "-at"], name="change_of_version")]


class Rollout(models.Model):
    """A version that takes over from the one before it, share by share, while its gates hold."""

    class State(models.TextChoices):
        RUNNING = "running"
        COMPLETED = "completed"
        ROLLED_BACK = "rolled_back"

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="rollouts", db_index=False)
    candidate = models.ForeignKey(StrategyVersion, models.PROTECT, related_name="rollouts")
    former = models.ForeignKey(StrategyVersion, models.PROTECT, related_name="+", db_index=False)
    share = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=11, choices=State, default=State.RUNNING)
    # Why it ended; what broke, in words.
    reason = models.TextField(default="")
    # The limits (see rollout_gates.Limits), and what was measured when it was last looked at.
    gates = models.JSONField(default=dict)
    measured = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["strategy"], condition=models.Q(state="running"), name="one_rollout_at_a_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(candidate=models.F("former")), name="rolls_out_another_version"
            ),
        ]
        indexes = [models.Index(fields=["strategy", "-started_at"], name="rollout_newest")]


class Progress(models.Model):
    """How far a shard of a version has come. The fence: every step compares and sets `epoch`."""

    version = models.ForeignKey(StrategyVersion, models.PROTECT, related_name="progress", db_index=False)
    venue = models.ForeignKey(Venue, models.PROTECT)
    shard = models.PositiveIntegerField()
    epoch = models.BigIntegerField(default=0)
    # Five arrays of one length: the instruments of the shard; each one's first bar; its newest evaluated bar
    # (UTC milliseconds of the open; the origin less one where nothing was evaluated); the newest bar that
    # existed when it joined, up to which signals are historical; how many amendments of its series were
    # heeded.
    instruments = ArrayField(models.BigIntegerField())
    origins = ArrayField(models.BigIntegerField())
    watermarks = ArrayField(models.BigIntegerField())
    historical_until = ArrayField(models.BigIntegerField())
    amendments = ArrayField(models.BigIntegerField())
    # The newest bar that retention took away while this stood: nothing is replayed over it.
    dropped_until = models.DateTimeField(null=True)
    # The slots that are not free, as the exits kernel writes them.
    slots = models.BinaryField(default=b"")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "venue", "shard"], name="one_progress_per_shard")
        ]


class Evaluation(models.Model):
    """One step of a shard: which bars were evaluated, from which inputs, with what result."""

    class Kind(models.TextChoices):
        ADVANCE = "advance"  # new bars, each evaluated once
        CORRECTION = "correction"  # indicator state rebuilt over late or corrected bars

    progress = models.ForeignKey(Progress, models.PROTECT, related_name="evaluations", db_index=False)
    version = models.ForeignKey(StrategyVersion, models.PROTECT, related_name="evaluations")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ADVANCE)
    first_bar = models.DateTimeField()
    last_bar = models.DateTimeField()
    instruments = models.PositiveIntegerField()
    bars = models.PositiveBigIntegerField()
    published = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    settled = models.PositiveIntegerField()
    passed_over = models.PositiveIntegerField(default=0)
    inputs_digest = models.CharField(max_length=64)
    # The data mode used (database, hybrid or live); what the gates measured, empty where none was asked; and
    # in words why this mode, what was waited for, and what was gone on without.
    mode = models.CharField(max_length=8, default="database", db_default="database")
    gates = models.JSONField(default=dict, db_default={})
    reason = models.TextField(default="", db_default="")
    started_at = models.DateTimeField()
    duration_ms = models.FloatField()

    class Meta:
        indexes = [
            models.Index(fields=["progress", "-last_bar"], name="evaluation_of_bar"),
            models.Index(fields=["-started_at"], name="evaluation_newest"),
        ]

    @property
    def all_open(self) -> bool:
        """Whether each gate that was asked was open."""
        return all(gate["open"] for gate in self.gates.values())


class Postponement(models.Model):
    """A shard whose gates are closed. The row goes when they open."""

    progress = models.OneToOneField(Progress, models.CASCADE, related_name="postponement", primary_key=True)
    since = models.DateTimeField()
    # The time at the venue then; its patience counts from there.
    clock = models.DateTimeField()
    looked_at = models.DateTimeField()
    # It was waited for in vain: the shard is evaluated as it is until the gates open again.
    given_up_at = models.DateTimeField(null=True)
    mode = models.CharField(max_length=8, default="database")
    gates = models.JSONField(default=dict)
    reason = models.TextField()


class Signal(models.Model):
    """A candidate of one bar: published, or rejected with its reason.

    Never rewritten (a trigger sees to it).
    """

    class State(models.TextChoices):
        PUBLISHED = "published"
        REJECTED = "rejected"

    version = models.ForeignKey(StrategyVersion, models.PROTECT, related_name="signals", db_index=False)
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="signals", db_index=False)
    bar_time = models.DateTimeField()
    side = models.CharField(max_length=5, choices=Side)
    state = models.CharField(max_length=9, choices=State)
    reason = models.CharField(max_length=24, default="")
    # The reason in words, such as "confidence 0.26 < 0.30".
    detail = models.TextField(default="")
    close = models.FloatField()
    stop = models.FloatField(null=True)
    targets = ArrayField(models.FloatField(), default=list)
    confidence = models.FloatField(null=True)
    reward_risk = models.FloatField(null=True)
    # Of a bar before the version was active: scored, never announced.
    historical = models.BooleanField()
    # Older than max_age when it was found: scored, not announced.
    late = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "instrument", "bar_time", "side"], name="one_signal_per_bar"
            ),
            models.CheckConstraint(
                condition=models.Q(state="published", reason="")
                | models.Q(state="rejected") & ~models.Q(reason=""),
                name="rejected_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["-bar_time", "-id"], name="signal_newest"),
            models.Index(fields=["version", "-bar_time", "-id"], name="signal_of_version"),
            models.Index(fields=["instrument", "-bar_time", "-id"], name="signal_of_instrument"),
            models.Index(fields=["historical", "-bar_time", "-id"], name="signal_by_history"),
            models.Index(fields=["-confidence"], name="signal_by_confidence"),
        ]


class Outcome(models.Model):
    """How a published signal went on. Times are bar opens; prices include slippage."""

    class State(models.TextChoices):
        PENDING = "pending"  # waits for its entry
        OPEN = "open"
        MISSED = "missed"
        SETTLED = "settled"
        UNRESOLVED = "unresolved"
        UNSCORED = "unscored"  # of an alert-only strategy

    RUNNING = (State.PENDING, State.OPEN)

    signal = models.OneToOneField(Signal, models.PROTECT, primary_key=True, related_name="outcome")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
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
    # Parts taken at targets: [{"target", "time", "price", "fraction"}], in order; times are UTC milliseconds.
    parts = models.JSONField(default=list)
    settled_at = models.DateTimeField(null=True)
    # The earliest bar that was added or corrected while it ran: at its end it is lived again.
    amended_from = models.DateTimeField(null=True)
    # Those of its signal, which never change: lists of ends are found by them without reading all signals.
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="+", db_index=False)
    bar_time = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["-exit_time", "-signal"],
                condition=models.Q(state="settled"),
                name="outcome_settled",
            ),
            models.Index(
                fields=["instrument", "-exit_time", "-signal"],
                condition=models.Q(state="settled"),
                name="outcome_settled_of",
            ),
            models.Index(
                fields=["state", "-bar_time", "-signal"],
                condition=~models.Q(state="settled"),
                name="outcome_not_settled",
            ),
        ]


class OutcomeRevision(models.Model):
    """What a settled outcome would be with today's candles, where that differs."""

    signal = models.ForeignKey(Signal, models.PROTECT, related_name="revisions")
    state = models.CharField(max_length=10, choices=Outcome.State)
    entry_time = models.DateTimeField(null=True)
    entry_price = models.FloatField(null=True)
    exit_time = models.DateTimeField(null=True)
    exit_price = models.FloatField(null=True)
    exit_reason = models.CharField(max_length=10, default="")
    r = models.FloatField(null=True)
    return_pct = models.FloatField(null=True)
    cause = models.TextField()
    found_at = models.DateTimeField()


class RunningRevision(models.Model):
    """A signal whose newest revision runs on: it is lived again as bars come. The row goes when it has ended.

    `lived_until` is the bar up to which that was done last, null if only with the revision itself.
    """

    signal = models.OneToOneField(Signal, models.CASCADE, primary_key=True, related_name="running_revision")
    lived_until = models.DateTimeField(null=True)


class Checkpoint(models.Model):
    """Engine state of a shard at a step; thrown away where its key does not match."""

    progress = models.ForeignKey(Progress, models.CASCADE, related_name="checkpoints", db_index=False)
    # The instruments and, in their order, the watermarks that the state has reached.
    instruments = ArrayField(models.BigIntegerField())
    watermarks = ArrayField(models.BigIntegerField())
    # Of instruments, origins, watermarks and the state's bytes.
    digest = models.CharField(max_length=64)
    plan_digest = models.CharField(max_length=64)
    state = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["progress", "-id"], name="checkpoint_newest")]
