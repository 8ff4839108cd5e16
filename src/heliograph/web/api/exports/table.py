"""What is exported: named columns, and their rows in chunks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from django.db.models import QuerySet
from ninja import Schema

from heliograph.web.api.paging import Order

Kind: TypeAlias = Literal["moment", "whole", "number", "flag", "text", "numbers", "tree"]
Row: TypeAlias = Sequence[Any]
KINDS: dict[object, Kind] = {
    datetime: "moment",
    int: "whole",
    float: "number",
    bool: "flag",
    str: "text",
    list[float]: "numbers",
}
# Few enough to be held and sent while others wait, many enough for the server to be asked rarely.
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `tree` is what has no type of its own in a table, such as a list of parts."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and rows as sequences in their order; the name becomes that of the file."""

    name: str
    columns: tuple[Column, ...]
    chunks: Iterator[Sequence[Row]]

    def only(self, names: Sequence[str]) -> "Table":
        """The same with only these columns, in the order in which they are named; all where none are."""
        if not names:
            return self
        places = [[column.name for column in self.columns].index(name) for name in names]
        chunks = ([[row[place] for place in places] for row in chunk] for chunk in self.chunks)
        return Table(self.name, tuple(self.columns[place] for place in places), chunks)


def table_of(name: str, shape: type[Schema], chunks: Iterator[Sequence[Row]]) -> Table:
    """A table whose rows have the fields of a shape."""
    columns = [Column(field, _kind(told.annotation)) for field, told in shape.model_fields.items()]
    return Table(name, tuple(columns), chunks)


def chunks_of(
    rows: QuerySet,
    order: Order,
    paths: Sequence[str],
    make: Callable[[tuple], Row] | None = None,
    *,
    size: int = CHUNK,
) -> Iterator[list[Row]]:
    """The rows of these paths, a chunk for each statement: no transaction stays open while a client reads.

    A row is what it was when its chunk was read.
    """
    width, places = len(paths), None
    asked = list(paths) + order.paths
    while True:
        part = rows.filter(order.after(places)) if places else rows
        found = list(part.order_by(*order.ordering).values_list(*asked)[:size])
        if found:
            own = [row[:width] for row in found]
            yield [make(row) for row in own] if make else own
        if len(found) < size:
            return
        places = found[-1][width:]


def _kind(annotation: object) -> Kind:
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(one for one in get_args(annotation) if one is not NoneType)
    if get_origin(annotation) is Literal:
        return "text"
    return KINDS.get(annotation, "tree")
