"""What is traded: the true candles of many symbols on one grid, made up or recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from heliograph.engine.timeframe import LENGTHS

Floats = npt.NDArray[np.float64]
# Binance prints eight decimals; what is rounded so is the same number after it was read.
DECIMALS = 8


@dataclass(frozen=True)
class Market:
    """`candles[s, b]` is open, high, low, close, volume of bar b, NaN where the symbol has none."""

    symbols: tuple[str, ...]
    timeframe: str
    opens_ms: npt.NDArray[np.int64]
    candles: Floats

    @property
    def period_ms(self) -> int:
        """Milliseconds of one bar."""
        return period_ms(self.timeframe)

    @property
    def ends_ms(self) -> int:
        """When the last bar has closed."""
        return int(self.opens_ms[-1]) + self.period_ms

    @classmethod
    def made_up(
        cls,
        *,
        symbols: int | Sequence[str],
        timeframe: str = "5m",
        start: datetime,
        bars: int,
        seed: int = 1,
        moves: float = 0.002,
    ) -> "Market":
        """Random walks; `moves` is the standard deviation of the logarithm of one bar's return."""
        names = [f"M{n:03d}/USDT" for n in range(symbols)] if isinstance(symbols, int) else list(symbols)
        rng = np.random.default_rng(seed)
        shape = (len(names), bars)
        first = np.exp(rng.uniform(0, 7, (len(names), 1)))
        closes = first * np.exp(np.cumsum(rng.normal(0, moves, shape), axis=1))
        opens = np.concatenate([first, closes[:, :-1]], axis=1)
        wicks = np.exp(np.abs(rng.normal(0, moves / 2, (2, *shape))))
        highs, lows = np.maximum(opens, closes) * wicks[0], np.minimum(opens, closes) / wicks[1]
        volumes = rng.lognormal(5, 1, shape)
        candles = np.round(np.stack([opens, highs, lows, closes, volumes], axis=2), 4)
        step = period_ms(timeframe)
        times = int(start.timestamp() * 1000) + step * np.arange(bars, dtype=np.int64)
        return cls(tuple(names), timeframe, times, candles)

    @classmethod
    def recorded(
        cls,
        path: Path,
        *,
        symbols: Sequence[str] = (),
        start: datetime | None = None,
        bars: int | None = None,
    ) -> "Market":
        """The candles of a Parquet file with symbol, timeframe, open_time, open .. volume; gaps are kept."""
        table = pq.read_table(path)
        timeframe = table["timeframe"][0].as_py()
        names = tuple(symbols) or tuple(sorted(pc.unique(table["symbol"]).to_pylist()))
        begin = int(start.timestamp() * 1000) if start else pc.min(table["open_time"]).as_py()
        step = period_ms(timeframe)
        end = begin + bars * step if bars else pc.max(table["open_time"]).as_py() + step
        times = np.arange(begin, end, step, dtype=np.int64)
        candles = np.full((len(names), len(times), 5), np.nan)
        for row, name in enumerate(names):
            own = table.filter(pc.field("symbol") == name)
            at = (own["open_time"].to_numpy() - begin) // step
            inside = (at >= 0) & (at < len(times))
            columns = [
                own[column].to_numpy()[inside] for column in ("open", "high", "low", "close", "volume")
            ]
            candles[row, at[inside]] = np.round(np.stack(columns, axis=1), DECIMALS)
        return cls(names, timeframe, times, candles)

    def priced(self, factor: float) -> "Market":
        """The same market at other prices: what a second venue trades."""
        candles = self.candles.copy()
        candles[..., :4] = np.round(candles[..., :4] * factor, DECIMALS)
        return Market(self.symbols, self.timeframe, self.opens_ms, candles)

    def at(self, timeframe: str) -> "Market":
        """The same in a coarser timeframe; bars that the grid does not cover whole are left out."""
        step, times = period_ms(timeframe), self.opens_ms
        each = step // self.period_ms
        first = int(-(-times[0] // step) * step - times[0]) // self.period_ms
        whole = (len(times) - first) // each
        parts = self.candles[:, first : first + whole * each].reshape(len(self.symbols), whole, each, 5)
        opens, closes = parts[:, :, 0, 0], parts[:, :, -1, 3]
        highs, lows = parts[..., 1].max(axis=2), parts[..., 2].min(axis=2)
        volumes = np.round(parts[..., 4].sum(axis=2), DECIMALS)
        coarse = np.stack([opens, highs, lows, closes, volumes], axis=2)
        return Market(self.symbols, timeframe, times[first : first + whole * each : each], coarse)

    def serves(self, timeframe: str) -> bool:
        """Whether its bars can be put together from these."""
        step = LENGTHS.get(timeframe)
        return step is not None and step <= LENGTHS["1d"] and step % self.period_ms == 0


def period_ms(timeframe: str) -> int:
    """Milliseconds of a timeframe of fixed length up to a day."""
    length = LENGTHS[timeframe]
    if length is None or length > LENGTHS["1d"]:
        raise KeyError(timeframe)
    return length
