"""Store closed candles: new ones are added, changed ones corrected with a revision, equal ones left alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction

from heliograph.engine.bars import INPUTS, Bars, Times
from heliograph.engine.timeframe import Timeframe
from heliograph.kit.cache import cache
from heliograph.market import wire
from heliograph.market.errors import BarNotClosed
from heliograph.market.models import Batch
from heliograph.market.months import ensure_months
from heliograph.market.revise import revise
from heliograph.market.rows import Rows, find, rows_of, same_values
from heliograph.market.series import lock_series, note_changes
from heliograph.market.stored import stored_rows


@dataclass(frozen=True, slots=True)
class Stored:
    """What a call changed. `first_changed`: for each instrument that it touched, the open (UTC ms) of the
    earliest bar added or corrected."""

    inserted: int
    revised: int
    unchanged: int
    first_changed: Mapping[int, int]


def store_candles(
    *,
    instrument: int,
    timeframe: str,
    candles: Bars,
    batch: Batch,
    at: datetime,
    clock: datetime | None = None,
) -> Stored:
    """Store the bars of one instrument. See `store_rows`."""
    return store_tick(
        instruments=[instrument], timeframe=timeframe, candles=candles, batch=batch, at=at, clock=clock
    )


def store_tick(
    *,
    instruments: Sequence[int],
    timeframe: str,
    candles: Bars,
    batch: Batch,
    at: datetime,
    clock: datetime | None = None,
) -> Stored:
    """Store a block of bars of many instruments; a missing bar (NaN) is no bar. See `store_rows`."""
    rows = rows_of(instruments, candles)
    return store_rows(rows=rows, timeframe=timeframe, batch=batch, at=at, clock=clock)


@transaction.atomic
def store_rows(
    *, rows: Rows, timeframe: str, batch: Batch, at: datetime, clock: datetime | None = None
) -> Stored:
    """Store records of bars, sorted by instrument and time, in one transaction.

    `at` is now: it is kept as `recorded_at`. `clock` is the time at the venue (default: `at`); BarNotClosed
    if a bar ends after it. Calling again with the same bars changes nothing.
    """
    if not len(rows):
        return Stored(inserted=0, revised=0, unchanged=0, first_changed={})
    _refuse_open_bars(rows["time"], Timeframe.parse(timeframe), clock=clock or at)
    ensure_months(rows["time"])
    series = lock_series(rows, timeframe=timeframe, at=at)
    # Behind the last bar, and before the first one, nothing is stored yet: these need no comparison.
    fresh = series.outside(rows)
    past = rows[~fresh]
    known = stored_rows(past, timeframe=timeframe)
    position = find(known, past)
    is_new = position < 0
    differs = ~is_new
    differs[~is_new] = ~same_values(past[~is_new], known[position[~is_new]])

    new, corrected = np.concatenate([rows[fresh], past[is_new]]), past[differs]
    _insert(new, timeframe=timeframe, batch=batch, at=at)
    revise(corrected, timeframe=timeframe, batch=batch, at=at)
    transaction.on_commit(lambda: cache().invalidate_soon("candles", f"candles:{timeframe}"))
    changed = note_changes(series, new=new, corrected=corrected, timeframe=timeframe, batch=batch, at=at)
    return Stored(
        inserted=len(new),
        revised=len(corrected),
        unchanged=len(rows) - len(new) - len(corrected),
        first_changed=dict(zip(changed.instruments.tolist(), changed.first.tolist(), strict=True)),
    )


def _insert(rows: Rows, *, timeframe: str, batch: Batch, at: datetime) -> None:
    if len(rows):
        wire.copy_in("candle", candle_columns(rows, timeframe=timeframe, batch=batch, at=at))


def candle_columns(rows: Rows, *, timeframe: str, batch: Batch, at: datetime) -> dict[str, wire.Column]:
    """The columns of the candle table for these rows, in the order of the table."""
    return {
        "instrument_id": rows["instrument"],
        "open_time": wire.pg_times(rows["time"]),
        **{name: rows[name] for name in INPUTS},
        "recorded_at": wire.constant(at, len(rows)),
        "source": np.full(len(rows), batch.pk, dtype=np.int64),
        "timeframe": timeframe.encode(),
    }


def _refuse_open_bars(times: Times, timeframe: Timeframe, *, clock: datetime) -> None:
    newest = int(times.max())
    if timeframe.end(newest) > wire.to_ms(clock):
        raise BarNotClosed(
            timeframe.name, opens=wire.to_datetime(newest).isoformat(), clock=clock.isoformat()
        )
