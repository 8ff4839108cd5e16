"""Orders of rows, for pages and operations alike."""

from django.db.models import F
from django.db.models.expressions import OrderBy


def nulls_last(column: str) -> OrderBy:
    """By a column, falling where it has a minus; what is unknown comes last either way."""
    path = F(column.removeprefix("-"))
    return path.desc(nulls_last=True) if column.startswith("-") else path.asc(nulls_last=True)
