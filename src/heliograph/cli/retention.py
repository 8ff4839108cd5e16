"""`heliograph retention`: how long each kind of data is kept, what would go, and what holds it back."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import doing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import counted, note, show_json, show_table
from heliograph.cli.progress import busy, counting
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.workers.retention.candles import Gone

retention = typer.Typer(rich_markup_mode=None)
Item = dict[str, object]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    retention.callback(invoke_without_command=True)(show)
    retention.command("run")(run)
    retention.command("restore")(restore)
    app.add_typer(retention, name="retention")


@spread
def show(context: typer.Context, place: Place, as_json: AsJson = False) -> None:
    """Show how long each kind of data is kept, what would go now, and why other candles do not.

    HELIOGRAPH_RETENTION changes the days, as `candles.1m=400, jobs=30`. Candles are written to Parquet files
    before they are dropped, and stay while a checkpoint, an open signal or a backtest needs them.

    \b
    Examples:
      heliograph retention
      heliograph retention run --dry-run
    """
    if context.invoked_subcommand is None:
        with database(place):
            _show(_kinds(), _months(), as_json=as_json)


@spread
def run(
    place: Place,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove what is kept no longer, as workers do by themselves: candles once a day, the rest in minutes.

    \b
    Example:
      heliograph retention run
    """
    with database(place):
        if dry_run:
            _show([one for one in _kinds() if one["go"]], _months(), as_json=as_json)
            return
        removed, months = _removed()
        if as_json:
            show_json({"removed": removed, "candles": [asdict(one) for one in months]})
            return
        rows = [[name, f"{count:,}"] for name, count in removed.items() if count]
        rows += [[f"candles of {one.month}, {', '.join(one.timeframes)}", f"{one.rows:,}"] for one in months]
        for one in months:
            note(one.why or f"Written: {', '.join(one.files)}")
        if rows:
            show_table(["removed", ">rows"], rows)
        else:
            note("Nothing was to be removed.")


@spread
def restore(
    timeframe: Annotated[str, typer.Argument(metavar="TIMEFRAME", help="Such as 1m.")],
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Bring back all candles of a timeframe that were dropped, from the files that were written before.

    \b
    Example:
      heliograph retention restore 1m
    """
    with database(place), doing("retention.restore", f"candles {timeframe}") as told:
        from heliograph.workers.retention.back import bring_back

        with counting("files") as tell:
            told["bars"] = bars = bring_back(timeframe, at=now(), say=tell)
    if as_json:
        show_json({"timeframe": timeframe, "bars": bars})
    else:
        print(f"{counted(bars, 'bar')} of {timeframe} came back.")


def _removed() -> "tuple[dict[str, int], list[Gone]]":
    from heliograph.workers.retention.candles import drop
    from heliograph.workers.retention.chosen import chosen
    from heliograph.workers.upkeep import forget_old

    kept, months = chosen(), []
    with doing("retention.run") as told, busy("Removing what is kept no longer"):
        told["removed"] = removed = {
            name: count for name, count in forget_old(at=now(), kept=kept).items() if count
        }
        told["months"] = []
        for one in drop(kept.candles, at=now(), say=note):
            months.append(one)
            told["months"] = [f"{gone.month} {', '.join(gone.timeframes)}: {gone.rows}" for gone in months]
    return removed, months


def _kinds() -> list[Item]:
    """The policies, with what would go of each now."""
    from heliograph.workers.retention.chosen import chosen
    from heliograph.workers.retention.policies import POLICIES

    kept, at = chosen(), now()
    found: list[Item] = [
        {
            "name": f"candles.{timeframe}",
            "what": f"candles of {timeframe}",
            "days": days,
            "go": None,
            "why": "",
        }
        for timeframe, days in sorted(kept.candles.items())
    ] or [{"name": "candles", "what": "candles of all timeframes", "days": None, "go": 0, "why": ""}]
    for one in POLICIES:
        days = kept.days(one.name)
        go = one.old(at, days).count() if one.old and days is not None else 0
        found.append({"name": one.name, "what": one.what, "days": days, "go": go, "why": one.fixed})
    return found


def _months() -> list[Item]:
    """The months of candles whose days are over."""
    from heliograph.workers.retention.candles import verdicts
    from heliograph.workers.retention.chosen import chosen

    return [
        {
            "month": str(one.month),
            "timeframe": one.timeframe,
            "series": one.month.series[one.timeframe],
            "goes": one.hold is None,
            "why": one.hold.why if one.hold else "",
        }
        for one in verdicts(chosen().candles, at=now())
    ]


def _show(kinds: Sequence[Item], months: Sequence[Item], *, as_json: bool) -> None:
    if as_json:
        show_json({"kinds": kinds, "candles": months})
        return
    show_table(
        ["kind", "what", ">days", ">would go", "not to be chosen, since"],
        [
            [str(one["name"]), str(one["what"]), _days(one["days"]), _go(one["go"]), str(one["why"])]
            for one in kinds
        ],
    )
    if months:
        columns = ["month", "timeframe", ">series", "goes", "held by"]
        rows = [[str(one[name]) for name in ("month", "timeframe", "series")] for one in months]
        ends = [["yes" if one["goes"] else "no", str(one["why"])] for one in months]
        show_table(columns, [[*row, *end] for row, end in zip(rows, ends, strict=True)])


def _go(count: object) -> str:
    return "below" if count is None else f"{count:,}"


def _days(days: object) -> str:
    if not isinstance(days, int | float):
        return "for ever"
    return f"{days:g}" if days >= 1 or not days else "an hour"
