"""The trades of a backtest as rows, and back as the arrays of the engine."""

from collections.abc import Iterator, Sequence

import numpy as np
from django.db import connection

from heliograph.engine.backtest import Backtest
from heliograph.engine.exits.records import EXIT_RECORD, Records
from heliograph.engine.exits.rules import EXIT_REASONS, SIDES
from heliograph.engine.trades import Trade
from heliograph.market.wire import fetch_columns, to_datetime, to_ms
from heliograph.research.models import StoredTrade

COLUMNS = (
    "backtest_id, number, instrument_id, state, side, signal_time, entry_time, entry_price, exit_time, "
    "exit_price, exit_reason, r, return_pct, fees_pct, mfe_r, mae_r, bars_held"
)
WRITE = f"COPY research_storedtrade ({COLUMNS}) FROM STDIN"
WHOLE = ("signal_time", "entry_time", "exit_time", "bars_held")
REAL = ("entry_price", "exit_price", "r", "return_pct", "fees_pct", "mfe_r", "mae_r")
READ = f"""
SELECT array_agg(instrument_id ORDER BY number), array_agg(reason ORDER BY number),
       array_agg(way ORDER BY number),
       {", ".join(f"array_agg({name} ORDER BY number)" for name in WHOLE + REAL)}
FROM (
    SELECT number, instrument_id, array_position(%(reasons)s::text[], exit_reason::text)::bigint AS reason,
           CASE side WHEN 'long' THEN 1 ELSE -1 END::bigint AS way,
           signal_time, entry_time, exit_time, bars_held::bigint AS bars_held,
           {", ".join(f"coalesce({name}, 'NaN') AS {name}" for name in REAL)}
    FROM research_storedtrade WHERE backtest_id = %(backtest)s AND state = 'closed') AS rows
"""

Row = tuple[object, ...]


def write_trades(done: Backtest, *, backtest: int, instruments: Sequence[int], number: int) -> int:
    """Store what a piece brought, its rows numbered from `number` on; how many there are."""
    rows = list(_rows(done, instruments))
    with connection.cursor() as cursor, cursor.copy(WRITE) as copy:
        for at, row in enumerate(rows, number):
            copy.write_row((backtest, at, *row))
    return len(rows)


def read_closed(backtest: int, *, instruments: Sequence[int]) -> Records:
    """The closed trades as EXIT_RECORD, by instrument, then end; an instrument is its place in the list."""
    ids, reasons, ways, *values = fetch_columns(READ, {"backtest": backtest, "reasons": list(EXIT_REASONS)})
    records = np.zeros(len(ids), dtype=EXIT_RECORD)
    order = np.argsort(instruments)
    records["instrument"] = order[np.searchsorted(np.asarray(instruments)[order], ids)]
    # PostgreSQL counts the places of an array from one.
    records["reason"], records["side"] = reasons - 1, ways
    for name, column in zip(WHOLE + REAL, values, strict=True):
        records[name] = column
    return records


def read_open(backtest: int, symbols: dict[int, str]) -> list[Trade]:
    """The trades that were open when the data ended."""
    found = StoredTrade.objects.filter(backtest=backtest, state=StoredTrade.State.OPEN)
    rows = found.select_related("instrument").order_by("number")
    return [
        Trade(
            symbol=symbols[row.instrument.pk],
            side=row.side,
            signal_time=to_ms(row.signal_time),
            entry_time=to_ms(row.entry_time),
            entry_price=row.entry_price,
            exit_time=None,
            exit_price=None,
            exit_reason=None,
            r=None,
            return_pct=None,
            mfe_r=row.mfe_r,
            mae_r=row.mae_r,
            bars_held=row.bars_held,
        )
        for row in rows
    ]


def _rows(done: Backtest, instruments: Sequence[int]) -> Iterator[Row]:
    """Behind backtest and number, in the order of COLUMNS."""
    by_symbol = dict(zip(done.symbols, instruments, strict=True))
    for record, trade in zip(done.records, done.trades, strict=True):
        yield _row(by_symbol[trade.symbol], StoredTrade.State.CLOSED, trade, fees=float(record["fees_pct"]))
    for trade in done.open:
        yield _row(by_symbol[trade.symbol], StoredTrade.State.OPEN, trade, fees=None)
    nothing = [None] * 6
    for one in done.missed:
        where = instruments[one["instrument"]], StoredTrade.State.MISSED, SIDES[int(one["side"])]
        entry = to_datetime(one["entry_time"]), float(one["entry_price"])
        yield (*where, to_datetime(one["signal_time"]), *entry, None, None, "", *nothing)
    for one in done.waiting:
        where = instruments[one["instrument"]], StoredTrade.State.WAITING, SIDES[int(one["side"])]
        yield (*where, to_datetime(one["signal_time"]), None, None, None, None, "", *nothing)


def _row(instrument: int, state: str, trade: Trade, *, fees: float | None) -> Row:
    return (
        instrument,
        state,
        trade.side,
        to_datetime(trade.signal_time),
        to_datetime(trade.entry_time),
        trade.entry_price,
        None if trade.exit_time is None else to_datetime(trade.exit_time),
        trade.exit_price,
        trade.exit_reason or "",
        trade.r,
        trade.return_pct,
        fees,
        trade.mfe_r,
        trade.mae_r,
        trade.bars_held,
    )
