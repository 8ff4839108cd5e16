"""CSV (RFC 4180), with nothing in it that a spreadsheet would run."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from heliograph.kit.spreadsheet import harmless
from heliograph.web.api.exports.table import Column, Row


class CsvForm:
    """Rows as lines; unknown is an empty cell, times are ISO 8601 with Z."""

    kind = "text/csv; charset=utf-8"
    ending = "csv"

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [column.name for column in columns]
        self._writers = [(place, WRITERS[column.kind]) for place, column in enumerate(columns)]
        self._writers = [(place, write) for place, write in self._writers if write is not None]
        self._text = io.StringIO(newline="")
        self._lines = csv.writer(self._text)

    def begin(self) -> bytes:
        """The names of the columns."""
        self._lines.writerow(self._names)
        return self._taken()

    def rows(self, rows: Sequence[Row]) -> bytes:
        """A line for each row."""
        for row in rows:
            cells = list(row)
            for place, write in self._writers:
                value = cells[place]
                if value is not None:
                    cells[place] = write(value)
            self._lines.writerow(cells)
        return self._taken()

    def end(self) -> bytes:
        """Nothing more."""
        return b""

    def _taken(self) -> bytes:
        told = self._text.getvalue().encode()
        self._text.seek(0)
        self._text.truncate()
        return told


def moment(value: datetime) -> str:
    """As the JSON has it."""
    return value.isoformat().replace("+00:00", "Z")


def _number(value: float) -> float | None:
    # NaN is unknown.
    return value if value == value else None


def _tree(value: object) -> str:
    return msgspec.json.encode(value).decode()


WRITERS: dict[str, Callable | None] = {
    "moment": moment,
    "whole": None,
    "number": _number,
    "flag": lambda value: "true" if value else "false",
    "text": harmless,
    "numbers": _tree,
    "tree": _tree,
}
