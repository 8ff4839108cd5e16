"""The same strategy over the same candles through rows and in memory: the same trades, bit for bit."""

import numpy as np
import pytest

from heliograph.engine.align import align
from heliograph.engine.backtest import backtest_bars
from heliograph.engine.strategy import Strategy
from heliograph.market.sources.files import read_candles
from heliograph.market.sources.replay.samples import SAMPLES, read_sample
from heliograph.market.wire import to_ms
from heliograph.signals.generate import generate
from heliograph.signals.models import Signal
from heliograph.signals.state import MEMORY
from heliograph.signals.strategies import add_strategy
from heliograph.workers.sample import sample_strategies
from tests.reference import shared
from tests.signals.world import BUSY, NOW, feed, make_venue

TRADE = (*("entry_price", "exit_price", "exit_reason", "r", "return_pct", "mfe_r", "mae_r", "bars_held"),)
EXTRA = """
name = "Reverser"
timeframe = "{timeframe}"
[long]
enter = "crosses_above(close, sma(close, 20))"
stop = "close - 2 * atr(14)"
targets = ["close + 1 * atr(14)", "close + 2 * atr(14)", "close + 5 * atr(14)"]
fractions = [0.5, 0.3, 0.2]
[short]
enter = "crosses_below(close, sma(close, 20))"
exit = "rsi(close, 7) < 20"
expires = 30
[execution]
fill = "close"
opposite = "reverse"
slippage_bps = 3
[filters]
cooldown = 2
"""


def texts(timeframe):
    """Every bundled strategy and two busy ones, all made to run on one timeframe."""
    bundled = [
        text.replace('timeframe = "1d"', f'timeframe = "{timeframe}"').replace(
            'timeframe = "1h"', f'timeframe = "{timeframe}"'
        )
        for text in sample_strategies()
    ]
    if timeframe == "1d":
        bundled = [text.replace("on('4h'", "on('1w'") for text in bundled]
    busy = BUSY if timeframe == "1h" else BUSY.replace("1h", "1d").replace("on('4h'", "on('1w'")
    return [*bundled, busy, EXTRA.format(timeframe=timeframe)]


def bundled(name):
    sample = next(one for one in SAMPLES if one.name == name)
    found = read_sample(sample)
    return sample.timeframe, found.symbols, found.bars


def crypto(timeframe):
    files = read_candles(shared(f"binance_spot_genetrader_{timeframe}.parquet"))
    symbols, bars = align({one.symbol: one for one in files})
    return timeframe, symbols, bars


WORLDS = {
    "five shares, daily": lambda: bundled("us-shares"),
    "EUR/USD, hourly": lambda: bundled("eurusd"),
    "40 coins, hourly": lambda: crypto("1h"),
    "40 coins, daily": lambda: crypto("1d"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("world", WORLDS)
def test_trades_through_rows_are_those_of_the_backtest(world):
    timeframe, symbols, bars = WORLDS[world]()
    batch, instruments = make_venue(symbols=symbols)
    versions = [add_strategy(text=text, at=NOW) for text in texts(timeframe)]

    # Three deliveries; between them another process takes over, which has nothing in memory.
    for part in np.array_split(np.arange(len(bars)), 3):
        feed(batch, instruments, bars.slice(part[0], part[-1] + 1), timeframe=timeframe)
        generate(at=NOW)
        MEMORY.clear()

    published = 0
    for version in versions:
        expected = backtest_bars(Strategy.parse(version.text), symbols, bars)
        assert settled(version) == sorted(told(trade) for trade in expected.trades), version
        assert running(version) == sorted(
            (one.symbol, one.side, one.signal_time, one.entry_time, one.entry_price) for one in expected.open
        )
        assert Signal.objects.filter(version=version, outcome__state="missed").count() == len(
            expected.missed[expected.missed["missed"]]
        )
        rejected = {str(reason): count for reason, count in expected.rejected.items()}
        assert reasons(version) == rejected
        published += expected.published

    assert published > 100


def told(trade):
    return (
        trade.symbol,
        trade.exit_time,
        trade.signal_time,
        trade.side,
        trade.entry_time,
        *(getattr(trade, name) for name in TRADE),
    )


def settled(version):
    rows = Signal.objects.filter(version=version, outcome__state="settled").select_related(
        "outcome", "instrument"
    )
    return sorted(
        (
            row.instrument.symbol,
            to_ms(row.outcome.exit_time),
            to_ms(row.bar_time),
            row.side,
            to_ms(row.outcome.entry_time),
            *(getattr(row.outcome, name) for name in TRADE),
        )
        for row in rows
    )


def running(version):
    rows = Signal.objects.filter(version=version, outcome__state="open").select_related(
        "outcome", "instrument"
    )
    return sorted(
        (
            row.instrument.symbol,
            row.side,
            to_ms(row.bar_time),
            to_ms(row.outcome.entry_time),
            row.outcome.entry_price,
        )
        for row in rows
    )


def reasons(version):
    counts = {}
    for reason in Signal.objects.filter(version=version, state="rejected").values_list("reason", flat=True):
        counts[reason] = counts.get(reason, 0) + 1
    return counts
