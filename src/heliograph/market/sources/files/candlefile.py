"""The candles of one symbol and timeframe as a file holds them."""

from dataclasses import dataclass

from heliograph.engine.bars import Bars, Floats, Times
from heliograph.market.sources.files.table import Skipped


@dataclass(frozen=True, slots=True)
class Findings:
    """What was noticed about rows that are fine otherwise."""

    # Identical rows of the same open, which were dropped.
    repeated: int = 0
    # A last candle that was not over yet, which was left out.
    forming: int = 0
    # An open or close outside low..high, which was kept.
    outside_range: int = 0
    # The file was newest first.
    turned_round: bool = False


@dataclass(frozen=True, slots=True)
class CandleFile:
    """Closed bars, oldest first. One-dimensional arrays: `time` is int64 UTC milliseconds of the opens, the
    others float64; `volume` is NaN where the file has none."""

    file: str
    format: str
    symbol: str
    timeframe: str
    time: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    findings: Findings
    skipped: tuple[Skipped, ...] = ()

    def __len__(self) -> int:
        return len(self.time)

    @property
    def bars(self) -> Bars:
        """The same as a block of one instrument."""
        return Bars.single(
            self.time, open=self.open, high=self.high, low=self.low, close=self.close, volume=self.volume
        )
