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
    # "always", or the code of a session calendar such as XNYS; judges gaps and staleness.
    calendar = models.CharField(max_length=32, default="always")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Instrument(models.Model):
    """One thing that trades at one venue, named as ccxt writes it."""

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="instruments")
    symbol = models.CharField(max_length=64)
    listed_at = models.DateTimeField(null=True)
    delisted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["venue", "symbol"], name="one_symbol_per_venue")]

    def __str__(self) -> str:
        return self.symbol


class Series(models.Model):
    """The bars of one timeframe that an instrument has, kept beside the candles: nobody counts them."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="series")
    timeframe = models.CharField(max_length=3)
    first_open = models.DateTimeField()
    last_open = models.DateTimeField()
    bars = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instrument", "timeframe"], name="one_series")]


class Batch(models.Model):
    """One delivery of candles: a file, a run of a replay, a fetch from an exchange."""

    venue = models.ForeignKey(Venue, models.PROTECT)
    kind = models.CharField(max_length=16, choices=Venue.Kind)
    name = models.TextField()
    format = models.CharField(max_length=32, default="")
    sha256 = models.CharField(max_length=64, default="")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    inserted = models.BigIntegerField(default=0)
    revised = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    findings = models.JSONField(default=dict)


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
        managed = False
        db_table = "candle"


class CandleRevision(models.Model):
    """What a closed candle said before it was corrected."""

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
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
