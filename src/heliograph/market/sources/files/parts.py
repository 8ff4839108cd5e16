"""The symbols and timeframes of a table, and which of its rows belong to each."""

from dataclasses import dataclass

import numpy as np

from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.market.errors import BadFile
from heliograph.market.sources.files.checks import Rows
from heliograph.market.sources.files.contents import Content
from heliograph.market.sources.files.names import METATRADER, MINUTES, Named, from_name
from heliograph.market.symbols import normal_symbol


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one symbol and timeframe. `timeframe` is only a guess of the name unless `is_certain`.

    `symbol` is empty where nothing names it.
    """

    symbol: str
    timeframe: str | None
    is_certain: bool
    rows: Rows


def parts_of(content: Content, *, symbol: str | None, timeframe: str | None) -> list[Part]:
    """The parts in the order in which the file brings them up; `symbol` and `timeframe` name or pick them."""
    layout, frame = content.layout, content.table.frame
    named = from_name(content.table.stem, format=layout.format, exchange=layout.exchange)
    keys = [str(k) for k in (layout.symbol, layout.timeframe) if k is not None]
    if not keys:
        return [
            Part(
                symbol=_symbol(content, named, symbol),
                timeframe=timeframe or named.timeframe,
                is_certain=timeframe is not None,
                rows=np.arange(frame.height),
            )
        ]
    groups = frame.select(keys).with_row_index("row").group_by(keys, maintain_order=True).agg("row")
    parts = [
        _part(
            content,
            dict(zip(keys, values, strict=True)),
            rows.to_numpy().astype(np.int64),
            named,
            (symbol, timeframe),
        )
        for values, rows in zip(groups.select(keys).iter_rows(), groups["row"], strict=True)
    ]
    return _picked(content, parts, symbol=symbol, timeframe=timeframe)


def _part(
    content: Content,
    values: dict[str, object],
    rows: Rows,
    named: Named,
    asked: tuple[str | None, str | None],
) -> Part:
    layout = content.layout
    symbol, timeframe = asked
    if layout.symbol is not None:
        written = str(values[str(layout.symbol)] or "")
        name = normal_symbol(written, exchange=layout.exchange) if written else ""
        if not name:
            raise BadFile(
                content.file, f"{content.table.unit} {content.table.lines[rows[0]]}: the symbol is empty"
            )
    else:
        name = _symbol(content, named, symbol)
    if layout.timeframe is None:
        return Part(name, timeframe or named.timeframe, timeframe is not None, rows)
    length = _length(str(values[str(layout.timeframe)]))
    if length is None:
        raise BadFile(
            content.file,
            f"{content.table.unit} {content.table.lines[rows[0]]}: there is no timeframe"
            f" '{values[str(layout.timeframe)]}'; use one of {', '.join(TIMEFRAMES)}",
        )
    return Part(name, length, True, rows)


def _symbol(content: Content, named: Named, symbol: str | None) -> str:
    if symbol is not None:
        return normal_symbol(symbol, exchange=content.layout.exchange)
    if content.layout.format == "lean":
        # LEAN names its files by the symbol, in lower case.
        return normal_symbol(content.table.stem)
    if named.symbol is None:
        return ""
    if content.layout.perpetual and named.symbol.count("/") and ":" not in named.symbol:
        return f"{named.symbol}:{named.symbol.split('/')[1]}"
    return named.symbol


def _picked(content: Content, parts: list[Part], *, symbol: str | None, timeframe: str | None) -> list[Part]:
    if symbol is not None and content.layout.symbol is not None:
        wanted = normal_symbol(symbol, exchange=content.layout.exchange)
        has = sorted({part.symbol for part in parts})
        parts = [part for part in parts if part.symbol == wanted]
        if not parts:
            raise BadFile(content.file, f"holds no {wanted}; it has {_some(has)}")
    if timeframe is not None and content.layout.timeframe is not None:
        has = [name for name in TIMEFRAMES if any(part.timeframe == name for part in parts)]
        parts = [part for part in parts if part.timeframe == timeframe]
        if not parts:
            raise BadFile(content.file, f"holds no {timeframe} bars; it has {_some(has)}")
    return parts


def _length(written: str) -> str | None:
    return written if written in TIMEFRAMES else METATRADER.get(written) or MINUTES.get(written)


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
