"""Which shards have bars that nobody evaluated, from rows: a lost message or a dead worker hides nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.monitor.probe import Ground

# Of each shard the instrument that is furthest behind, and when the first bar came that it lacks; before its
# version ran it waited for nobody. What a gate holds, rests or is parked waits for others. A shard that has
# the newest bar of its timeframe everywhere is passed over at once. Down the key of candles once for each
# shard.
BEHIND = """
WITH newest AS MATERIALIZED (
    SELECT timeframe, extract(epoch FROM max(last_open)) * 1000 AS ms FROM market_series GROUP BY timeframe
)
SELECT due.id, due.name, due.stage, due.timeframe, due.behind_ms,
       greatest(first.recorded_at, due.created_at, (
           SELECT max(c.at) FROM signals_stagechange c
           WHERE c.version_id = due.version_id AND c.from_stage <> c.to_stage)),
       due.updated_at
FROM (
    SELECT DISTINCT ON (p.id) p.id, s.name || ' v' || v.number AS name, v.stage, v.timeframe, i.instrument,
           p.version_id, v.created_at, p.updated_at,
           timestamptz 'epoch' + i.watermark * interval '1 ms' AS watermark,
           (extract(epoch FROM m.last_open) * 1000 - i.watermark)::bigint AS behind_ms
    FROM signals_progress p
    JOIN signals_strategyversion v ON v.id = p.version_id AND v.stage IN ('shadow', 'live')
    JOIN signals_strategy s ON s.id = v.strategy_id
    JOIN newest ON newest.timeframe = v.timeframe
    CROSS JOIN LATERAL unnest(p.instruments, p.watermarks) AS i(instrument, watermark)
    JOIN market_series m ON m.instrument_id = i.instrument AND m.timeframe = v.timeframe
    WHERE (SELECT min(watermark) FROM unnest(p.watermarks) AS watermark) < newest.ms
      AND m.last_open > timestamptz 'epoch' + i.watermark * interval '1 ms'
      AND NOT EXISTS (
        SELECT FROM signals_postponement h
        WHERE h.progress_id = p.id AND h.given_up_at IS NULL AND h.looked_at >= m.updated_at)
      AND NOT EXISTS (
        SELECT FROM fleet_work w
        WHERE w.kind = 'generate' AND w.key = 'shard:' || p.id
          AND (w.state IN ('parked', 'dropped') OR w.state = 'failed' AND w.not_before > %(at)s))
    ORDER BY p.id, i.watermark
) AS due
CROSS JOIN LATERAL (
    SELECT recorded_at FROM candle
    WHERE instrument_id = due.instrument AND timeframe = due.timeframe AND open_time > due.watermark
    ORDER BY open_time LIMIT 1
) AS first
"""


@dataclass(frozen=True, slots=True)
class Behind:
    """A shard; `since` is when its first bar came that was not evaluated, `stepped_at` when its last step was
    stored: that of one that catches up is lately."""

    version: str
    stage: str
    bars: int
    since: datetime
    stepped_at: datetime


def shards_behind(ground: Ground) -> list[Behind]:
    """Those that a worker should be at. One that was looked at since lacks what is not there yet."""
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, {"at": ground.at})
        found = cursor.fetchall()
    looked = ground.looked([row[0] for row in found]) if found else {}
    return [
        Behind(name, stage, behind // (Timeframe.parse(timeframe).ms or 31 * DAY), since, stepped_at)
        for shard, name, stage, timeframe, behind, since, stepped_at in found
        if shard not in looked or looked[shard] < since
    ]
