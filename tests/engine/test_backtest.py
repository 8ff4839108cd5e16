"""Backtests: what they report, and that cuts, threads and later bars do not change it."""

from dataclasses import asdict, fields

import numpy as np
import pytest

from heliograph.engine.align import align
from heliograph.engine.backtest import backtest, backtest_bars
from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.errors import BadBars
from heliograph.engine.exits import Reject
from heliograph.engine.strategy import Strategy
from heliograph.engine.timeframe import DAY
from heliograph.engine.trades import Trade
from tests.engine.candles import candles
from tests.engine.exit_cases import bars_of
from tests.reference import shared

HOURS = 3_600_000
CROSS = """
name = "Cross with stop and targets"
timeframe = "1h"
[long]
enter = "crosses_above(ema(close, 5), ema(close, 13)) and close > on('4h', ema(close, 5))"
exit = "crosses_below(close, ema(close, 13))"
stop = "close - 2 * atr(14)"
targets = ["close + 1 * atr(14)", "close + 3 * atr(14)"]
fractions = [0.4, 0.6]
expires = 30
[short]
enter = "crosses_below(ema(close, 5), ema(close, 13))"
stop = "close + 2 * atr(14)"
targets = ["close - 3 * atr(14)"]
[execution]
slippage_bps = 2
opposite = "exit"
[score]
confidence = "clip(adx(14) / 40, 0, 1)"
[filters]
min_confidence = 0.4
cooldown = 3
"""


@pytest.fixture(scope="module")
def market():
    """Four instruments of hourly candles, one of them listed later."""
    everything = candles(shared("binance_spot_genetrader_1h.parquet"))
    return {symbol: everything[symbol] for symbol in ("BTC/USDT", "ETH/USDT", "SOL/USDT", "WIF/USDT")}


@pytest.fixture(scope="module")
def whole(market):
    """The backtest of all of it."""
    return backtest(Strategy.parse(CROSS), market)


def bits(rows):
    """All values of the rows, bit for bit, without the padding between them."""
    return [rows[name].tobytes() for name in rows.dtype.names]


def test_it_has_every_kind_of_result(whole):
    assert {str(trade.exit_reason) for trade in whole.trades} == {
        "target",
        "stop",
        "exit",
        "opposite",
        "expired",
    }
    assert {trade.symbol for trade in whole.trades} == {"BTC/USDT", "ETH/USDT", "SOL/USDT", "WIF/USDT"}
    assert set(whole.rejected) == {Reject.MIN_CONFIDENCE, Reject.COOLDOWN, Reject.OPPOSITE}
    assert whole.published == len(whole.trades) + len(whole.open) + len(whole.waiting) + len(whole.missed)


@pytest.mark.parametrize(("block", "threads"), [(1, 1), (7, 1), (64, 1), (4096, 2), (20_000, 2)])
def test_blocks_and_threads_change_no_bit(market, whole, block, threads):
    symbols, bars = align(market)
    if block == 1:
        bars = bars.upto(700)
        expected = backtest_bars(Strategy.parse(CROSS), symbols, bars)
    else:
        expected = whole
    other = backtest_bars(Strategy.parse(CROSS), symbols, bars, block=block, threads=threads)
    assert bits(other.records) == bits(expected.records)
    assert bits(other.open_slots) == bits(expected.open_slots)
    assert bits(other.missed) == bits(expected.missed)
    assert np.array_equal(other.verdicts, expected.verdicts)
    assert asdict(other.summary) == pytest.approx(asdict(expected.summary), rel=1e-12)


@pytest.mark.parametrize("close_at_end", [False, True])
def test_exits_beside_the_next_block_change_no_bit(market, close_at_end):
    symbols, bars = align({"BTC/USDT": market["BTC/USDT"]})
    once, beside = (
        backtest_bars(Strategy.parse(CROSS), symbols, bars, close_at_end=close_at_end, **cuts)
        for cuts in ({"threads": 1}, {"threads": 2, "block": 500})
    )
    assert bits(beside.records) == bits(once.records)
    assert bits(beside.open_slots) == bits(once.open_slots)
    assert np.array_equal(beside.verdicts, once.verdicts)


