"""The samples that ship with Heliograph, as blocks of bars."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
import pyarrow.parquet as pq

from heliograph.engine.bars import INPUTS, Bars
from heliograph.market.errors import NoSuchSample
from heliograph.market.rows import ROW, block_of


@dataclass(frozen=True, slots=True)
class Sample:
    """A bundled file. Its last `held_back` bars are not history: they are replayed."""

    name: str
    file: str
    timeframe: str
    calendar: str
    held_back: int


SAMPLES = (
    Sample("us-shares", "us_shares_1d.parquet", "1d", "XNYS", held_back=750),
    Sample("eurusd", "eurusd_1h.parquet", "1h", "forex", held_back=1000),
)


@dataclass(frozen=True, slots=True)
class SampleBars:
    """The bars of a sample, one row of `bars` for each symbol; history is `bars` up to `boundary`."""

    symbols: tuple[str, ...]
    bars: Bars
    boundary: int


def find_sample(name: str) -> Sample:
    """The sample of that name; NoSuchSample if there is none."""
    for sample in SAMPLES:
        if sample.name == name:
            return sample
    raise NoSuchSample(name, known=[sample.name for sample in SAMPLES])


@cache
def read_sample(sample: Sample) -> SampleBars:
    """The whole sample; it is small and kept in memory."""
    with as_file(files("heliograph.samples") / sample.file) as path:
        table = pq.read_table(path)
    symbols, which = np.unique(table["symbol"].to_numpy().astype(str), return_inverse=True)
    rows = np.empty(len(table), dtype=ROW)
    rows["instrument"] = which
    rows["time"] = table["open_time"].to_numpy()
    for name in INPUTS:
        rows[name] = table[name].to_numpy()
    bars = block_of(range(len(symbols)), rows)
    return SampleBars(tuple(symbols.tolist()), bars, boundary=len(bars) - sample.held_back)


def sample_strategies() -> list[str]:
    """The texts of the bundled strategies, in the order of their names."""
    folder = files("heliograph.samples") / "strategies"
    if not folder.is_dir():
        return []
    named = sorted((entry.name, entry) for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return [entry.read_text() for _, entry in named]
