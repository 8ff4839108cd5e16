"""Read files of candles in every format that users have. No database is needed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from heliograph.engine.bars import INPUTS, Floats
from heliograph.engine.timeframe import TIMEFRAMES, Timeframe
from heliograph.market.errors import BadFile
from heliograph.market.sources.files import checks
from heliograph.market.sources.files.candlefile import CandleFile, Findings
from heliograph.market.sources.files.checks import Columns, Rows
from heliograph.market.sources.files.contents import Content, open_file
from heliograph.market.sources.files.grid import change_of_step, on_grid, spacing
from heliograph.market.sources.files.layout import FORMATS
from heliograph.market.sources.files.parts import Part, parts_of
from heliograph.market.sources.files.table import Faults, shown
from heliograph.market.sources.files.times import Stamps, is_zone, read_times


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file; None leaves it to the file. `now`: UTC milliseconds, by which bars are over.

    What nothing names has an empty symbol, and is refused where it `needs_symbol`.
    """

    format: str | None = None
    symbol: str | None = None
    timeframe: str | None = None
    timezone: str | None = None
    skip_bad: bool = False
    now: int | None = None
    needs_symbol: bool = True

    def __post_init__(self) -> None:
        if self.format is not None and self.format not in FORMATS:
            raise BadFile("--format", f"there is no format '{self.format}'; use one of {', '.join(FORMATS)}")
        if self.timeframe is not None:
            Timeframe.parse(self.timeframe)
        if self.timezone is not None and not is_zone(self.timezone):
            raise BadFile(
                "--timezone", f"there is no time zone '{self.timezone}'; use one like Europe/Helsinki or UTC"
            )


def read_candles(
    path: str | Path,
    *,
    format: str | None = None,
    symbol: str | None = None,
    timeframe: str | None = None,
    timezone: str | None = None,
    skip_bad: bool = False,
    now: int | None = None,
) -> list[CandleFile]:
    """The candles of a file, one entry for each symbol and timeframe, in the order of the file.

    `symbol` and `timeframe` name what the file does not, or pick from a file that holds several. BadFile if
    the file is not candles or a row is bad; with `skip_bad` bad rows are left out and listed in `skipped`.
    """
    reading = Reading(
        format=format, symbol=symbol, timeframe=timeframe, timezone=timezone, skip_bad=skip_bad, now=now
    )
    return list(iter_candles(Path(path), reading))


def iter_candles(path: Path, reading: Reading) -> Iterator[CandleFile]:
    """The same one after the other."""
    for content in open_file(path, format=reading.format):
        yield from _understood(content, reading)


def _understood(content: Content, reading: Reading) -> list[CandleFile]:
    parts = parts_of(content, symbol=reading.symbol, timeframe=reading.timeframe)
    columns = _columns(content, reading)
    good = content.faults.keep()
    found = [_candles(content, part, part.rows[good[part.rows]], columns, reading) for part in parts]
    _refuse_bad_rows(content, reading)
    if reading.needs_symbol and not all(part.symbol for part in parts):
        raise BadFile(content.file, "names no symbol, neither inside nor in its name; say it with --symbol")
    if not any(len(candles) for candles in found):
        raise BadFile(content.file, "has no good row; there is nothing to import")
    return _with_skipped(found, content)


def _refuse_bad_rows(content: Content, reading: Reading) -> None:
    if len(content.faults) and not reading.skip_bad:
        first, count = content.faults.first(), len(content.faults)
        others = f" ({count} bad rows in all)" if count > 1 else ""
        raise BadFile(
            content.file,
            f"{content.table.unit} {first.line}: {first.reason}{others};"
            " correct it, or leave bad rows out with --skip-bad",
        )


def _columns(content: Content, reading: Reading) -> Columns:
    """Times and values as numbers; what cannot be read is a fault."""
    layout, frame, faults = content.layout, content.table.frame, content.faults
    if layout.needs_zone and reading.timezone is None:
        raise BadFile(
            content.file,
            f"is a {layout.format} file, whose times are those of the broker's server; say its zone with"
            " --timezone, for example --timezone Europe/Helsinki",
        )
    time = frame[str(layout.time)]
    if layout.time_of_day is not None:
        time = time + " " + frame[str(layout.time_of_day)]
    stamps = read_times(time, zone=reading.timezone, faults=faults)
    values = np.stack(
        [
            _numbers(frame[str(k)], name, layout.divisor, faults)
            for name, k in zip(INPUTS, layout.prices, strict=False)
        ]
    )
    volume = _volume(frame, content, faults)
    columns = Columns(stamps, np.vstack([values, volume]))
    checks.check_prices(columns, faults)
    return columns


