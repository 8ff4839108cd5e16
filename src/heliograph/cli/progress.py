"""Progress on stderr, where a person watches it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counting(unit: str, *, total: int | None = None, title: str = "") -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how many are done; it draws a bar only on a terminal."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    looks = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[shown]}"),
        TimeElapsedColumn(),
    )
    with Progress(*looks, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total, shown="")
        yield lambda done: progress.update(task, completed=done, shown=f"{done:,} {unit}")
