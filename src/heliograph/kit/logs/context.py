"""Ids of what is being worked on: of a request, a task, a signal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_IDS: ContextVar[Mapping[str, str]] = ContextVar("heliograph_ids")


def ids() -> Mapping[str, str]:
    """The ids that are noted here, by their names."""
    return _IDS.get({})


def note(**found: object) -> None:
    """From now on, as long as this context lives, lines have these ids too."""
    _IDS.set({**ids(), **{name: str(value) for name, value in found.items()}})


@contextmanager
def noted(**found: object) -> Iterator[None]:
    """The same for a block."""
    before = _IDS.set({**ids(), **{name: str(value) for name, value in found.items()}})
    try:
        yield
    finally:
        _IDS.reset(before)


def forget() -> None:
    """What is logged from now on belongs to nothing."""
    _IDS.set({})
