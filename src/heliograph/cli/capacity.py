"""`heliograph capacity`: how many workers a load needs, and what it leaves behind each day."""

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.capacity_recorded import Was, plan_was, read_load, show_was, usual_within_s, was_as_json
from heliograph.cli.database import database
from heliograph.cli.moments import now, since
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import counted, note, number, show_json, show_table
from heliograph.cli.progress import busy
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.fleet.simulate.capacity import Asked, Capacity
    from heliograph.fleet.simulate.result import Simulated

HEIGHT, WIDEST = 14, 100


@dataclass(frozen=True)
class Wanted:
    """The load."""

    instruments: Annotated[int, typer.Option("--instruments", min=1, help="How many instruments.")] = 1_000
    strategies: Annotated[
        int, typer.Option("--strategies", min=1, help="How many strategies look at each of them.")
    ] = 5
    timeframe: Annotated[str, typer.Option("--timeframe", metavar="TF", help="The length of a bar.")] = "5m"
    within: Annotated[
        float | None,
        typer.Option(
            "--within",
            min=0.01,
            metavar="SECONDS",
            help="How soon after a close 99 % of the work is to be done. "
            "Default: a tenth of a bar, at most a minute.",
        ),
    ] = None
    headroom: Annotated[
        float,
        typer.Option(
            "--headroom", min=0, metavar="PERCENT", help="How much longer all may take, still in time."
        ),
    ] = 20.0


@dataclass(frozen=True)
class Past:
    """A load that was."""

    recorded: Annotated[
        bool,
        typer.Option(
            "--recorded",
            help="Plan for the load that is stored here, as it was.",
        ),
    ] = False
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="Of --recorded: a date, or an age such as 12h, 7d.")
    ] = "1d"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("capacity")(capacity)


