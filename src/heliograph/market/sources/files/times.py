"""Columns of time as UTC milliseconds, and as the wall clock of the file's zone shows them."""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from heliograph.engine.bars import Times
from heliograph.market.sources.files.table import Faults, shown

# Whole numbers count from 1970; their size tells the unit, row by row, since files mix them.
UNITS = ((10**11, 1000, 1), (10**14, 1, 1), (10**17, 1, 1000))
DATE = {
    r"\d{4}[-./]\d\d?[-./]\d\d?": "%Y-%m-%d",
    r"\d{8}": "%Y%m%d",
    r"\d\d\.\d\d\.\d{4}": "%d.%m.%Y",
}
OFFSET = r"\s?(Z|[+-]\d\d:?\d\d|UTC)$"


@dataclass(frozen=True, slots=True)
class Stamps:
    """int64 arrays: `utc` in milliseconds, and `wall`, which the clock on the wall of the zone shows.

    `absolute` if the file itself told UTC, by numbers or offsets. Bad rows are marked as faults and hold 0.
    """

    utc: Times
    wall: Times
    absolute: bool


def read_times(column: pl.Series, *, zone: str | None, faults: Faults) -> Stamps:
    """Stamps of a column: numbers since 1970, dates, or dates with a time of day and maybe an offset."""
    if column.dtype == pl.String:
        column = column.str.strip_chars()
        if _numeric(column):
            return _absolute(_epoch(column, faults), zone)
        return _written(column, zone=zone, faults=faults)
    if column.dtype.is_numeric():
        return _absolute(_epoch(column, faults), zone)
    if column.dtype == pl.Date:
        column = column.cast(pl.Datetime("ms"))
    is_local = column.dtype.time_zone is None
    _mark(column.is_null(), column, faults)
    ms = column.dt.epoch("ms").fill_null(0).to_numpy().astype(np.int64)
    return _local(ms, zone, faults) if is_local else _absolute(ms, zone)


def _numeric(column: pl.Series) -> bool:
    """True if the first row that holds something counts from 1970; eight digits are a date."""
    first = next((value for value in column.head(100) if value), "")
    return bool(re.fullmatch(r"-?\d{9,19}(\.\d*)?", first))


def _epoch(column: pl.Series, faults: Faults) -> Times:
    numbers = column.cast(pl.Int64, strict=False)
    if column.dtype == pl.String and numbers.null_count():
        # Seconds with a fraction.
        seconds = column.cast(pl.Float64, strict=False)
        whole = (seconds.fill_nan(None) * 1000).round().cast(pl.Int64, strict=False)
        numbers = numbers.fill_null(whole) if numbers.null_count() < len(numbers) else whole
    _mark(numbers.is_null(), column, faults)
    values = numbers.fill_null(0).to_numpy().astype(np.int64)
    size = np.abs(values)
    out = values // 1_000_000
    for limit, times, over in reversed(UNITS):
        small = size < limit
        out[small] = values[small] * times // over
    return out


def _written(column: pl.Series, *, zone: str | None, faults: Faults) -> Stamps:
    shape = next((value for value in column.head(100) if value), "")
    offset = re.search(OFFSET, shape) if ":" in shape else None
    form = _form(re.sub(OFFSET, "", shape) if offset else shape)
    text = column.str.replace(r"^(\d{4})[./](\d\d?)[./]", "${1}-${2}-").str.replace(r"^([\d.-]+)T", "$1 ")
    if offset:
        text = text.str.replace(r"\s?(Z|UTC)$", "+00:00")
        parsed = text.str.to_datetime(f"{form}%#z", time_unit="ms", time_zone="UTC", strict=False)
    else:
        parsed = text.str.to_datetime(form, time_unit="ms", strict=False)
        # Some write midnight, or whole minutes, without their zeros.
        for other in _shorter(form) if parsed.null_count() else ():
            parsed = parsed.fill_null(text.str.to_datetime(other, time_unit="ms", strict=False))
    _mark(parsed.is_null(), column, faults)
    ms = parsed.dt.epoch("ms").fill_null(0).to_numpy().astype(np.int64)
    return _absolute(ms, zone) if offset else _local(ms, zone, faults)


def _form(shape: str) -> str:
    """How to read times that look like this one; a form that reads none where nothing is known."""
    date, _, clock = shape.replace("T", " ").partition(" ")
    form = next((form for pattern, form in DATE.items() if re.fullmatch(pattern, date)), "%Y-%m-%d")
    if not clock:
        return form
    return f"{form} %H:%M" + (":%S" if clock.count(":") == 2 else "") + ("%.f" if "." in clock else "")


def _shorter(form: str) -> list[str]:
    date = form.partition(" ")[0]
    return [other for other in (date, f"{date} %H:%M", f"{date} %H:%M:%S") if other != form]


def _mark(bad: pl.Series, column: pl.Series, faults: Faults) -> None:
    rows = np.flatnonzero(bad.to_numpy())
    if len(rows):
        faults.add(rows, lambda row: f"'{shown(column[row])}' is no time; write it like 2024-01-31 20:00")


def _absolute(utc: Times, zone: str | None) -> Stamps:
    if zone is None:
        return Stamps(utc, utc, absolute=True)
    local = (
        pl.Series(utc).cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(zone).dt.replace_time_zone(None)
    )
    return Stamps(utc, local.dt.epoch("ms").to_numpy().astype(np.int64), absolute=True)


def _local(wall: Times, zone: str | None, faults: Faults) -> Stamps:
    """Stamps of a clock on the wall; an hour that the clock skips or shows twice is a fault."""
    if zone is None or zone == "UTC":
        return Stamps(wall, wall, absolute=False)
    moments = pl.Series(wall).cast(pl.Datetime("ms"))
    aware = moments.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    rows = np.flatnonzero(aware.is_null().to_numpy())
    if len(rows):
        faults.add(
            rows, lambda row: f"{moments[row]} does not exist, or exists twice, in {zone}; give times in UTC"
        )
    utc = aware.dt.epoch("ms").fill_null(0).to_numpy().astype(np.int64)
    return Stamps(utc, wall, absolute=False)


def is_zone(name: str) -> bool:
    """True if there is a time zone of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True
