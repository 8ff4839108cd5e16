"""Made-up signals with their ends, and the rows of them as a table for recomputing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from django.db import connection

from heliograph.market.models import Instrument
from heliograph.signals.models import Outcome, Signal, StrategyVersion
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, NOW, make_venue

BEGAN = datetime(2025, 1, 20, 17, tzinfo=UTC)
SLOW = BUSY.replace("Busy", "Slow").replace('"1h"', '"2h"').replace("'4h'", "'12h'")
# By the numbers that stand in the rows: the same as numpy's, so that a confidence of 0.3 is in the third bin.
EDGES = np.linspace(0, 1, 11)
R_EDGES = np.arange(-6, 11) / 2


@dataclass(frozen=True)
class Ledger:
    """Versions and instruments for signals to be of."""

    versions: list[StrategyVersion]
    instruments: list[Instrument]

    def publish(self, number, *, place=0, hours=0, confidence=0.5):
        """A signal, the `number`th of all, and its outcome, which is pending."""
        signal = Signal.objects.create(
            version=self.versions[place % len(self.versions)],
            instrument=self.instruments[place % len(self.instruments)],
            bar_time=BEGAN + timedelta(hours=hours, seconds=number),
            side=("long", "short")[place % 2],
            state="published",
            close=100.0,
            confidence=confidence,
            historical=False,
            created_at=NOW,
        )
        return Outcome.objects.create(
            signal=signal, instrument=signal.instrument, bar_time=signal.bar_time, state="pending"
        )


def make_ledger(symbols=("BTC/USDT", "ETH/USDT", "SOL/USDT")):
    """Two strategies, one of them with two versions, on different timeframes."""
    _, instruments = make_venue(symbols=symbols)
    texts = (BUSY, BUSY.replace("cooldown = 3", "cooldown = 4"), SLOW)
    return Ledger([add_strategy(text=text, stage="shadow", at=NOW) for text in texts], instruments)


def end(outcomes, *, r, pct, after_hours, **others):
    """Settle what is pending, in one statement."""
    Outcome.objects.filter(pk__in=[one.pk for one in outcomes]).update(
        state="settled",
        r=r,
        return_pct=pct,
        entry_time=BEGAN,
        exit_time=BEGAN + timedelta(hours=after_hours),
        settled_at=NOW,
        **others,
    )


def fill(ledger, count=400, *, seed=5, hours=(0, 2_000)):
    """Many signals that settled, some without a stop, a return or a confidence."""
    dice = np.random.default_rng(seed)
    for number in range(count):
        place = int(dice.integers(0, 12))
        opened = int(dice.integers(*hours))
        said = dice.choice([None, 1.5, round(float(dice.random()), 2)], p=[0.1, 0.05, 0.85])
        outcome = ledger.publish(number, place=place, hours=opened, confidence=said)
        r = None if place == 3 else float(dice.normal(0.1, 1.5))
        pct = None if number % 50 == 7 else float(dice.normal(0.2, 2))
        held = int(dice.integers(1, 60))
        more = {"mfe_r": None if r is None else abs(r) + 0.1, "mae_r": -0.4, "bars_held": held}
        end([outcome], r=r, pct=pct, after_hours=opened + held, **more)


def say_regime(regime, *, first=0, count=1):
    """Say so much of the regime at some signals, the oldest first, whatever was said before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reports_regime (signal_id, regime) "
            "SELECT id, %s FROM signals_signal ORDER BY id LIMIT %s OFFSET %s "
            "ON CONFLICT (signal_id) DO UPDATE SET regime = EXCLUDED.regime",
            [regime, count, first],
        )


def table():
    """All settled outcomes with what groups are made of, read one by one."""
    columns = (
        "s.version_id, s.side, o.instrument_id, v.strategy_id, v.timeframe, s.bar_time, s.confidence, o.r, "
        "o.return_pct, o.mfe_r, o.mae_r, o.bars_held, o.entry_time, o.exit_time, g.regime"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM signals_outcome o JOIN signals_signal s ON s.id = o.signal_id "
            "JOIN signals_strategyversion v ON v.id = s.version_id "
            "LEFT JOIN reports_regime g ON g.signal_id = s.id "
            "WHERE o.state = 'settled' AND o.exit_time IS NOT NULL ORDER BY o.signal_id"
        )
        names = [name.strip().split(".")[1] for name in columns.split(",")]
        rows = pd.DataFrame(cursor.fetchall(), columns=names)
    for name in ("r", "return_pct", "mfe_r", "mae_r", "bars_held", "confidence"):
        rows[name] = rows[name].astype(float)
    for name in ("bar_time", "entry_time", "exit_time"):
        rows[name] = pd.to_datetime(rows[name], utc=True)
    rows["day"] = rows.exit_time.dt.date
    rows["hour"] = rows.bar_time.dt.hour
    rows["regime"] = rows.regime.astype(float).fillna(-1).astype(int)
    usable = rows.confidence.between(0, 1)
    bins = np.minimum(np.searchsorted(EDGES, rows.confidence.fillna(0), side="right") - 1, 9)
    rows["bin"] = np.where(usable, bins, 10).astype(int)
    rows["said"] = rows.confidence.where(usable & rows.return_pct.notna())
    return rows


KEYS = {
    "strategy": "strategy_id",
    "version": "version_id",
    "timeframe": "timeframe",
    "side": "side",
    "instrument": "instrument_id",
    "hour": "hour",
    "confidence": "bin",
    "regime": "regime",
}


def added_up(rows):
    """The sums of some rows of that table, by the names that `Sums` has for them."""
    r, pct, said = rows.r.dropna(), rows.return_pct.dropna(), rows.said.dropna()
    hit = (rows.return_pct[said.index] > 0).astype(float)
    given = np.where(hit > 0, said, 1 - said)
    seconds = (rows.exit_time - rows.entry_time).dt.total_seconds()
    places = np.searchsorted(R_EDGES, r, side="right")
    return {
        "number": len(rows),
        "with_pct": len(pct),
        "hits": int((pct > 0).sum()),
        "with_r": len(r),
        "with_mfe": int(rows.mfe_r.notna().sum()),
        "with_mae": int(rows.mae_r.notna().sum()),
        "with_bars": int(rows.bars_held.notna().sum()),
        "with_seconds": int(seconds.notna().sum()),
        "said": len(said),
        "said_hits": int(hit.sum()),
        "pct": pct.sum(),
        "pct_squares": (pct**2).sum(),
        "pct_won": pct[pct > 0].sum(),
        "pct_lost": pct[pct < 0].sum(),
        "r": r.sum(),
        "r_squares": (r**2).sum(),
        "r_won": r[r > 0].sum(),
        "r_lost": r[r < 0].sum(),
        "mfe": rows.mfe_r.sum(),
        "mae": rows.mae_r.sum(),
        "bars": rows.bars_held.sum(),
        "seconds": seconds.sum(),
        "said_confidence": said.sum(),
        "said_squares": ((said - hit) ** 2).sum(),
        "said_log_loss": -np.log(np.maximum(given, 1e-15)).sum(),
        "r_bins": tuple(np.bincount(places, minlength=18).tolist()),
    }
