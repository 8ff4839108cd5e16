"""Pages of lists: from behind the row that a cursor names, by an order whose last column is unique."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from heliograph.signals.errors import BadCursor
from heliograph.web.api.asked import Paging
from heliograph.web.api.cursors import Place, read_cursor, write_cursor
from heliograph.web.ordering import nulls_last

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list; `next` is the cursor of the page after them, None on the last."""

    items: Sequence[Item]
    next: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the list of that name. All columns go the same way: each with a minus, or none."""

    name: str
    columns: tuple[str, ...]

    @property
    def falls(self) -> bool:
        """True if the largest comes first."""
        return self.columns[0].startswith("-")

    @property
    def ordering(self) -> Sequence[str | OrderBy]:
        """What rows are ordered by."""
        return self.columns

    @property
    def paths(self) -> list[str]:
        """The columns without their direction."""
        return [column.removeprefix("-") for column in self.columns]

    def behind(self, cursor: str) -> Q:
        """The rows behind the one that a cursor names; BadCursor if it is of another list."""
        return self.after(self.places(cursor))

    def places(self, cursor: str) -> list[Place]:
        """The places of the row that a cursor names; BadCursor if it is of another list."""
        places = read_cursor(self.name, cursor)
        if len(places) != len(self.columns):
            raise BadCursor
        return places

    def after(self, places: Sequence[Place]) -> Q:
        """The rows behind the one with these places in the order."""
        paths, way = self.paths, "lt" if self.falls else "gt"
        # The first condition is what the index is entered by: the server finds no way in through an OR.
        entry = Q(**{f"{paths[0]}__{way}e": places[0]}) if len(paths) > 1 else Q()
        later = Q()
        for depth in range(len(paths)):
            same = dict(zip(paths[:depth], places[:depth], strict=True))
            later |= Q(**same, **{f"{paths[depth]}__{way}": places[depth]})
        return entry & later

    def cursor(self, row: object) -> str:
        """The cursor behind a row."""
        return self.mark(*(attrgetter(path.replace("__", "."))(row) for path in self.paths))

    def mark(self, *places: Place) -> str:
        """The cursor behind the row with these places."""
        return write_cursor(self.name, places)


class Ranked(Order):
    """By a column either way, with what is unknown last, and then by a unique one that rises."""

    @property
    def ordering(self) -> Sequence[str | OrderBy]:
        """What rows are ordered by."""
        return [nulls_last(column) for column in self.columns]

    def after(self, places: Sequence[Place]) -> Q:
        """The rows behind the one with these places in the order."""
        (rank, unique), (value, number) = self.paths, places
        level = Q(**{rank: value, f"{unique}__gt": number})
        if value is None:
            return level
        return level | Q(**{f"{rank}__{'lt' if self.falls else 'gt'}": value}) | Q(**{rank: None})


def page_of(
    rows: QuerySet[Row], asked: Paging, order: Order, make: Callable[[Row], Item] | None = None
) -> Page[Any]:
    """A page of rows, each made into an item. One statement."""
    if asked.cursor:
        rows = rows.filter(order.behind(asked.cursor))
    found = list(rows.order_by(*order.ordering)[: asked.limit + 1])
    shown = found[: asked.limit]
    following = order.cursor(shown[-1]) if len(found) > asked.limit else None
    return Page([make(row) for row in shown] if make else shown, following)


def part_of(
    items: Sequence[Item], asked: Paging, *, name: str, key: Callable[[Item], tuple[Place, ...]]
) -> Page[Item]:
    """A page of a list that was read whole; `key` is what its items are known and ordered by."""
    ordered = sorted(items, key=key)
    start = 0
    if asked.cursor:
        start = bisect_right([key(item) for item in ordered], tuple(read_cursor(name, asked.cursor)))
    shown = ordered[start : start + asked.limit]
    more = len(ordered) > start + asked.limit
    return Page(shown, write_cursor(name, key(shown[-1])) if more else None)
