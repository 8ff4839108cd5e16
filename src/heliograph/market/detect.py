"""What is found in files of candles, without a database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from heliograph.market.errors import BadFile
from heliograph.market.sources.files import CandleFile, Findings, Reading, iter_candles
from heliograph.market.sources.files.folder import candle_files


@dataclass(frozen=True, slots=True)
class FoundSeries:
    """The bars of one symbol and timeframe in a file; opens in UTC milliseconds."""

    symbol: str
    timeframe: str
    first: int
    last: int
    bars: int
    findings: Findings


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file.

    `refused` is the sentence that says why nothing was taken; `recognised` the moment of the earlier import
    of the same file. `skipped` bad rows are listed in `skipped_file`. Where files are only looked at, nothing
    is inserted, revised or unchanged.
    """

    file: str
    format: str = ""
    series: tuple[FoundSeries, ...] = ()
    inserted: int = 0
    revised: int = 0
    unchanged: int = 0
    skipped: int = 0
    skipped_file: str | None = None
    recognised: datetime | None = None
    refused: str | None = None


def detect(paths: Sequence[str | Path], *, reading: Reading) -> Iterator[Imported]:
    """What an import of these files, and of those in these folders, would take; in order, stores nothing."""
    for file in all_files(paths):
        yield file if isinstance(file, Imported) else _detected(file, reading)


def all_files(paths: Sequence[str | Path]) -> list[Path | Imported]:
    """The files, and those in the folders; a folder without any is refused."""
    return [file for path in paths for file in _files(Path(path))]


def result_of(path: Path, found: Sequence[CandleFile]) -> Imported:
    """The file with its series, before anything is stored."""
    series = [
        FoundSeries(
            symbol=candles.symbol,
            timeframe=candles.timeframe,
            first=int(candles.time[0]),
            last=int(candles.time[-1]),
            bars=len(candles),
            findings=candles.findings,
        )
        for candles in found
        if len(candles)
    ]
    return Imported(
        str(path),
        format=found[0].format if found else "",
        series=tuple(series),
        skipped=sum(len(candles.skipped) for candles in found),
    )


def _files(path: Path) -> Iterator[Path | Imported]:
    try:
        yield from candle_files(path)
    except BadFile as fault:
        yield Imported(str(path), refused=str(fault))


def _detected(path: Path, reading: Reading) -> Imported:
    try:
        return result_of(path, list(iter_candles(path, reading)))
    except BadFile as fault:
        return Imported(str(path), refused=str(fault))
