"""Heliograph turns market data in a database into trading signals that people can trust."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heliograph.notebook.backtest import backtest
    from heliograph.notebook.evaluate import evaluate
    from heliograph.notebook.tables import read_candles

__version__ = "0.1.0"
__all__ = ["backtest", "evaluate", "read_candles"]

_HOMES = {"backtest": "backtest", "evaluate": "evaluate", "read_candles": "tables"}


def __getattr__(name: str) -> object:
    # Only when asked for: importing the engine takes most of a second.
    if name in _HOMES:
        return getattr(import_module(f"heliograph.notebook.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'heliograph' has no attribute '{name}'")
