"""What a body may be: JSON of a decent size and depth, without what the database cannot store."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from django.http import HttpRequest
from ninja.parser import Parser

from heliograph.web.api.problems import Refused

View = TypeVar("View", bound=Callable[..., Any])
LARGEST = 1 << 20
DEEPEST = 32
JSON = "application/json"
FORM = "multipart/form-data"


def body_up_to(largest: int, *, kind: str = JSON) -> Callable[[View], View]:
    """An operation whose body may have so many bytes, instead of a MiB, or is a form with files."""

    def mark(view: View) -> View:
        view.largest_body, view.body_kind = largest, kind  # type: ignore[attr-defined]
        return view

    return mark


def check_body(request: HttpRequest, *, largest: int = LARGEST, kind: str = JSON) -> None:
    """Refused where a body is too large or of another type than the operation reads."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    length = int(told) if told.isascii() and told.isdecimal() else 0
    if length > largest:
        raise _too_large(largest)
    if not length and kind == JSON and not request.body:
        # The operation says that it is missing.
        return
    if request.content_type != kind:
        was = f"`{request.content_type}`" if request.content_type else "without a type"
        sentence = f"The body is {kind}, not {was}; say so with Content-Type."
        raise Refused(415, sentence, headers={"Accept": kind})
    if kind == JSON and len(request.body) > largest:
        raise _too_large(largest)


def _too_large(largest: int) -> Refused:
    return Refused(413, f"A body may have {largest:,} bytes here.")


class StrictParser(Parser):
    """Reads JSON bodies; what is no JSON is refused by its place."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The value; Refused if it is no JSON, too deep, or holds a NUL."""
        try:
            value = msgspec.json.decode(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise Refused(400, f"The body is no JSON: {str(fault).rstrip('.')}.") from fault
        except RecursionError as fault:
            raise Refused(400, f"The body is nested deeper than {DEEPEST} levels.") from fault
        _check(value)
        return value


def _check(whole: object) -> None:
    """Level by level, so that depth costs no stack."""
    level, depth = [whole], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise Refused(400, f"The body is nested deeper than {DEEPEST} levels.")
        following: list[object] = []
        for value in level:
            if isinstance(value, str):
                if "\x00" in value:
                    raise Refused(422, "A text of the body holds a NUL, which cannot be stored.")
            elif isinstance(value, dict):
                following += (*value, *value.values())
            elif isinstance(value, list):
                following += value
        level = following
