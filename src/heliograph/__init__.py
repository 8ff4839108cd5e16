"""Heliograph turns market data in a database into trading signals that people can trust."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heliograph.notebook import backtest, evaluate, read_candles

__version__ = "0.1.0"
__all__ = ["backtest", "evaluate", "read_candles"]


def __getattr__(name: str) -> object:
    # Only when asked for: importing the engine takes most of a second.
    if name in __all__:
        from heliograph import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'heliograph' has no attribute '{name}'")
