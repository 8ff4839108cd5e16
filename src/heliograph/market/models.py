"""Venues, instruments, candles and what is known of how they came."""

from django.db import models


class Venue(models.Model):
    """Where instruments trade: an exchange, the files of a user, or a replay of stored history."""

    class Kind(models.TextChoices):
        FILE = "file"
        EXCHANGE = "exchange"
        REPLAY = "replay"

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.FILE)
    # "always", "forex", "weekdays" or the code of an exchange such as XNYS; judges gaps and staleness.
    calendar = models.CharField(max_length=32, default="always")
    # Of an exchange: its name at ccxt; another address of its API; which goes first where several serve.
    exchange = models.CharField(max_length=32, default="", blank=True)
    url = models.CharField(max_length=255, default="", blank=True)
    priority = models.PositiveSmallIntegerField(default=100)
    # When its list of instruments was last read, and how far its clock was ahead of ours then.
    synced_at = models.DateTimeField(null=True)
    skew_ms = models.FloatField(null=True)
    clock_at = models.DateTimeField(null=True)
    # Least time between two requests; null: what ccxt knows of the exchange.
    interval_ms = models.FloatField(null=True)
    # Why its list could not be read when it was last due; empty if it could.
    error = models.TextField(default="", blank=True)
    sync_after = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Instrument(models.Model):
    """One thing that trades at one venue, named as ccxt writes it."""

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="instruments")
    symbol = models.CharField(max_length=64)
    # Empty: that of the venue. The files of a user hold shares and coins side by side.
    calendar = models.CharField(max_length=32, default="", blank=True)
    listed_at = models.DateTimeField(null=True)
    delisted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["venue", "symbol"], name="one_symbol_per_venue")]

    def __str__(self) -> str:
        return self.symbol


class Listing(models.Model):
    """One span in which an instrument traded; one that came back has two."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="listings", db_index=False)
    # When the venue's list was first read with it, or when it says that trading began.
    listed_at = models.DateTimeField()
    delisted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "listed_at"], name="one_listing"),
            models.UniqueConstraint(
                fields=["instrument"], condition=models.Q(delisted_at=None), name="listed_once_at_a_time"
            ),
        ]


class Watch(models.Model):
    """A series that is kept up to date from exchanges."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="watches", db_index=False)
    timeframe = models.CharField(max_length=3)
    # History is fetched from here on.
    since = models.DateTimeField()
    paused = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    # The newest bar of which all until then were read, the last bars having been read twice for corrections.
    checked_until = models.DateTimeField(null=True)
    polled_at = models.DateTimeField(null=True)
    # When it is asked for next: just behind the close of a bar. Null: at once. Who asks moves it on first, so
    # that no other asks meanwhile.
    due_at = models.DateTimeField(null=True)
    # When its past is next looked over for gaps; null: at once.
    heal_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instrument", "timeframe"], name="one_watch")]
        indexes = [
            models.Index(fields=["due_at"], name="watch_by_due", condition=models.Q(paused=False)),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.timeframe}"


class Feed(models.Model):
    """Where a watched series comes from: the venue with the lowest priority number that answers."""

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="feeds", db_index=False)
    venue = models.ForeignKey(Venue, models.PROTECT, related_name="feeds")
    symbol = models.CharField(max_length=64)
    priority = models.PositiveSmallIntegerField(default=100)
    failures = models.PositiveIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    # Not asked before this: the back-off after failures.
    not_before = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    # When its stream last spoke; null where it is read over REST.
    streamed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "venue"], name="one_feed")]


class Allowance(models.Model):
    """When a venue may be asked next: one row for all processes, moved on by each request."""

    venue = models.OneToOneField(Venue, models.CASCADE, primary_key=True, related_name="allowance")
    free_at = models.DateTimeField()
    requests = models.BigIntegerField(default=0)
    # The venue told us to be quiet until then.
    refused_until = models.DateTimeField(null=True)
    refusals = models.BigIntegerField(default=0)


class Unserved(models.Model):
    """Bars of a watched series that a venue was asked for and did not have."""

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="unserved", db_index=False)
    venue = models.ForeignKey(Venue, models.CASCADE, related_name="+", db_index=False)
    first_open = models.DateTimeField()
    last_open = models.DateTimeField()
    bars = models.BigIntegerField()
    tries = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField()
    # Not asked again before this.
    not_before = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["watch", "venue", "first_open"], name="one_unserved")]


