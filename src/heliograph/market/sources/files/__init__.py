"""Files of candles, in the formats that users have."""

from heliograph.market.sources.files.candlefile import CandleFile, Findings
from heliograph.market.sources.files.read import Reading, iter_candles, read_candles
from heliograph.market.sources.files.table import Skipped

__all__ = ["CandleFile", "Findings", "Reading", "Skipped", "iter_candles", "read_candles"]