def test_trades_finished_before_a_cut_do_not_know_what_follows(market, whole):
    strategy, rng = Strategy.parse(CROSS), np.random.default_rng(3)
    symbols, bars = align(market)
    for stop in rng.integers(50, len(bars), size=20).tolist():
        part = backtest_bars(strategy, symbols, bars.upto(stop))
        before = whole.records[whole.records["exit_time"] <= bars.time[stop - 1]]
        assert bits(part.records) == bits(before)


def test_each_symbol_alone_has_the_same_trades_as_among_others(market, whole):
    for number, symbol in enumerate(whole.symbols):
        alone = backtest(Strategy.parse(CROSS), {symbol: market[symbol]})
        together = whole.records[whole.records["instrument"] == number].copy()
        together["instrument"] = 0
        assert bits(alone.records) == bits(together)
        assert asdict(alone.summary) == asdict(whole.by_symbol[symbol])


def test_the_summary_follows_from_the_trades(whole):
    trades = list(whole.trades)
    returns = np.array([trade.return_pct for trade in trades])
    by_exit = {}
    for trade in trades:
        by_exit[trade.exit_time] = by_exit.get(trade.exit_time, 0.0) + trade.return_pct
    equity = np.cumsum([0.0, *(by_exit[time] for time in sorted(by_exit))])
    assert asdict(whole.summary) == pytest.approx(
        {
            "trades": len(trades),
            "win_rate": (returns > 0).mean(),
            "expectancy_r": np.mean([trade.r for trade in trades]),
            "profit_factor": returns[returns > 0].sum() / -returns[returns < 0].sum(),
            "total_return_pct": returns.sum(),
            "max_drawdown_pct": (np.maximum.accumulate(equity) - equity).max(),
            "fees_pct": whole.records["fees_pct"].sum(),
        },
        rel=1e-9,
    )