class Series(models.Model):
    """The bars of one timeframe that an instrument has, kept beside the candles: nobody counts them.

    Who writes candles holds the lock of this row, so that its figures are true in every snapshot.
    """

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="series")
    timeframe = models.CharField(max_length=3)
    first_open = models.DateTimeField()
    last_open = models.DateTimeField()
    bars = models.BigIntegerField()
    # How often a bar at or before `last_open` was added or corrected, or one was taken away; `Amendment` has
    # one row for each.
    amendments = models.BigIntegerField(default=0)
    # The newest bar that was ever taken away: what comes at or before it is an amendment, since others may
    # have gone past it.
    undone_until = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instrument", "timeframe"], name="one_series")]
        indexes = [models.Index(fields=["timeframe", "instrument"], name="series_by_timeframe")]


class Batch(models.Model):
    """One delivery of candles: a file, a run of a replay, a fetch from an exchange."""

    venue = models.ForeignKey(Venue, models.PROTECT)
    kind = models.CharField(max_length=16, choices=Venue.Kind)
    name = models.TextField()
    format = models.CharField(max_length=32, default="")
    sha256 = models.CharField(max_length=64, default="")
    # How the file was read; the same bytes read otherwise are another delivery.
    options = models.JSONField(default=dict)
    # Rows that are committed, so that an interrupted import goes on behind them.
    rows_done = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    inserted = models.BigIntegerField(default=0)
    revised = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    findings = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="batch_by_content", condition=~models.Q(sha256=""))]


class Amendment(models.Model):
    """One delivery that touched the past of a series; numbered without gaps, in the order of commits."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="+", db_index=False)
    timeframe = models.CharField(max_length=3)
    number = models.BigIntegerField()
    # The earliest and the newest bar that were corrected, removed, or added not behind the end of the series.
    first_open = models.DateTimeField()
    last_open = models.DateTimeField()
    inserted = models.BigIntegerField()
    revised = models.BigIntegerField()
    removed = models.BigIntegerField(default=0, db_default=0)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "timeframe", "number"], name="one_amendment")
        ]


class Dropped(models.Model):
    """A month of one timeframe that retention took away, and the file that holds it now."""

    timeframe = models.CharField(max_length=3)
    # The first and the last bar, of all instruments.
    first_open = models.DateTimeField()
    last_open = models.DateTimeField()
    rows = models.BigIntegerField()
    # Below the folder of retention, and SHA-256 of its bytes.
    file = models.CharField(max_length=120, unique=True)
    sha256 = models.CharField(max_length=64)
    dropped_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["timeframe", "-last_open"], name="dropped_newest")]


class Candle(models.Model):
    """A closed bar, stamped at its open. The table is partitioned by month (see the migration)."""

    pk = models.CompositePrimaryKey("instrument_id", "timeframe", "open_time")
    instrument = models.ForeignKey(Instrument, models.DO_NOTHING, db_constraint=False, db_index=False)
    timeframe = models.CharField(max_length=3)
    open_time = models.DateTimeField()
    open = models.FloatField()
    high = models.FloatField()
    low = models.FloatField()
    close = models.FloatField()
    # NaN where the source has none: a fixed width keeps binary COPY fast both ways.
    volume = models.FloatField()
    source = models.ForeignKey(
        Batch, models.DO_NOTHING, db_constraint=False, db_index=False, db_column="source"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "candle"


class CandleRevision(models.Model):
    """What a closed candle said before it was corrected, or before its delivery was undone.

    Of the latter `source` and `replaced_by` are the delivery itself.
    """

    instrument = models.ForeignKey(Instrument, models.PROTECT)
    timeframe = models.CharField(max_length=3)
    open_time = models.DateTimeField()
    open = models.FloatField()
    high = models.FloatField()
    low = models.FloatField()
    close = models.FloatField()
    volume = models.FloatField()
    source = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    replaced_by = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField()

    class Meta:
        db_table = "candle_revision"
        indexes = [models.Index(fields=["instrument", "timeframe", "open_time"], name="revision_of_candle")]


class Replay(models.Model):
    """Stored history played into a replay venue bar by bar, as if it arrived live."""

    venue = models.OneToOneField(Venue, models.PROTECT, related_name="replay")
    sample = models.CharField(max_length=64)
    timeframe = models.CharField(max_length=3)
    seconds_per_bar = models.FloatField(default=1.0)
    # The open of the last bar that was played; the clock of the venue is the end of that bar.
    position = models.DateTimeField()
    ends_at = models.DateTimeField()
    # When that bar was played; the next one is due `seconds_per_bar` later.
    played_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
