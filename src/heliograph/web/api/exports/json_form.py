"""One JSON array of all items."""

from collections.abc import Sequence

import msgspec

from heliograph.web.api.exports.table import Column, Row


class JsonForm:
    """Rows as objects, as in the pages of the list."""

    kind = "application/json"
    ending = "json"

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [column.name for column in columns]
        self._is_first = True

    def begin(self) -> bytes:
        """The opening bracket."""
        return b"["

    def rows(self, rows: Sequence[Row]) -> bytes:
        """An object for each row, with a comma before those that follow another."""
        told = msgspec.json.encode([dict(zip(self._names, row, strict=True)) for row in rows])[1:-1]
        if not told:
            return b""
        before, self._is_first = b"" if self._is_first else b",", False
        return before + told

    def end(self) -> bytes:
        """The closing bracket."""
        return b"]"
