"""Candles: one table, cut into a partition for each month when the first bar of that month arrives."""

from django.db import migrations, models

# Fixed-width columns first: no padding between them, and one binary layout for COPY both ways.
CREATE = """
CREATE TABLE candle (
    instrument_id bigint NOT NULL,
    open_time timestamptz NOT NULL,
    open double precision NOT NULL,
    high double precision NOT NULL,
    low double precision NOT NULL,
    close double precision NOT NULL,
    volume double precision NOT NULL,
    recorded_at timestamptz NOT NULL,
    source bigint NOT NULL,
    timeframe varchar(3) COLLATE "C" NOT NULL,
    PRIMARY KEY (instrument_id, timeframe, open_time),
    CONSTRAINT candle_high_not_below_low CHECK (high >= low),
    CONSTRAINT candle_prices_positive CHECK (low > 0 AND open > 0 AND close > 0),
    -- NaN is above infinity here.
    CONSTRAINT candle_prices_finite CHECK (high < 'Infinity' AND open < 'Infinity' AND close < 'Infinity')
) PARTITION BY RANGE (open_time);
"""


# Each tick updates the row of each instrument: room on the page keeps those updates out of the indexes.
ROOM = "ALTER TABLE market_series SET (fillfactor = 50)"

# What Django is told of that table.
CANDLE = migrations.CreateModel(
    name="Candle",
    fields=[
        (
            "pk",
            models.CompositePrimaryKey(
                "instrument_id",
                "timeframe",
                "open_time",
                blank=True,
                editable=False,
                primary_key=True,
                serialize=False,
            ),
        ),
        ("timeframe", models.CharField(max_length=3)),
        ("open_time", models.DateTimeField()),
        ("open", models.FloatField()),
        ("high", models.FloatField()),
        ("low", models.FloatField()),
        ("close", models.FloatField()),
        ("volume", models.FloatField()),
        ("recorded_at", models.DateTimeField()),
        (
            "instrument",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=models.DO_NOTHING,
                to="market.instrument",
            ),
        ),
        (
            "source",
            models.ForeignKey(
                db_column="source",
                db_constraint=False,
                db_index=False,
                on_delete=models.DO_NOTHING,
                to="market.batch",
            ),
        ),
    ],
    options={"db_table": "candle"},
)


class Migration(migrations.Migration):
    dependencies = [("market", "0001_rows")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, "DROP TABLE candle")], state_operations=[CANDLE]
        ),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
    ]