def _numbers(
    column: pl.Series, name: str, divisor: float, faults: Faults, *, optional: bool = False
) -> Floats:
    """A column as float64; what is no number is a fault, an empty volume is unknown."""
    numbers = column
    if column.dtype == pl.String:
        numbers = column.cast(pl.Float64, strict=False)
        if numbers.null_count():
            column = column.str.strip_chars()
            numbers = column.cast(pl.Float64, strict=False)
    numbers = numbers.cast(pl.Float64, strict=False)
    unread = numbers.is_null()
    if optional:
        unread &= column.is_not_null()
        if column.dtype == pl.String:
            unread &= column != ""
    rows = np.flatnonzero(unread.fill_null(False).to_numpy())
    if len(rows):
        faults.add(rows, lambda row: f"{name} '{shown(column[row])}' is no number")
    values = numbers.fill_null(np.nan).to_numpy().astype(np.float64)
    return values if divisor == 1 else values / divisor


def _volume(frame: pl.DataFrame, content: Content, faults: Faults) -> Floats:
    layout = content.layout
    if layout.volume is None:
        return np.full(frame.height, np.nan)
    volume = _numbers(frame[str(layout.volume)], "volume", 1, faults, optional=True)
    if layout.tick_volume is not None and 2 * np.sum(volume > 0) < len(volume):
        # Brokers of currencies know no real volume; the number of ticks stands in for it, as in the terminal.
        return _numbers(frame[str(layout.tick_volume)], "volume", 1, faults, optional=True)
    return volume


def _candles(content: Content, part: Part, rows: Rows, columns: Columns, reading: Reading) -> CandleFile:
    """The good rows of a part, in order, on their grid and over; the others become faults."""
    faults = content.faults
    rows, repeated, turned = checks.check_order(columns, rows, faults)
    timeframe = _timeframe(content, part, columns.stamps, rows, reading)
    rows = checks.check_grid(columns, rows, timeframe=timeframe, zone=reading.timezone, faults=faults)
    rows, forming = checks.leave_out_forming(
        columns, rows, timeframe=timeframe, now=reading.now, faults=faults
    )
    return CandleFile(
        file=content.file,
        format=content.layout.format,
        symbol=part.symbol,
        timeframe=timeframe,
        time=columns.stamps.utc[rows],
        **{name: columns.value(name)[rows] for name in INPUTS},
        findings=Findings(
            repeated=repeated,
            forming=forming,
            outside_range=checks.outside_range(columns, rows),
            turned_round=turned,
        ),
    )


def _timeframe(content: Content, part: Part, stamps: Stamps, rows: Rows, reading: Reading) -> str:
    """The timeframe that was given or stands in a column, else that of the name, else that of the spacing."""
    if part.is_certain:
        return str(part.timeframe)
    wall = stamps.wall[rows]
    if turn := change_of_step(wall):
        place, before, after = turn
        line = content.table.lines[rows[place]]
        raise BadFile(
            content.file,
            f"{content.table.unit} {line}: bars of {before} turn into bars of {after};"
            " split the file by timeframe, or say which one it is with --timeframe",
        )
    seen = spacing(wall)
    if part.timeframe is None and seen is None:
        # That a row is bad says more.
        _refuse_bad_rows(content, reading)
        raise BadFile(content.file, "does not show its timeframe; say it with --timeframe")
    if (
        part.timeframe
        and seen
        and seen != part.timeframe
        and on_grid(wall, seen).all()
        and _is_finer(part.timeframe, seen)
    ):
        raise BadFile(
            content.file,
            f"is named {part.timeframe} and holds bars of {seen}; say which it is with --timeframe",
        )
    return part.timeframe or str(seen)


def _is_finer(one: str, other: str) -> bool:
    return TIMEFRAMES.index(one) < TIMEFRAMES.index(other)


def _with_skipped(found: list[CandleFile], content: Content) -> list[CandleFile]:
    """Each with the rows that were skipped; those of no known symbol stand with the first."""
    if not len(content.faults):
        return found
    whole = [candles for candles in found if len(candles)]
    return [replace(whole[0], skipped=tuple(content.faults.all())), *whole[1:]]
