"""The rows of signals as a table, and how recomputed numbers are set out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.db import connection

SIGNALS = """
SELECT s.id, st.name || ' v' || v.number AS version, v.strategy_id, ve.name || ':' || i.symbol AS instrument,
       s.instrument_id, s.side, s.state, s.reason, s.bar_time, s.historical, s.late, s.confidence,
       o.state AS outcome, o.entry_time, o.entry_price, o.exit_time, o.exit_price, o.exit_reason, o.r,
       o.return_pct, o.mfe_r, o.mae_r
FROM signals_signal s JOIN signals_strategyversion v ON v.id = s.version_id
JOIN signals_strategy st ON st.id = v.strategy_id JOIN market_instrument i ON i.id = s.instrument_id
JOIN market_venue ve ON ve.id = i.venue_id LEFT JOIN signals_outcome o ON o.signal_id = s.id
"""
NUMBERS = ("r", "return_pct", "mfe_r", "mae_r", "confidence", "entry_price", "exit_price")
TIMES = ("bar_time", "entry_time", "exit_time")


def ask(statement, *facts):
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return pd.DataFrame(cursor.fetchall(), columns=[one.name for one in cursor.description])


def known(value):
    return None if value is None or not np.isfinite(value) else float(value)


def moment(time):
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def figure(value, previous, low=None, high=None, n=None):
    return {"value": value, "previous": previous, "low": low, "high": high, "n": n}


def beside(now, then):
    """Figures of both periods, without an interval."""
    return {name: figure(now[name], then[name]) for name in now}


def rows_of(rows, note=None):
    return {"rows": [list(row) for row in rows], "note": note}


@dataclass(frozen=True)
class Span:
    """A period by its ends."""

    since: pd.Timestamp
    until: pd.Timestamp
    zone: str

    def of(self, rows, name):
        return rows[(rows[name] >= self.since) & (rows[name] < self.until)]


def all_signals(hidden):
    """Signals with their outcomes but the hidden ones; numbers are numbers, times are times."""
    rows = ask(SIGNALS)
    rows = rows[~rows.strategy_id.isin(hidden)].astype(dict.fromkeys(NUMBERS, float))
    for name in TIMES:
        rows[name] = pd.to_datetime(rows[name], utc=True)
    return rows


def settled(rows):
    return rows[(rows.outcome == "settled") & rows.exit_time.notna()]
