"""Strategies: TOML texts, checked and frozen."""

from heliograph.engine.strategy.findings import BadStrategy, Finding
from heliograph.engine.strategy.model import Data, Execution, Filters, Param, Side, Universe
from heliograph.engine.strategy.strategy import Strategy

__all__ = ["BadStrategy", "Data", "Execution", "Filters", "Finding", "Param", "Side", "Strategy", "Universe"]
