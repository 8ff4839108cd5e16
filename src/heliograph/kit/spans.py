"""Spans of what takes time, for a collector of OpenTelemetry; nothing where none is set up."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

Tell: TypeAlias = Callable[[str, str | int], None]
# The tracer of OpenTelemetry, which is imported only where a collector is named.
_tracer: Any = None


def send_to(tracer: Any) -> None:
    """From now on spans are told to that tracer."""
    global _tracer
    _tracer = tracer


@contextmanager
def span(name: str, *, came_with: Mapping[str, str] | None = None, **attributes: str | int) -> Iterator[Tell]:
    """A span for a block; it gives a function by which more is told. `came_with`: headers that may name
    the span that this one belongs to.
    """
    if _tracer is None:
        yield _untold
        return
    from opentelemetry.propagate import extract

    parent = extract(dict(came_with)) if came_with else None
    with _tracer.start_as_current_span(name, context=parent, attributes=attributes) as told:
        yield told.set_attribute


def _untold(_name: str, _value: str | int) -> None:
    pass
