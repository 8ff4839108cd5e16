"""What every list has."""

from typing import Generic, TypeVar

from ninja import Field, Schema

Item = TypeVar("Item")


class Listed(Schema, Generic[Item]):
    """Some items of a list."""

    items: list[Item]
    next: str | None = Field(description="The `cursor` of the page after this one, null on the last.")
