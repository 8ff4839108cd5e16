"""Rows as the items of a shape."""

from collections.abc import Callable

from heliograph.web.api.asked import names_of


def filled(shape: type, row: object, **others: object) -> dict[str, object]:
    """The fields of a shape from the attributes of a row, but for those that are given."""
    return {name: others[name] if name in others else getattr(row, name) for name in names_of(shape)}


def filler(shape: type) -> Callable[[object], dict[str, object]]:
    """The same for shapes whose fields are all attributes."""
    return lambda row: filled(shape, row)
