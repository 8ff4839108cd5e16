"""A million signals and how they ended, made in the database and past its triggers, and what they came to."""

from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection

from benchmarks.parts import analysed, years
from heliograph.signals.models import Signal
from heliograph.signals.strategies import add_strategy
from tests.signals.world import NOW, make_venue

MANY = 1_000_000
TIMEFRAMES = ("1m", "5m", "15m", "1h")
# Empty tables in new files: a rollback drops these whole, and the next test finds the old ones.
EMPTY = """
TRUNCATE signals_signal, signals_tally, reports_sum, reports_unsummed, reports_unplaced, reports_unlived
RESTART IDENTITY CASCADE
"""
# Rows that other processes read for this one would not be counted with its own.
ALONE = "SET LOCAL max_parallel_workers_per_gather = 0"
# How the lives of signals end; some have no stop, and so no R, some no return.
ENDS = """
SELECT *, CASE WHEN dice %% 41 > 0 THEN result END AS r,
       CASE WHEN dice %% 67 > 0 THEN 1.7 * result - 0.2 END AS pct
FROM (
    SELECT id, instrument_id, bar_time, dice, (dice %% 701 - 320) / 100.0 AS result, 1 + dice %% 6000 AS held
    FROM (
        SELECT id, instrument_id, bar_time, hashint8(id) & 1073741823 AS dice
        FROM signals_signal WHERE state = 'published' AND id > %(after)s
    ) AS published
) AS lived
"""
SETTLED = f"""
INSERT INTO signals_outcome
    (signal_id, instrument_id, bar_time, state, entry_time, entry_price, exit_time, exit_price, exit_reason,
     r, return_pct, fees_pct, mfe_r, mae_r, bars_held, parts, settled_at)
SELECT id, instrument_id, bar_time, 'settled', bar_time + interval '1 min', 100,
       bar_time + held * interval '1 min', 100 + result, 'exit', r, pct, 0.2, greatest(r, 0.3),
       least(r, -0.2), held, '[]', bar_time + held * interval '1 min'
FROM ({ENDS}) AS ended ON CONFLICT DO NOTHING
"""
# Of what comes later the half is open for a while, and some of that stays so.
OPEN = """
INSERT INTO signals_outcome (signal_id, instrument_id, bar_time, state, exit_reason, parts)
SELECT id, instrument_id, bar_time, 'open', '', '[]'
FROM signals_signal WHERE state = 'published' AND id > %(after)s AND id %% 2 = 0
"""
SETTLE = f"""
UPDATE signals_outcome AS o
SET state = 'settled', entry_time = o.bar_time + interval '1 min', entry_price = 100,
    exit_time = o.bar_time + held * interval '1 min', exit_price = 100 + result, exit_reason = 'exit',
    r = ended.r, return_pct = pct, fees_pct = 0.2, mfe_r = greatest(ended.r, 0.3),
    mae_r = least(ended.r, -0.2), bars_held = held, settled_at = o.bar_time + held * interval '1 min'
FROM ({ENDS}) AS ended WHERE o.signal_id = ended.id AND o.state = 'open' AND ended.id %% 50 > 0
"""


class Million:
    """Signals of two years by eight strategies of four timeframes, of fifty instruments."""

    def __init__(self):
        _, instruments = make_venue(symbols=[f"C{number}/USDT" for number in range(50)])
        texts = [
            text.replace('"1m"', f'"{TIMEFRAMES[number % len(TIMEFRAMES)]}"')
            for number, text in enumerate(years.strategies(8))
        ]
        self._facts = {
            "versions": [add_strategy(text=text, stage="live", at=NOW).pk for text in texts],
            "v": len(texts),
            "instruments": [one.pk for one in instruments],
            "i": len(instruments),
            "count": MANY,
            "stride": years.STRIDE,
            "step": 2 * years.YEAR_SECONDS / MANY,
            "until": datetime(2026, 1, 1, tzinfo=UTC),
        }

    def fill(self):
        """All of them, past the triggers: nothing is summed."""
        run(EMPTY)
        run(ALONE)
        with past_triggers():
            self._publish(1, MANY)
            run("ANALYZE signals_signal")
            run(SETTLED, {"after": 0})
            self._look_at(after=0)
            run("ANALYZE signals_outcome, reports_regime, reports_wouldbe")

    def go_on(self, count):
        """So many more, with all triggers at work."""
        after = newest()
        self._publish(after + 1, after + count)
        run(OPEN, {"after": after})
        run(SETTLE, {"after": after})
        run(SETTLED, {"after": after})
        self._look_at(after=after)

    def _publish(self, first, last):
        run(years.SIGNALS, self._facts | {"first": first, "last": last})

    def _look_at(self, *, after):
        for statement in (analysed.REGIMES, analysed.REJECTED):
            run(statement, [after, newest()])
        run("DELETE FROM reports_unplaced; DELETE FROM reports_unlived")


