"""Backtests over stored candles: at once, at once and kept, or left to the workers."""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.backtest_view import View, note_undecided, show_view, view_object
from heliograph.cli.changing import doing
from heliograph.cli.database import database
from heliograph.cli.exits import Exit
from heliograph.cli.moments import moment, now
from heliograph.cli.options import Place
from heliograph.cli.output import note, show_json
from heliograph.cli.progress import counting
from heliograph.cli.strategy_file import BadStrategyFile, read_strategy, read_text
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.fleet.models import Job
    from heliograph.research.models import StoredBacktest
    from heliograph.research.request import Scope, Text

LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Stored:
    """Which stored candles, and what becomes of the result."""

    venue: Annotated[
        str | None, typer.Option("--venue", help="Run over the stored candles of this venue.")
    ] = None
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first stored bar to run over.")
    ] = None
    end: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="The last stored bar to run over.")
    ] = None
    store: Annotated[bool, typer.Option("--store", help="Run over stored candles; the result is kept.")] = (
        False
    )
    background: Annotated[
        bool, typer.Option("--background", help="The same, but leave the work to the workers.")
    ] = False

    @property
    def is_meant(self) -> bool:
        """True if any of them was given."""
        return any((self.venue, self.start, self.end, self.store, self.background))

    def of(
        self,
        file: Path,
        overrides: Mapping[str, str],
        params: Mapping[str, float],
        *,
        symbols: Sequence[str],
        close_at_end: bool,
    ) -> "Said":
        """With all else that was said; a strategy file with mistakes is refused at once."""
        if file.exists():
            read_strategy(file, overrides=overrides, params=params)
        return Said(self, file, overrides, params, tuple(symbols), close_at_end)


@dataclass(frozen=True)
class Said:
    """All that was said of a backtest over stored candles."""

    stored: Stored
    file: Path
    overrides: Mapping[str, str]
    params: Mapping[str, float]
    symbols: tuple[str, ...]
    close_at_end: bool


def run_stored(said: Said, place: Place, *, as_json: bool) -> None:
    """Run it here or leave it to the workers; the result is kept, and the same again is not run again."""
    with database(place), doing("backtest.start") as told:
        from heliograph.research.queries import find_backtest
        from heliograph.research.request import request_backtest

        asked = request_backtest(_text(said), _scope(said), at=now())
        stored, job = asked.backtest, asked.backtest.job.pk
        told |= {"subject": f"backtest {stored.pk}", "strategy": stored.name, "known": asked.known}
        note(f"Backtest {stored.pk}: {asked.why}")
        if not said.stored.background:
            _run(job)
            show_stored(find_backtest(stored.pk), as_json=as_json)
        elif as_json:
            show_json({"id": stored.pk, "job": job, "known": asked.known, "why": asked.why})
        else:
            print(f"Job {job} runs it; `heliograph jobs wait {job}` follows it.")
            print(f"`heliograph backtests show {stored.pk}` shows what came of it.")


def show_stored(stored: "StoredBacktest", *, as_json: bool, more: Mapping[str, object] | None = None) -> None:
    """Tables and chart as of a backtest that was just run."""
    from heliograph.research.result import finished_result

    view = View.of_stored(stored.name, stored.timeframe, finished_result(stored))
    if as_json:
        show_json({"id": stored.pk, **(more or {}), **view_object(view)})
    else:
        show_view(view)
        note_undecided(view)


def _text(said: Said) -> "Text":
    from heliograph.research.request import Text
    from heliograph.signals.queries import find_version

    if said.file.exists():
        return Text(read_text(said.file).decode(), said.overrides, said.params)
    if said.file.suffix == ".toml":
        raise BadStrategyFile(f"{said.file} cannot be read (No such file or directory).")
    version = find_version(str(said.file))
    changed = said.overrides or said.params
    return Text(version.text, said.overrides, said.params, version=None if changed else version)


def _scope(said: Said) -> "Scope":
    from heliograph.market.queries import stored_symbol
    from heliograph.research.request import Scope

    return Scope(
        venue=said.stored.venue,
        symbols=tuple(stored_symbol(symbol, venue=said.stored.venue) for symbol in said.symbols),
        start=moment(said.stored.start, option="--from") if said.stored.start else None,
        end=moment(said.stored.end, option="--until") if said.stored.end else None,
        close_at_end=said.close_at_end,
    )


def _run(job_id: int) -> None:
    """Do the work in this process, where no worker is at it; if its worker dies it is taken over."""
    from heliograph.fleet.jobs import find_job, run_next
    from heliograph.research.run import run_backtest

    runner = partial(run_backtest, threads=os.cpu_count() or 1)
    holder = f"{socket.gethostname()}:{os.getpid()}"
    with counting("bars") as tell:

        def look() -> bool:
            job = find_job(job_id)
            tell(job.done, job.total, job.title)
            return False

        while (job := find_job(job_id)).state in job.UNFINISHED:
            if run_next({"backtest": runner}, holder=holder, stop=look, only=job_id) is None:
                look()
                time.sleep(LOOK_SECONDS)
    _refuse_unfinished(job)


def _refuse_unfinished(job: "Job") -> None:
    if job.state == job.State.DONE:
        return
    if job.state == job.State.FAILED and not job.traceback:
        raise UserError(job.error)
    note(f"Job {job.pk} is {job.state}; `heliograph jobs show {job.pk}` says why.")
    raise typer.Exit(Exit.OUR_FAULT)
