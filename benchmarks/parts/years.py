"""A database as it is after years: so many signals, most of them settled, over instruments with candles."""

from datetime import UTC, datetime, timedelta

from benchmarks.parts.market import MINUTE, market, strategies
from heliograph.engine.bars import Bars

INSTRUMENTS, VERSIONS, BARS = 200, 20, 600
YEAR_SECONDS = 365 * 86_400
# Coprime to the pairs of version and instrument: each comes once before any comes again.
STRIDE = 1_777

# Signals in the order of their bars, evenly over the years up to now. Of ten, six are published and four
# rejected; of the published the newest are open, some were missed, the rest settled after an hour.
SIGNALS = """
INSERT INTO signals_signal
    (version_id, instrument_id, bar_time, side, state, reason, detail, close, stop, targets, confidence,
     reward_risk, historical, late, created_at)
SELECT (%(versions)s::bigint[])[1 + place %% %(v)s], (%(instruments)s::bigint[])[1 + place / %(v)s],
       bar, CASE WHEN dice %% 3 = 0 THEN 'short' ELSE 'long' END,
       CASE WHEN dice / 3 %% 10 < 6 THEN 'published' ELSE 'rejected' END,
       CASE WHEN dice / 3 %% 10 < 6 THEN ''
            ELSE (ARRAY['confidence', 'reward_risk', 'cooldown', 'opposite'])[dice / 3 %% 10 - 5] END,
       CASE WHEN dice / 3 %% 10 < 6 THEN '' ELSE 'confidence 0.26 < 0.30' END,
       100, CASE WHEN dice %% 3 = 0 THEN 102 ELSE 98 END,
       ARRAY[CASE WHEN dice %% 3 = 0 THEN 96 ELSE 104 END]::float8[],
       (dice %% 97) / 97.0, 2, n < %(count)s / 10, false, bar + interval '65 s'
FROM (
    SELECT n, (n * %(stride)s) %% (%(v)s * %(i)s) AS place, hashint8(n) & 1073741823 AS dice,
           date_trunc('minute', %(until)s - (%(count)s - n) * interval '1 s' * %(step)s::float8) AS bar
    FROM generate_series(%(first)s::bigint, %(last)s) AS n
) AS made ORDER BY n
"""
OUTCOMES = """
INSERT INTO signals_outcome
    (signal_id, state, entry_time, entry_price, exit_time, exit_price, exit_reason, r, return_pct, fees_pct,
     mfe_r, mae_r, bars_held, parts, settled_at, instrument_id, bar_time)
SELECT id, state, CASE WHEN state <> 'missed' THEN bar_time + interval '1 min' END,
       CASE WHEN state <> 'missed' THEN 100.0 END,
       CASE WHEN state = 'settled' THEN bar_time + interval '1 h' END,
       CASE WHEN state = 'settled' THEN 100 + 2 * r END,
       CASE WHEN state = 'settled' THEN CASE WHEN r > 0 THEN 'target' ELSE 'stop' END ELSE '' END,
       CASE WHEN state = 'settled' THEN r END, CASE WHEN state = 'settled' THEN 2 * r - 0.2 END,
       CASE WHEN state = 'settled' THEN 0.2 END, CASE WHEN state <> 'missed' THEN greatest(r, 0.3) END,
       CASE WHEN state <> 'missed' THEN least(r, -0.2) END, CASE WHEN state = 'settled' THEN 60 END, '[]',
       CASE WHEN state = 'settled' THEN bar_time + interval '1 h 5 s'
            WHEN state = 'missed' THEN bar_time + interval '65 s' END, instrument_id, bar_time
FROM (
    SELECT id, instrument_id, bar_time, ((id * 7919) %% 400 - 150) / 100.0 AS r,
           CASE WHEN bar_time > %(until)s - interval '3 h' THEN 'open'
                WHEN id %% 50 = 0 THEN 'missed' ELSE 'settled' END AS state
    FROM signals_signal WHERE state = 'published'
) AS ended
"""
PIECE = 500_000


def fill(count: int = 1_000_000, *, years: float | None = None) -> None:
    """Candles of the last hours, running versions, and so many signals with their outcomes.

    A million in two years, if not said otherwise.
    """
    from django.db import connection

    until = datetime.now(UTC).replace(second=0, microsecond=0)
    instruments = _candles(until)
    versions = _versions(until)
    facts = {
        "versions": versions,
        "v": len(versions),
        "instruments": instruments,
        "i": len(instruments),
        "count": count,
        "stride": STRIDE,
        "step": (2e-6 if years is None else years / count) * YEAR_SECONDS,
        "until": until,
    }
    with connection.cursor() as cursor:
        # These happened long ago: nobody is told of them, and what they refer to is there.
        cursor.execute("SET session_replication_role = replica")
        for first in range(1, count + 1, PIECE):
            cursor.execute(SIGNALS, facts | {"first": first, "last": min(first + PIECE - 1, count)})
        cursor.execute("ANALYZE signals_signal")
        cursor.execute(OUTCOMES, facts)
        cursor.execute("RESET session_replication_role")
        cursor.execute("SELECT tally_anew()")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _candles(until: datetime) -> list[int]:
    from heliograph.market.models import Batch, Instrument, Venue
    from heliograph.market.store import store_tick

    venue = Venue.objects.create(name="bench", kind=Venue.Kind.EXCHANGE)
    batch = Batch.objects.create(venue=venue, kind=venue.kind, name="bench", started_at=until)
    made = Instrument.objects.bulk_create(
        [Instrument(venue=venue, symbol=f"C{number:05d}/USDT") for number in range(INSTRUMENTS)]
    )
    bars = market(INSTRUMENTS, BARS)
    moved = int(until.timestamp() * 1000) - MINUTE - int(bars.time[-1])
    shifted = Bars(bars.time + moved, bars.open, bars.high, bars.low, bars.close, bars.volume)
    ids = [one.pk for one in made]
    store_tick(instruments=ids, timeframe="1m", candles=shifted, batch=batch, at=until + timedelta(seconds=1))
    return ids


def _versions(until: datetime) -> list[int]:
    from heliograph.signals.strategies import add_strategy

    return [add_strategy(text=text, stage="live", at=until).pk for text in strategies(VERSIONS)]
