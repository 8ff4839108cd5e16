"""Delimited text as a table of strings that remembers its lines."""

import csv
import io
import re

import numpy as np
import polars as pl

from heliograph.engine.bars import Times
from heliograph.market.errors import BadFile
from heliograph.market.sources.files.layout import Layout, NotCandles, forced, of_header, of_row
from heliograph.market.sources.files.table import Faults, Skipped, Table

DELIMITERS = "\t;,|"
UNKNOWN = (
    "line {line} is of no known format; name the columns time, open, high, low, close, volume in a header,"
    " or say which it is with --format"
)


def read_text(
    file: str, stem: str, data: bytes, *, format: str | None = None
) -> tuple[Table, Layout, Faults]:
    """The table of a text, its layout and the lines that have the wrong number of columns."""
    data = _utf8(file, data)
    starts, ends = _lines(data)
    filled = np.flatnonzero(ends > starts)
    if not len(filled):
        raise BadFile(file, "is empty; there is nothing to import")
    head = _first_line(data, starts, ends, filled)
    text = data[starts[head] : ends[head]].decode()
    delimiter = max(DELIMITERS, key=text.count)
    fields = _fields(file, text, delimiter, line=head + 1)
    layout = _layout(file, fields, line=head + 1, format=format)
    body = filled[filled >= head + layout.has_header]
    if not len(body):
        raise BadFile(file, "has a header and no rows; there is nothing to import")
    if b'"' in data:
        try:
            return _quoted(stem, data, layout, fields, delimiter, skip=head + layout.has_header)
        except csv.Error as fault:
            raise BadFile(file, f"has quotes that do not match ({fault}); mend them") from fault
    counts = _columns(data, delimiter, starts[body], ends[body])
    good = counts == len(fields)
    faults = Faults(lines=body[good] + 1)
    faults.broken += [
        _ragged(line, count, len(fields)) for line, count in zip(body[~good] + 1, counts[~good], strict=True)
    ]
    rows = _joined(data, starts, ends, body, good)
    frame = _parsed(rows, delimiter, layout) if good.any() else _empty(layout)
    return Table(stem, tuple(fields), frame, faults.lines), layout, faults


def _utf8(file: str, data: bytes) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # MetaTrader writes UTF-16 where the terminal's language needs it.
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError as fault:
            raise BadFile(file, f"is broken UTF-16 text ({fault.reason}); save it as UTF-8") from fault
    try:
        data.decode()
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise BadFile(file, f"line {line} is not UTF-8 text; save the file as UTF-8") from fault
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise BadFile(file, f"line {line} holds binary data; this is neither text nor a known format")
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _lines(data: bytes) -> tuple[Times, Times]:
    """Where each line starts and ends, its line feed not counted."""
    feeds = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
    starts = np.concatenate([[0], feeds + 1])
    return starts, np.concatenate([feeds, [len(data)]])


def _first_line(data: bytes, starts: Times, ends: Times, filled: Times) -> int:
    """The first line that holds a table: CryptoDataDownload puts its address above it."""
    for line in filled[:5].tolist():
        if not re.match(rb"https?://|#", data[starts[line] : ends[line]]):
            return line
    return int(filled[0])


def _fields(file: str, text: str, delimiter: str, *, line: int) -> list[str]:
    try:
        fields = next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error as fault:
        raise BadFile(file, f"line {line} cannot be read ({fault})") from fault
    return fields or [""]


def _layout(file: str, fields: list[str], *, line: int, format: str | None) -> Layout:
    try:
        layout = of_row(fields) if re.match(r"\s*\d", fields[0]) else of_header(fields)
        if format is not None:
            layout = forced(layout, format, fields)
    except NotCandles as other:
        raise BadFile(file, str(other)) from other
    if layout is None:
        raise BadFile(file, UNKNOWN.format(line=line))
    return layout


def _columns(data: bytes, delimiter: str, starts: Times, ends: Times) -> Times:
    found = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord(delimiter))
    return np.searchsorted(found, ends) - np.searchsorted(found, starts) + 1


def _ragged(line: int, count: int, wanted: int) -> Skipped:
    return Skipped(int(line), f"has {count} columns where {wanted} are expected")


def _joined(data: bytes, starts: Times, ends: Times, body: Times, good: np.ndarray) -> bytes:
    """The good rows as text; a slice of the whole where they lie in one piece."""
    lines = body[good]
    if len(lines) and lines[-1] - lines[0] + 1 == len(lines):
        return data[starts[lines[0]] : ends[lines[-1]]]
    return b"\n".join(data[starts[line] : ends[line]] for line in lines)


def _parsed(rows: bytes, delimiter: str, layout: Layout) -> pl.DataFrame:
    columns = layout.columns()
    frame = pl.read_csv(
        io.BytesIO(rows),
        has_header=False,
        separator=delimiter,
        quote_char=None,
        infer_schema=False,
        columns=columns,
    )
    frame.columns = [str(k) for k in columns]
    return frame


def _empty(layout: Layout) -> pl.DataFrame:
    return pl.DataFrame({str(k): pl.Series([], dtype=pl.String) for k in layout.columns()})


def _quoted(
    stem: str, data: bytes, layout: Layout, header: list[str], delimiter: str, *, skip: int
) -> tuple[Table, Layout, Faults]:
    """The same for text with quotes, whose rows only a real reader can tell apart."""
    reader = csv.reader(io.StringIO(data.decode()), delimiter=delimiter)
    rows, lines, broken = [], [], []
    for row in reader:
        if reader.line_num <= skip or not row:
            continue
        if len(row) == len(header):
            rows.append(row)
            lines.append(reader.line_num)
        else:
            broken.append(_ragged(reader.line_num, len(row), len(header)))
    faults = Faults(lines=np.array(lines, dtype=np.int64), broken=broken)
    columns = {str(k): pl.Series([row[k] for row in rows], dtype=pl.String) for k in layout.columns()}
    return Table(stem, tuple(header), pl.DataFrame(columns), faults.lines), layout, faults
