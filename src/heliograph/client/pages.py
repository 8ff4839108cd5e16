"""Lists of the API, page by page behind the scenes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from heliograph.client.connection import Connection, Query

T = TypeVar("T")
FORMATS = ("csv", "parquet", "json")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page; `next` is the cursor of the one after it."""

    items: list[T]
    next: str | None = None


class Pages(Generic[T]):
    """A list in the order of the API. Each look at it asks anew; pages are asked for as they are needed."""

    def __init__(self, connection: Connection, path: str, query: Query, item: type[T]) -> None:
        self._connection, self._path, self._query, self._item = connection, path, dict(query), item

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page

    def pages(self) -> Iterator[list[T]]:
        """The items page by page, the first from where `cursor` says."""
        query = dict(self._query)
        while True:
            page = self._connection.get(self._path, query, Page[self._item])  # type: ignore[name-defined]
            yield page.items
            if page.next is None:
                return
            query["cursor"] = page.next

    def first(self) -> T | None:
        """The first item, None if there is none."""
        return next(iter(Pages(self._connection, self._path, {**self._query, "limit": 1}, self._item)), None)

    def save(self, path: str | Path, *, format: str | None = None) -> int:
        """Write the whole list to a file: CSV, Parquet or JSON by its suffix or `format`; returns its bytes.

        The list is never held in memory. ValueError if neither names a format, Problem if this list has none.
        """
        kind = format or Path(path).suffix.lstrip(".").lower()
        if kind not in FORMATS:
            raise ValueError(f"'{kind or path}' is no format of an export; there are {', '.join(FORMATS)}.")
        query = {name: value for name, value in self._query.items() if name not in ("limit", "cursor")}
        written = 0
        with self._connection.stream(self._path, {**query, "format": kind}, {"Accept": "*/*"}) as pieces:
            partial = Path(f"{path}.part")
            with partial.open("wb") as file:
                for piece in pieces:
                    written += file.write(piece)
            partial.replace(path)
        return written