@spread
def capacity(
    wanted: Wanted,
    past: Past,
    place: Place,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Measure this machine anew; heed nothing that is stored.")
    ] = False,
    chart: Annotated[bool, typer.Option("--chart", help="Draw workers and waiting work over time.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say how many workers a load needs, how much memory, and how many rows and bytes it leaves each day.

    Costs are measured on this machine, once, in a database of its own that is removed again; where enough is
    stored already, stored figures count. The policy of scaling is simulated over the same load.

    With --recorded the load is that of the stored evaluations: when each became due, and how long it took.
    What really happened stands beside what the policy that is set here would have done.

    \b
    Examples:
      heliograph capacity --instruments 10000 --strategies 50 --timeframe 1m
      heliograph capacity --instruments 500 --timeframe 5m --within 1 --json
      heliograph capacity --recorded --since 7d --chart
    """
    from heliograph.kit.embedded import Home

    was: Was | None = None
    with database(place), busy("measuring and simulating"):
        from heliograph.fleet.simulate.capacity import plan_capacity
        from heliograph.workers.capacity import costs_here

        at = now()
        load = read_load(since(past.since, at=at), at=at) if past.recorded else None
        costs = costs_here(Home.open(place.home).path, again=calibrate, at=at)
        if load:
            was, asked, planned = plan_was(load, costs, within=wanted.within, headroom=wanted.headroom)
        else:
            asked = _asked(wanted)
            planned = plan_capacity(asked, costs)
    if as_json:
        show_json(_as_json(asked, planned) | ({"recorded": was_as_json(was)} if was else {}))
        return
    _show(asked, planned)
    if was:
        show_was(was, planned)
    if chart:
        print(_chart(planned.scaled))


def _asked(wanted: Wanted) -> "Asked":
    from heliograph.engine.timeframe import DAY, Timeframe
    from heliograph.fleet.simulate.capacity import Asked
    from heliograph.signals.universe import SHARD_SIZE

    # A month has 30 days here.
    interval_s = (Timeframe.parse(wanted.timeframe).ms or 30 * DAY) / 1000
    within_s = wanted.within or usual_within_s(interval_s)
    return Asked(
        instruments=wanted.instruments,
        strategies=wanted.strategies,
        interval_s=interval_s,
        timeframe=wanted.timeframe,
        within_s=within_s,
        shard_size=SHARD_SIZE,
        headroom_pct=wanted.headroom,
    )


def _show(asked: "Asked", planned: "Capacity") -> None:
    scaled = planned.scaled
    hours = scaled.worker_seconds / scaled.seconds * 24
    lines = [
        ("workers", f"{planned.workers:,}"),
        ("margin", f"{planned.margin:.2f} times this load is still in time"),
        ("age after a close", f"p50 {planned.age_p50_s:.2f} s, p95 {planned.age_p95_s:.2f} s, "
         f"p99 {planned.age_p99_s:.2f} s of {asked.within_s:g} s"),
        ("busy", f"{planned.busy_pct:.0f} % of the workers' time"),
        ("memory", f"{_bytes(planned.memory_bytes)}, {_bytes(planned.memory_per_worker_bytes)} a worker"),
        ("with scaling", f"{scaled.most_workers:,} workers at most, {hours:,.0f} worker-hours a day, "
         f"{counted(len(scaled.changes), 'change')}, p99 {number(scaled.age_quantile_s(0.99), 2)} s"),
    ]  # fmt: skip
    show_table(["what", "needed"], lines)
    print()
    total = sum(planned.bytes_per_day.values())
    rows = [
        [name, f"{count:,}", _bytes(planned.bytes_per_day[name])]
        for name, count in planned.rows_per_day.items()
    ]
    rows.append(["in all", f"{sum(planned.rows_per_day.values()):,}", _bytes(total)])
    show_table(["each day", ">rows", ">size"], rows)
    note("Assumptions:")
    for line in planned.assumptions:
        note(f"- {line}")


def _as_json(asked: "Asked", planned: "Capacity") -> dict[str, object]:
    scaled = planned.scaled
    return {
        "instruments": asked.instruments,
        "strategies": asked.strategies,
        "timeframe": asked.timeframe,
        "within_seconds": asked.within_s,
        "headroom_pct": asked.headroom_pct,
        "workers": planned.workers,
        "margin": planned.margin,
        "age_seconds": {"p50": planned.age_p50_s, "p95": planned.age_p95_s, "p99": planned.age_p99_s},
        "busy_pct": planned.busy_pct,
        "memory_bytes": planned.memory_bytes,
        "memory_per_worker_bytes": planned.memory_per_worker_bytes,
        "rows_per_day": {**planned.rows_per_day, "total": sum(planned.rows_per_day.values())},
        "bytes_per_day": {**planned.bytes_per_day, "total": sum(planned.bytes_per_day.values())},
        "scaled": {
            "hours_simulated": scaled.seconds / 3600,
            "most_workers": scaled.most_workers,
            "worker_hours_per_day": scaled.worker_seconds / scaled.seconds * 24,
            "changes": len(scaled.changes),
            "turns": scaled.turns,
            "age_seconds": {
                name: scaled.age_quantile_s(share)
                for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
            },
        },
        "assumptions": list(planned.assumptions),
    }


def _chart(scaled: "Simulated") -> str:
    """Waiting pieces and workers over the simulated time."""
    import numpy as np
    import plotext

    width = min(shutil.get_terminal_size().columns, WIDEST)
    # The highest of each part: a close would fall between two dots.
    parts = [part.max(axis=0) for part in np.array_split(scaled.curve, min(width, len(scaled.curve)))]
    hours, backlog, workers = np.array(parts).T
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.title(f"pieces that wait or run (line, up to {backlog.max():,.0f}) and workers (dots), by hour")
    figure.plot_size(width, HEIGHT)
    figure.draw(figure.signal((hours / 3600).tolist(), backlog.tolist(), marker="braille"))
    figure.draw(figure.signal((hours / 3600).tolist(), workers.tolist(), marker="dot"))
    lines = plotext.uncolorize(figure.build().string()).splitlines()
    return "\n".join(line.rstrip() for line in lines).rstrip()


def _bytes(count: float) -> str:
    """`1.2 GB`, in powers of ten."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count:,.0f} bytes"
