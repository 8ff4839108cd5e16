"""Bars for the tests of the engine, and expressions computed over them."""

import csv
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
import pyarrow.parquet as pq

from heliograph.engine.bars import INPUTS, Bars, Floats
from heliograph.engine.graph import Graph
from heliograph.engine.language import parse
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner
from tests.reference import shared

HOUR = 3_600_000
DAY = 24 * HOUR
# A Wednesday that no longer period begins with.
START = 1_709_773_200_000


def random_bars(seed: int, *, instruments: int = 3, count: int = 700, missing: float = 0.03) -> Bars:
    """Hourly random walks with flat stretches, zero and unknown volumes, missing bars and late listings."""
    rng = np.random.default_rng(seed)
    shape = (instruments, count)
    steps = rng.normal(0.0, 0.01, shape) * (rng.random(shape) > 0.2)
    steps[:, count // 3 : count // 3 + 30] = 0.0
    close = np.exp(np.cumsum(steps, axis=1)) * 10.0 ** rng.integers(-4, 5, (instruments, 1))
    opens = close * np.exp(rng.normal(0.0, 0.003, shape) * (steps != 0.0))
    high = np.maximum(opens, close) * np.exp(rng.random(shape) * 0.005 * (steps != 0.0))
    low = np.minimum(opens, close) * np.exp(-rng.random(shape) * 0.005 * (steps != 0.0))
    volume = np.where(rng.random(shape) > 0.05, rng.exponential(1000.0, shape), 0.0)
    volume[-1, rng.random(count) < 0.1] = np.nan
    gone = rng.random(shape) < missing
    gone[0, : int(rng.integers(0, 50))] = True
    time = START + HOUR * np.arange(count, dtype=np.int64)
    time[count // 2 :] += HOUR * int(rng.integers(0, 60))
    fields = dict(zip(INPUTS, (opens, high, low, close, volume), strict=True))
    for values in fields.values():
        values[gone] = np.nan
    return Bars(time=time, **{name: np.ascontiguousarray(values) for name, values in fields.items()})


def plan_of(expressions: Sequence[str], *, timeframe: str = "1h") -> Plan:
    """The expressions in one plan; all of them are also the side `all`."""
    graph = Graph()
    nodes = [parse(text, graph=graph, timeframe=timeframe) for text in expressions]
    return Plan.compile(nodes, graph, sides={"all": nodes}, timeframe=timeframe)


def evaluate(
    plan: Plan, bars: Bars, *, blocks: Iterable[int] = (), threads: int = 1, restart: bool = False
) -> list[Floats]:
    """The outputs over all bars, in blocks of these sizes over and over; `restart` goes through snapshots."""
    runner = Runner(plan, instruments=bars.instruments, threads=threads)
    sizes = list(blocks) or [len(bars)]
    parts: list[list[Floats]] = []
    start = 0
    while start < len(bars):
        size = sizes[len(parts) % len(sizes)]
        parts.append(
            [values.copy() for values in runner.advance(bars.slice(start, min(start + size, len(bars))))]
        )
        start += size
        if restart:
            snapshot = runner.snapshot()
            runner = Runner(plan, instruments=bars.instruments, threads=threads)
            runner.restore(snapshot)
    return [np.concatenate(values, axis=1) for values in zip(*parts, strict=True)]


def values_of(expression: str, bars: Bars, *, timeframe: str = "1h") -> Floats:
    """One expression over all bars at once."""
    return evaluate(plan_of([expression], timeframe=timeframe), bars)[0]


def bits(values: Floats) -> npt.NDArray[np.int64]:
    """Every bit of known values; all unknown ones alike."""
    return np.where(np.isnan(values), np.nan, values).view(np.int64)


def existing(bars: Bars, row: int) -> Bars:
    """One instrument, of only the bars that it has."""
    has = ~np.isnan(bars.close[row])
    return Bars.single(bars.time[has], **{name: getattr(bars, name)[row, has] for name in INPUTS})


def read_csv(name: str) -> dict[str, Floats]:
    """The columns of a reference file, NaN where nothing stands."""
    with open(shared(name), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([_number(row[key]) for row in rows]) for key in rows[0] if key}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def read_bars(name: str, symbol: str) -> Bars:
    """The bars of one symbol of a Parquet file."""
    table = pq.read_table(shared(name))
    table = table.filter(pc.equal(table["symbol"], symbol)).sort_by("open_time")
    fields = {field: table[field].to_numpy() for field in INPUTS}
    return Bars.single(table["open_time"].to_numpy(), **fields)
