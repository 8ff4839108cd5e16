"""`heliograph backtests`: those that are kept."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.backtest_stored import show_stored
from heliograph.cli.backtest_view import COLUMNS, summary_row
from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, counted, known, note, number, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.engine.performance.summary import Summary
    from heliograph.research.live import LiveCheck
    from heliograph.research.models import StoredBacktest
    from heliograph.research.queries import Pair

Number = Annotated[int, typer.Argument(metavar="ID", help="The number of a backtest.", show_default=False)]

backtests = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@backtests.callback()
def about() -> None:
    """Show, compare and delete stored backtests."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in {"list": list_, "show": show, "compare": compare, "delete": delete}.items():
        backtests.command(name)(command)
    app.add_typer(backtests, name="backtests")


@spread
def list_(
    place: Place,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List stored backtests, newest first.

    \b
    Example:
      heliograph backtests list
    """
    with database(place):
        from heliograph.research.queries import list_backtests

        found = list_backtests(limit=limit)
        rows = [_row(stored) for stored in found]
        objects = [_object(stored) for stored in found]
    if as_json:
        show_json(objects)
    elif rows:
        columns = [">id", "strategy", "venue", ">symbols", "state", ">trades", ">return %", "asked for (UTC)"]
        show_table(columns, rows)
    else:
        note("No stored backtests; `heliograph backtest STRATEGY --store` makes one.")


@spread
def show(backtest: Number, place: Place, as_json: AsJson = False) -> None:
    """Show a stored backtest, and whether live equals it.

    The same tables and chart as of a backtest that was just run. Where a version of the same text runs, its
    published signals are compared with the backtest on the period that both have.

    \b
    Example:
      heliograph backtests show 3
    """
    with database(place):
        from heliograph.research.live import check_live
        from heliograph.research.queries import find_backtest

        stored = find_backtest(backtest)
        check = check_live(stored)
        live = None if check is None else asdict(check) | {"equal": check.equal}
        more = _object(stored) | {"live": live and _times(live)}
        show_stored(stored, as_json=as_json, more=more)
        if not as_json:
            print()
            print(_intervals(stored))
            print(f"Candles {stored.data_digest[:12]}, engine {stored.engine_version}.")
            print(_live_sentence(stored, check))


@spread
def compare(
    first: Annotated[int, typer.Argument(metavar="A", help="A backtest.", show_default=False)],
    second: Annotated[int, typer.Argument(metavar="B", help="Another.", show_default=False)],
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Show two stored backtests beside each other.

    \b
    Example:
      heliograph backtests compare 3 4
    """
    with database(place):
        from heliograph.research.queries import compare as run
        from heliograph.research.queries import find_backtest
        from heliograph.research.result import finished_result

        pair = [find_backtest(one) for one in (first, second)]
        trades = run(*pair)
        summaries = [finished_result(one).summary for one in pair]
        named = [(stored.pk, stored.name, summary) for stored, summary in zip(pair, summaries, strict=True)]
        same_data = pair[0].data_digest == pair[1].data_digest
    if as_json:
        plain = [{"id": pk, "summary": _summary(summary)} for pk, _, summary in named]
        show_json({"backtests": plain, "trades": asdict(trades), "same_candles": same_data})
    else:
        show_table(["backtest", *COLUMNS[1:]], [[f"{pk} {name}", *summary_row(s)] for pk, name, s in named])
        print(_in_common(first, second, trades))
        print("Both read the same candles." if same_data else "They read different candles.")


@spread
def delete(backtest: Number, place: Place, as_json: AsJson = False) -> None:
    """Forget a stored backtest with its trades.

    \b
    Example:
      heliograph backtests delete 3
    """
    with database(place), changing("backtest.delete", f"backtest {backtest}"):
        from heliograph.research.queries import delete_backtest

        delete_backtest(backtest)
    if as_json:
        show_json({"deleted": backtest})
    else:
        print(f"Backtest {backtest} is deleted.")


def _row(stored: "StoredBacktest") -> list[str]:
    figures = (stored.summary or {}).get("figures", {})
    trades = f"{figures['trades']:,}" if figures else UNKNOWN
    return [
        f"{stored.pk}",
        _name(stored),
        str(stored.venue),
        f"{len(stored.instruments):,}",
        stored.job.state,
        trades,
        number(figures.get("total_return_pct"), 2, sign=True),
        clock(stored.created_at),
    ]


def _name(stored: "StoredBacktest") -> str:
    same = stored.version and stored.version.digest == stored.digest
    return f"{stored.name} v{stored.version.number}" if stored.version and same else stored.name


def _object(stored: "StoredBacktest") -> dict[str, object]:
    told = stored.summary and {**stored.summary}
    if told:
        told |= {name: utc(told[name]) for name in ("first", "last")}
    return {
        "id": stored.pk,
        "strategy": stored.name,
        "version": stored.version.number if stored.version else None,
        "digest": stored.digest,
        "venue": str(stored.venue),
        "symbols": len(stored.instruments),
        "job": stored.job.pk,
        "state": stored.job.state,
        "done": stored.job.done,
        "total": stored.job.total,
        "data_digest": stored.data_digest or None,
        "engine_version": stored.engine_version,
        "created_at": utc(stored.created_at),
        "finished_at": utc(stored.finished_at),
        "result": told,
    }


def _times(live: dict[str, object]) -> dict[str, object]:
    first = live["first"]
    if isinstance(first, dict):
        return live | {"first": first | {"signal_time": utc(first["signal_time"])}}
    return live


def _summary(summary: "Summary") -> dict[str, object]:
    return {name: known(value) for name, value in asdict(summary).items()}


def _intervals(stored: "StoredBacktest") -> str:
    """The averages with their intervals, which take trades as independent."""
    estimates = (stored.summary or {})["estimates"]
    names = {
        "hit_rate": ("won", 100, " %"),
        "mean_r": ("mean R", 1, ""),
        "mean_return_pct": ("mean return", 1, " %"),
    }
    parts = [_interval(name, scale, unit, estimates[key]) for key, (name, scale, unit) in names.items()]
    return f"95 % intervals: {'; '.join(parts)}."


def _interval(name: str, scale: float, unit: str, told: dict[str, float | None]) -> str:
    low, high = (None if told[key] is None else scale * told[key] for key in ("low", "high"))  # type: ignore[operator]
    return f"{name} {number(low, 3)} to {number(high, 3)}{unit} (n={told['n']:,})"


def _live_sentence(stored: "StoredBacktest", check: "LiveCheck | None") -> str:
    if check is None:
        return "No stored version of the strategy says the same, so there is no live to compare."
    if check.equal is None:
        if check.began_elsewhere:
            return "Live began at another bar than the backtest, so they cannot be compared."
        return "Live has published nothing on the period of the backtest."
    what = f"{counted(check.compared, 'signal')} of {counted(check.instruments, 'instrument')}"
    if check.equal:
        return f"Live equals the backtest: {what} are the same."
    first = check.first
    assert first is not None
    where = f"{first.symbol} {first.side} of {clock(first.signal_time)} UTC: {first.says}"
    return f"Live differs from the backtest in {check.differing:,} of {what}; first {where}."


def _in_common(first: int, second: int, pair: "Pair") -> str:
    return (
        f"{counted(pair.both, 'trade')} in both, {pair.only_first:,} only in {first}, "
        f"{pair.only_second:,} only in {second}."
    )
