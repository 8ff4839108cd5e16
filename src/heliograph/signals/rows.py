"""Writes the rows of a step: many at once, in few statements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from heliograph.signals.errors import RowsDisagree
from heliograph.signals.lives import Key, Life, Part
from heliograph.signals.models import Side

SIDES = {1: Side.LONG.value, -1: Side.SHORT.value}
SIGNS = {name: sign for sign, name in SIDES.items()}

# Signals with ids of their own, and the outcomes of those that are published. Times are UTC milliseconds.
INSERT = """
WITH candidate AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('signals_signal', 'id')) AS id, u.*
    FROM unnest(
        %s::bigint[], %s::bigint[], %s::text[], %s::bool[], %s::text[], %s::text[], %s::float8[],
        %s::float8[], %s::text[], %s::float8[], %s::float8[], %s::bool[], %s::bool[], %s::text[],
        %s::bigint[], %s::float8[], %s::bigint[], %s::float8[], %s::text[], %s::float8[], %s::float8[],
        %s::float8[], %s::float8[], %s::float8[], %s::int[], %s::jsonb[], %s::bool[]
    ) WITH ORDINALITY AS u(
        instrument, bar_time, side, published, reason, detail, close, stop, targets, confidence, reward_risk,
        historical, late, state, entry_time, entry_price, exit_time, exit_price, exit_reason, r, return_pct,
        fees_pct, mfe_r, mae_r, bars_held, parts, is_over, place)
    ORDER BY place
), signal AS (
    INSERT INTO signals_signal (id, version_id, instrument_id, bar_time, side, state, reason, detail, close,
                                stop, targets, confidence, reward_risk, historical, late, created_at)
    SELECT id, %s, instrument, timestamptz 'epoch' + bar_time * interval '1 ms', side,
           CASE WHEN published THEN 'published' ELSE 'rejected' END, reason, detail, close, stop,
           targets::float8[], confidence, reward_risk, historical, late, %s
    FROM candidate
)
INSERT INTO signals_outcome (signal_id, state, entry_time, entry_price, exit_time, exit_price, exit_reason, r,
                             return_pct, fees_pct, mfe_r, mae_r, bars_held, parts, settled_at, instrument_id,
                             bar_time)
SELECT id, state, timestamptz 'epoch' + entry_time * interval '1 ms', entry_price,
       timestamptz 'epoch' + exit_time * interval '1 ms', exit_price, exit_reason, r, return_pct, fees_pct,
       mfe_r, mae_r, bars_held, parts, CASE WHEN is_over THEN %s::timestamptz END, instrument,
       timestamptz 'epoch' + bar_time * interval '1 ms'
FROM candidate WHERE published
"""

# What a step does not tell stays as it is; parts come behind those that are there. Times are UTC ms.
CONTINUE = """
UPDATE signals_outcome AS o
SET state = u.state,
    entry_time = coalesce(timestamptz 'epoch' + u.entry_time * interval '1 ms', o.entry_time),
    entry_price = coalesce(u.entry_price, o.entry_price),
    exit_time = timestamptz 'epoch' + u.exit_time * interval '1 ms', exit_price = u.exit_price,
    exit_reason = u.exit_reason, r = u.r, return_pct = u.return_pct, fees_pct = u.fees_pct, mfe_r = u.mfe_r,
    mae_r = u.mae_r, bars_held = u.bars_held, parts = o.parts || u.parts,
    settled_at = CASE WHEN u.is_over THEN %s::timestamptz END
FROM (
    -- One look into the index for each: a join would go by statistics, which lag behind.
    SELECT t.*, (
        SELECT id FROM signals_signal
        WHERE version_id = %s AND instrument_id = t.instrument
          AND bar_time = timestamptz 'epoch' + t.bar_time * interval '1 ms' AND side = t.side
    ) AS id
    FROM unnest(
        %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::float8[], %s::bigint[],
        %s::float8[], %s::text[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[],
        %s::int[], %s::jsonb[], %s::bool[]
    ) AS t(instrument, bar_time, side, state, entry_time, entry_price, exit_time, exit_price, exit_reason, r,
           return_pct, fees_pct, mfe_r, mae_r, bars_held, parts, is_over)
) AS u
WHERE o.signal_id = u.id AND o.settled_at IS NULL
RETURNING o.signal_id, u.is_over AND o.amended_from IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A candidate as it is stored."""

    key: Key
    instrument: int
    published: bool
    reason: str
    detail: str
    close: float
    stop: float | None
    targets: list[float]
    confidence: float | None
    reward_risk: float | None
    historical: bool
    late: bool

    def values(self) -> tuple[object, ...]:
        """In the order of the statement, up to `late`."""
        return (
            self.instrument,
            self.key.time,
            SIDES[self.key.side],
            self.published,
            self.reason,
            self.detail,
            self.close,
            self.stop,
            _literal(self.targets),
            self.confidence,
            self.reward_risk,
            self.historical,
            self.late,
        )


# What stands in the columns of an outcome for a candidate that was rejected.
NO_LIFE = Life("")


def insert_signals(
    rows: Sequence[SignalRow], lives: Mapping[Key, Life], *, version: int, at: datetime
) -> None:
    """New signals, and the outcomes of those that are published."""
    if not rows:
        return
    records = [(*row.values(), *_told(lives[row.key] if row.published else NO_LIFE)) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [*map(_literal, zip(*records, strict=True)), version, at, at])


def continue_outcomes(
    lives: Iterable[tuple[Key, Life]], *, instruments: Sequence[int], version: int, at: datetime
) -> list[int]:
    """Writes how signals of earlier steps went on; RowsDisagree if one of them is not running in the rows.

    Returns those that ended and whose candles were amended while they ran.
    """
    records = [(instruments[key.row], key.time, SIDES[key.side], *_told(life)) for key, life in lives]
    if not records:
        return []
    columns = map(_literal, zip(*records, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(CONTINUE, [at, version, *columns])
        if cursor.rowcount != len(records):
            raise RowsDisagree(version, told=len(records), found=cursor.rowcount)
        return [signal for signal, is_amended in cursor.fetchall() if is_amended]


def _told(life: Life) -> tuple[object, ...]:
    """What a step tells of a signal, in the order of the statements; times in ms."""
    return (
        life.state,
        life.entry_time,
        life.entry_price,
        life.exit_time,
        life.exit_price,
        life.exit_reason,
        life.r,
        life.return_pct,
        life.fees_pct,
        life.mfe_r,
        life.mae_r,
        life.bars_held,
        _json(life.parts),
        life.is_over,
    )


def _literal(values: Sequence[object]) -> str:
    """Values as PostgreSQL writes an array: far cheaper than adapting each of them."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def _json(parts: Sequence[Part]) -> str:
    return json.dumps([part._asdict() for part in parts]) if parts else "[]"
