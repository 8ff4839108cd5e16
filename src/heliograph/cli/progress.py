"""Progress on stderr, where a person watches it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Tell(Protocol):
    """Hears how much is done, of how much where that is known, and of what."""

    def __call__(self, done: int, total: int | None = None, what: str = "") -> None: ...


@contextmanager
def counting(unit: str) -> Iterator[Tell]:
    """A bar that counts units; without a terminal nothing is drawn."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    what, count = TextColumn("{task.description}"), TextColumn("{task.fields[shown]}")
    console = Console(stderr=True)
    with Progress(what, BarColumn(), count, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("", total=None, shown="")

        def tell(done: int, total: int | None = None, what: str = "") -> None:
            shown = f"{done:,}{f' of {total:,}' if total else ''} {unit}"
            progress.update(task, completed=done, total=total, description=what, shown=shown)

        yield tell


@contextmanager
def busy(what: str) -> Iterator[None]:
    """A sign that something is under way; without a terminal nothing is drawn."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def _silent(done: int, total: int | None = None, what: str = "") -> None:
    pass