@contextmanager
def past_triggers():
    """As if all this had happened long ago."""
    run("SET LOCAL session_replication_role = replica")
    yield
    run("SET LOCAL session_replication_role = origin")


def newest():
    return Signal.objects.latest("pk").pk


def run(statement, values=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


# What this transaction has read of tables and their indexes, row by row.
READ = """
SELECT coalesce(sum(pg_stat_get_xact_tuples_returned(of.oid)), 0)::bigint
FROM pg_class AS of LEFT JOIN pg_index AS i ON i.indexrelid = of.oid
JOIN pg_class AS t ON t.oid = coalesce(i.indrelid, of.oid) WHERE of.relkind IN ('r', 'i') AND t.relname ~ %s
"""


class Reading:
    """How many rows of tables of such names, and entries of their indexes, were read since it began."""

    def __init__(self, tables):
        self._tables, self._before = tables, 0
        self._before = self.rows

    @property
    def rows(self):
        return run(READ, [self._tables])[0][0] - self._before


# What they came to: the rows themselves added up, by what the database calls a mean and a deviation.
CAME_TO = """
WITH lives AS (
    SELECT o.*, s.confidence, (o.return_pct > 0)::int AS hit, (o.exit_time AT TIME ZONE 'UTC')::date AS day
    FROM signals_outcome AS o JOIN signals_signal AS s ON s.id = o.signal_id WHERE o.state = 'settled'
), days AS (
    SELECT day, count(*) AS signals, sum(r) AS r, sum(return_pct) AS pct FROM lives GROUP BY day
), curve AS (
    SELECT *, sum(pct) OVER (ORDER BY day) AS equity FROM days
), falls AS (
    SELECT *, greatest(max(equity) OVER (ORDER BY day), 0) - equity AS fall FROM curve
)
SELECT * FROM (
    SELECT count(*) AS signals, avg(hit)::float8 AS hit_rate, count(r) AS with_r, avg(r) AS mean_r,
           avg(r) - 1.959964 * stddev_samp(r) / sqrt(count(r)) AS low_r, sum(r) AS total_r,
           sum(r) FILTER (WHERE r > 0) / -sum(r) FILTER (WHERE r < 0) AS factor_r,
           avg(return_pct) AS mean_pct, sum(return_pct) AS total_pct,
           avg(mfe_r) AS mfe, avg(mae_r) AS mae, avg(bars_held)::float8 AS bars,
           avg(extract(epoch FROM exit_time - entry_time) / 3600)::float8 AS hours,
           avg((confidence - hit) ^ 2) AS brier
    FROM lives
) AS all_told, (
    SELECT count(*) AS days, max(fall) AS fall, avg(pct) / stddev_samp(pct) * sqrt(365) AS sharpe FROM falls
) AS by_days
"""
DAYS = """
SELECT (exit_time AT TIME ZONE 'UTC')::date::text, count(*), sum(r), sum(return_pct)
FROM signals_outcome WHERE state = 'settled' GROUP BY 1 ORDER BY 1
"""


def told(answer):
    """The same of the answer of the API, in that order."""
    total = answer["total"]
    r, pct, series = total["r"], total["pct"], total["pct"]["series"]
    return (
        *(total["signals"], total["hit_rate"]["value"], r["expectancy"]["n"], r["expectancy"]["value"]),
        *(r["expectancy"]["low"], r["total"], r["profit_factor"], pct["expectancy"]["value"], pct["total"]),
        *(total["mfe_r"], total["mae_r"], total["bars_held"], total["hours_held"], total["brier"]),
        *(series["days"], series["max_drawdown"], series["sharpe"]),
    )
