"""Writes the rows of a step: many at once, in few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg.types.json import Jsonb

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

# What a step does not tell stays as it is; parts come behind those that are there.
CONTINUE = """
UPDATE signals_outcome AS o
SET state = u.state, entry_time = coalesce(u.entry_time, o.entry_time),
    entry_price = coalesce(u.entry_price, o.entry_price), exit_time = u.exit_time, exit_price = u.exit_price,
    exit_reason = u.exit_reason, r = u.r, return_pct = u.return_pct, fees_pct = u.fees_pct, mfe_r = u.mfe_r,
    mae_r = u.mae_r, bars_held = u.bars_held, parts = o.parts || u.parts, settled_at = u.settled_at
FROM unnest(
    %s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[], %s::float8[],
    %s::timestamptz[], %s::float8[], %s::text[], %s::float8[], %s::float8[], %s::float8[], %s::float8[],
    %s::float8[], %s::int[], %s::jsonb[], %s::timestamptz[] ) AS u(instrument, bar_time, side, state,
    entry_time, entry_price, exit_time, exit_price, exit_reason, r, return_pct, fees_pct, mfe_r, mae_r,
    bars_held, parts, settled_at) JOIN signals_signal AS s ON s.version_id = %s AND s.instrument_id =
    u.instrument AND s.bar_time = u.bar_time AND s.side = u.side WHERE o.signal_id = s.id AND o.state IN
    ('pending', 'open')
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
        (instruments[key.row], to_datetime(key.time), SIDES[key.side], *_values(life, at))
        for key, life in lives
    ]
    if not records:
        return
    with connection.cursor() as cursor:
        cursor.execute(CONTINUE, [*map(list, zip(*records, strict=True)), version])
        if cursor.rowcount != len(records):
            raise RowsDisagree(version, told=len(records), found=cursor.rowcount)


def _values(life: Life, at: datetime) -> tuple[object, ...]:
    """In the order of OUTCOME_COLUMNS, without the first."""
    return (
        life.state,
        _moment(life.entry_time),
        life.entry_price,
        _moment(life.exit_time),
        life.exit_price,
        life.exit_reason,
        life.r,
        life.return_pct,
        life.fees_pct,
        life.mfe_r,
        life.mae_r,
        life.bars_held,
        Jsonb([_part(part) for part in life.parts]),
        at if life.is_over else None,
    )


def _part(part: Part) -> dict[str, float]:
    return part._asdict()


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else to_datetime(ms)
