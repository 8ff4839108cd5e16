"""What can be asked for in the address of an operation: pages, fields, names, numbers and moments."""

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, TypeVar

from ninja import Field, Schema
from pydantic import BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema, field_validator

MOST = 500
YEARS = range(1900, 2300)
Calendar = TypeVar("Calendar", date, datetime)


def _read(value: object, kind: type[Calendar], *, such: str) -> Calendar:
    """A day or moment that a calendar of ours has; the number 20240709 of a JSON body is neither."""
    if isinstance(value, kind):
        found = value
    else:
        try:
            found = kind.fromisoformat(_text(value))
        except ValueError as fault:
            raise ValueError(f"it is a {such}") from fault
    if found.year not in YEARS:
        raise ValueError(f"its year lies between {YEARS[0]} and {YEARS[-1]}")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("it is no text")
    return value.strip()


def _moment(value: object) -> datetime:
    """A moment in UTC, which one without a zone is taken for."""
    found = _read(value, datetime, such="moment such as 2024-07-09T16:00:00Z")
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _day(value: object) -> date:
    return _read(value, date, such="day such as 2024-07-09")


# What is written on one line, without characters that nobody sees.
LINE = r"^[^\x00-\x1f\x7f]*$"
# PostgreSQL has no NUL in its texts.
Name = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]
Line = Annotated[str, Field(min_length=1, max_length=120, pattern=LINE)]
Words = Annotated[str, Field(max_length=200, pattern=LINE)]
# A name that stands in addresses.
Slug = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Id = Annotated[int, Field(ge=0, lt=2**63)]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(lambda moment: moment.isoformat().replace("+00:00", "Z")),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


def names_of(shape: type) -> list[str]:
    """The fields of a shape, in their order."""
    return [one.name for one in fields(shape)] if is_dataclass(shape) else list(shape.model_fields)


class Told(Schema):
    """A body; a field that is not known is refused, and so is a value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Chosen(Schema):
    """Which fields of each item are wanted; `shape` is what an item is."""

    shape: ClassVar[Any]
    fields: str | None = Field(
        None, max_length=1000, description="Only these fields of each item, with commas between them."
    )

    @field_validator("fields")
    @classmethod
    def _known(cls, text: str | None) -> str | None:
        known = names_of(cls.shape)
        for name in _split(text or ""):
            if name not in known:
                raise ValueError(f"there is no field `{name}`; there are {', '.join(known)}")
        return text

    @property
    def names(self) -> tuple[str, ...]:
        """The wanted fields, none where all are."""
        return tuple(_split(self.fields or ""))


class Paging(Chosen):
    """How much of a list, and from where."""

    limit: int = Field(50, ge=1, le=MOST, description="How many at most.")
    cursor: str | None = Field(None, max_length=300, description="`next` of the page before.")


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