def test_the_daily_series_sums_by_day_of_exit_and_is_zero_on_days_without(whole):
    days, sums = whole.daily
    expected = dict.fromkeys(days.tolist(), 0.0)
    for trade in whole.trades:
        expected[trade.exit_time // DAY * DAY] += trade.return_pct
    assert days.tolist() == list(range(days[0], days[-1] + 1, DAY))
    assert sums.tolist() == pytest.approx(list(expected.values()))
    assert 0.0 in sums.tolist()


def test_closing_at_the_end_makes_trades_of_what_is_open(market, whole):
    closed = backtest(Strategy.parse(CROSS), market, close_at_end=True)
    ended = [trade for trade in closed.trades if trade.exit_reason == "end"]
    assert len(whole.open) > 0
    assert [(t.symbol, t.side, t.signal_time, t.entry_price) for t in ended] == [
        (t.symbol, t.side, t.signal_time, t.entry_price) for t in whole.open
    ]
    assert {t.exit_price for t in ended} <= {float(market[symbol].close[0, -1]) for symbol in market}
    assert (len(closed.open), len(closed.trades)) == (0, len(whole.trades) + len(whole.open))


def test_an_open_trade_has_what_is_known_of_it():
    text = 'name = "a"\ntimeframe = "1h"\n[long]\nenter = "close > 100"\nstop = "95"\ntargets = ["130"]'
    bars = bars_of((100, 101, 99, 100), (100, 103, 100, 102), (102, 106, 101, 104))
    result = backtest(Strategy.parse(text), {"A": bars})
    assert list(result.open) == [
        Trade("A", "long", HOURS, 2 * HOURS, 102.0, None, None, None, None, None, 4 / 7, -1 / 7, 1)
    ]
    assert [field.name for field in fields(Trade)] == [
        *(
            "symbol",
            "side",
            "signal_time",
            "entry_time",
            "entry_price",
            "exit_time",
            "exit_price",
            "exit_reason",
        ),
        *("r", "return_pct", "mfe_r", "mae_r", "bars_held"),
    ]


def test_a_signal_of_the_last_bar_waits_and_is_no_trade():
    text = 'name = "a"\ntimeframe = "1h"\n[long]\nenter = "close > 101"\nexpires = 5'
    result = backtest(Strategy.parse(text), {"A": bars_of((100, 101, 99, 100), (100, 103, 100, 102))})
    assert (len(result.trades), len(result.open), result.waiting["signal_time"].tolist()) == (0, 0, [HOURS])


def test_without_trades_what_cannot_be_computed_is_none():
    text = 'name = "a"\ntimeframe = "1h"\n[long]\nenter = "false"\nexpires = 1'
    summary = backtest(Strategy.parse(text), {"A": bars_of((100, 101, 99, 100))}).summary
    assert asdict(summary) == {
        "trades": 0,
        "win_rate": None,
        "expectancy_r": None,
        "profit_factor": None,
        "total_return_pct": 0.0,
        "max_drawdown_pct": 0.0,
        "fees_pct": 0.0,
    }


def test_finer_candles_decide_inside_a_bar_only_where_the_strategy_names_them():
    text = (
        'name = "a"\ntimeframe = "1h"\n[long]\nenter = "close == 100"\nstop = "95"\ntargets = ["110"]\n'
        '[execution]\nintrabar = "30m"\nfee_pct = 0'
    )
    flat = (100, 101, 99, 100)
    hours = {name: bars_of(flat, (100, 112, 94, 101), (101, 102, 100, 101)) for name in "AB"}
    halves = bars_of(flat, flat, (100, 112, 99, 100), (100, 100, 94, 101), step=1_800_000)
    result = backtest(Strategy.parse(text), hours, finer={"A": halves})
    assert [(t.symbol, t.exit_price, str(t.exit_reason)) for t in result.trades] == [
        ("A", 110.0, "target"),
        ("B", 95.0, "stop"),
    ]
    assert result.undecided.tolist() == [0, 1]
    plain = Strategy.parse(text, overrides={"execution.intrabar": ""})
    assert [t.exit_price for t in backtest(plain, hours, finer={"A": halves}).trades] == [95.0, 95.0]


def test_series_are_laid_on_the_union_of_their_times():
    left, right = bars_of((1, 1, 1, 1), (2, 2, 2, 2)), bars_of((3, 3, 3, 3), (4, 4, 4, 4))
    later = Bars(right.time + HOURS, *(getattr(right, name) for name in INPUTS))
    symbols, bars = align({"A": left, "B": later})
    assert (symbols, bars.time.tolist()) == (("A", "B"), [0, HOURS, 2 * HOURS])
    np.testing.assert_array_equal(bars.close, [[1, 2, np.nan], [np.nan, 3, 4]])
    with pytest.raises(BadBars, match="no candles"):
        align({})
    with pytest.raises(BadBars, match="not in order of time"):
        align({"A": Backwards()})
    with pytest.raises(BadBars, match="no candles to run"):
        backtest(Strategy.parse(CROSS), {"A": bars_of()})


class Backwards:
    """A series whose times fall."""

    time = np.array([HOURS, 0])
    open = high = low = close = volume = np.ones(2)


@pytest.mark.parametrize("close_at_end", [False, True])
def test_what_a_symbol_brings_does_not_depend_on_the_others(market, close_at_end):
    """Also in its sums, to the last bit, and also where trades are closed at the end."""
    strategy = Strategy.parse(CROSS)
    together = backtest(strategy, market, close_at_end=close_at_end)
    alone = {
        symbol: backtest(strategy, {symbol: series}, close_at_end=close_at_end)
        for symbol, series in market.items()
    }
    assert together.by_symbol == {symbol: done.summary for symbol, done in alone.items()}
    assert list(together.trades) == [trade for done in alone.values() for trade in done.trades]
    assert np.array_equal(together.sums, np.concatenate([done.sums for done in alone.values()]))
