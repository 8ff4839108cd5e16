"""Stored backtests over a small market."""

from heliograph.engine.backtest import backtest_bars
from heliograph.engine.strategy import Strategy
from heliograph.fleet.jobs import run_next
from heliograph.market.bars import load_bars
from heliograph.research.models import StoredBacktest, StoredTrade
from heliograph.research.request import Scope, Text, request_backtest
from heliograph.research.run import run_backtest
from tests.signals.world import BUSY, NOW, feed, make_venue, walk

SYMBOLS = tuple(f"{name}/USDT" for name in "ABCDEFGH")
RUNNERS = {"backtest": run_backtest}


def market(*, bars=300, symbols=SYMBOLS, missing=0.05, seed=11):
    """A venue with candles of these symbols; its instruments."""
    batch, instruments = make_venue("paper", symbols=symbols)
    feed(batch, instruments, walk(seed, bars, instruments=len(symbols), missing=missing))
    return batch, instruments


def ask(text=BUSY, **scope):
    """Asks for the backtest; see `request_backtest`."""
    return request_backtest(Text(text), Scope(**scope), at=NOW)


def work(**options):
    """Runs the next backtest that waits."""
    return run_next(RUNNERS, holder="a test", **options)


def stored_story(backtest):
    """All that a finished backtest says, without ids and wall-clock columns."""
    row = StoredBacktest.objects.get(pk=backtest.pk)
    names = [f.name for f in StoredTrade._meta.fields if f.name not in {"id", "backtest"}]
    trades = StoredTrade.objects.filter(backtest=row).order_by("number").values_list(*names)
    return row.summary, row.data_digest, list(trades)


def straight(instruments, text=BUSY, **options):
    """The same by the engine alone, over all the candles at once."""
    bars = load_bars(instruments=[one.pk for one in instruments], timeframe="1h")
    return backtest_bars(Strategy.parse(text), [one.symbol for one in instruments], bars, **options)
