"""Candle files of the one Parquet layout as bars, read with pyarrow alone."""

from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from heliograph.engine.bars import INPUTS, Bars

SAMPLES = Path(__file__).parents[2] / "src" / "heliograph" / "samples"


@cache
def candles(path: Path) -> dict[str, Bars]:
    """The bars of each symbol of a file."""
    table = pq.read_table(path).sort_by("open_time")
    found = {}
    for symbol in sorted(set(table["symbol"].to_pylist())):
        rows = table.filter(pc.equal(table["symbol"], symbol))
        values = {name: rows[name].to_numpy().astype(float) for name in INPUTS}
        found[symbol] = Bars.single(rows["open_time"].to_numpy().astype(np.int64), **values)
    return found
