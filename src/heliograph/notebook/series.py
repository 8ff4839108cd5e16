"""The bars of one symbol and timeframe, and how they are chosen from what files hold."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path

import numpy as np

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.errors import UserError
from heliograph.market.sources.files import CandleFile, Reading, iter_candles
from heliograph.market.symbols import normal_symbol

# Hears of a file and of what was read of it.
Told = Callable[[Path, Sequence[CandleFile]], None]


class BadChoice(UserError):
    """The candles do not hold what is asked for, or hold it twice."""


@dataclass(frozen=True, slots=True)
class Series:
    """The bars of one symbol in one timeframe; `source` says where they are from."""

    symbol: str
    timeframe: str
    bars: Bars
    source: str


def read_series(
    paths: Sequence[Path],
    *,
    symbols: Sequence[str] | None = None,
    reading: Reading | None = None,
    told: Told | None = None,
) -> list[Series]:
    """Every series of the files, in their order; one that goes on in another file is joined to it.

    `symbols` picks from what the files hold; a single one also names what a file does not; without it that
    symbol is empty. `reading` says how files are to be read; each file is `told` when it was read. BadFile or
    BadChoice where that does not work.
    """
    reading = replace(reading or Reading(), needs_symbol=False)
    if symbols and len(symbols) == 1:
        reading = replace(reading, symbol=symbols[0])
    found = []
    for path in paths:
        files = list(iter_candles(path, reading))
        if told:
            told(path, files)
        found += [Series(file.symbol, file.timeframe, file.bars, str(path)) for file in files if len(file)]
    return joined(found if reading.symbol else chosen(found, symbols))


def chosen(found: Sequence[Series], symbols: Sequence[str] | None) -> list[Series]:
    """Those of the named symbols, written in any way; all where none is named."""
    if not symbols:
        return list(found)
    there = list(dict.fromkeys(series.symbol for series in found))
    wanted = {symbol if symbol in there else normal_symbol(symbol) for symbol in symbols}
    for symbol in sorted(wanted.difference(there)):
        near = get_close_matches(symbol, there, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it has {_listed(there)}."
        raise BadChoice(f"There is no {symbol} in {_sources(found)}; {hint}")
    return [series for series in found if series.symbol in wanted]


def of_timeframe(found: Sequence[Series], timeframe: str | None) -> list[Series]:
    """Those of the timeframe; without one, all, which must then be of one timeframe."""
    there = sorted({series.timeframe for series in found}, key=TIMEFRAMES.index)
    if timeframe is None and len(there) > 1:
        raise BadChoice(f"There are {_listed(there)} bars in {_sources(found)}; choose with --timeframe.")
    if timeframe is not None and timeframe not in there:
        raise BadChoice(f"There are no {timeframe} bars in {_sources(found)}, only {_listed(there)}.")
    return [series for series in found if timeframe in (None, series.timeframe)]


def joined(found: Iterable[Series]) -> list[Series]:
    """Parts of one series put together in the order of their time; BadChoice where they overlap."""
    parts: Mapping[tuple[str, str], list[Series]] = defaultdict(list)
    for series in found:
        parts[series.symbol, series.timeframe].append(series)
    return [_join(each) for each in parts.values()]


def _join(parts: list[Series]) -> Series:
    if len(parts) == 1:
        return parts[0]
    parts = sorted(parts, key=lambda part: part.bars.time[0])
    first = parts[0]
    for one, other in pairwise(parts):
        if other.bars.time[0] <= one.bars.time[-1]:
            what = f"{first.symbol} {first.timeframe} of the same time".lstrip()
            raise BadChoice(f"{one.source} and {other.source} both hold {what}; name one of them.")
    rows = {name: np.concatenate([getattr(part.bars, name)[0] for part in parts]) for name in INPUTS}
    bars = Bars.single(np.concatenate([part.bars.time for part in parts]), **rows)
    return Series(first.symbol, first.timeframe, bars, _sources(parts))


def _sources(found: Iterable[Series]) -> str:
    return _listed(list(dict.fromkeys(series.source for series in found)))


def _listed(words: Sequence[str], *, most: int = 8) -> str:
    shown = [*words[:most], *([f"{len(words) - most} more"] if len(words) > most else [])]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
