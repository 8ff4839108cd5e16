"""Heliograph without a database: candles from files or tables, expressions and backtests over them."""

from heliograph.notebook.backtest import backtest
from heliograph.notebook.evaluate import evaluate
from heliograph.notebook.tables import read_candles

__all__ = ["backtest", "evaluate", "read_candles"]
