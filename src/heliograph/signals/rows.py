"""Writes the rows of a step: many at once, in few statements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from heliograph.market.wire import to_datetime
from heliograph.signals.errors import RowsDisagree
from heliograph.signals.lives import Key, Life, Part
from heliograph.signals.models import Side

SIDES = {1: Side.LONG.value, -1: Side.SHORT.value}

SIGNAL_COLUMNS = (
    "id, version_id, instrument_id, bar_time, side, state, reason, detail, close, stop, targets, confidence,"
    " reward_risk, historical, late, created_at"
)
OUTCOME_COLUMNS = (
    "signal_id, state, entry_time, entry_price, exit_time, exit_price, exit_reason, r, return_pct, fees_pct,"
    " mfe_r, mae_r, bars_held, parts, settled_at"
)
IDS = "SELECT nextval(pg_get_serial_sequence('signals_signal', 'id')) FROM generate_series(1, %s)"

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
FROM unnest(
    %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::float8[], %s::bigint[],
    %s::float8[], %s::text[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::int[],
    %s::jsonb[], %s::bool[]
) AS u(instrument, bar_time, side, state, entry_time, entry_price, exit_time, exit_price, exit_reason, r,
       return_pct, fees_pct, mfe_r, mae_r, bars_held, parts, is_over)
JOIN signals_signal AS s
  ON s.version_id = %s AND s.instrument_id = u.instrument
     AND s.bar_time = timestamptz 'epoch' + u.bar_time * interval '1 ms' AND s.side = u.side
WHERE o.signal_id = s.id AND o.state IN ('pending', 'open')
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

    def values(self, number: int, version: int, at: datetime) -> tuple[object, ...]:
        """In the order of SIGNAL_COLUMNS."""
        return (
            number,
            version,
            self.instrument,
            to_datetime(self.key.time),
            SIDES[self.key.side],
            "published" if self.published else "rejected",
            self.reason,
            self.detail,
            self.close,
            self.stop,
            self.targets,
            self.confidence,
            self.reward_risk,
            self.historical,
            self.late,
            at,
        )


def insert_signals(
    rows: Sequence[SignalRow], lives: Mapping[Key, Life], *, version: int, at: datetime
) -> None:
    """New signals, and the outcomes of those that are published."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(IDS, [len(rows)])
        ids = [number for (number,) in cursor.fetchall()]
        with cursor.copy(f"COPY signals_signal ({SIGNAL_COLUMNS}) FROM STDIN") as copy:
            for number, row in zip(ids, rows, strict=True):
                copy.write_row(row.values(number, version, at))
        with cursor.copy(f"COPY signals_outcome ({OUTCOME_COLUMNS}) FROM STDIN") as copy:
            for number, row in zip(ids, rows, strict=True):
                if row.published:
                    copy.write_row((number, *_values(lives[row.key], at)))


def continue_outcomes(
    lives: Iterable[tuple[Key, Life]], *, instruments: Sequence[int], version: int, at: datetime
) -> None:
    """Writes how signals of earlier steps went on; RowsDisagree if one of them is not running in the rows."""
    records = [
        (instruments[key.row], key.time, SIDES[key.side], *_told(life), _json(life.parts), life.is_over)
        for key, life in lives
    ]
    if not records:
        return
    columns = map(_literal, zip(*records, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(CONTINUE, [at, *columns, version])
        if cursor.rowcount != len(records):
            raise RowsDisagree(version, told=len(records), found=cursor.rowcount)


def _told(life: Life) -> tuple[object, ...]:
    """What a step tells of a signal, as in OUTCOME_COLUMNS from `state` to `bars_held`; times in ms."""
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
    )


def _values(life: Life, at: datetime) -> tuple[object, ...]:
    """In the order of OUTCOME_COLUMNS, without the first."""
    told = list(_told(life))
    told[1], told[3] = _moment(life.entry_time), _moment(life.exit_time)
    return (*told, _json(life.parts), at if life.is_over else None)


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


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else to_datetime(ms)
