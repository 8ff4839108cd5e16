"""How a backtest looks in the terminal and as JSON, whether just run or stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from heliograph.cli.chart import equity_chart
from heliograph.cli.output import UNKNOWN, clock, known, note, number, show_table, utc

if TYPE_CHECKING:
    from heliograph.engine.backtest import Backtest
    from heliograph.engine.performance.summary import Summary
    from heliograph.engine.trades import Trade
    from heliograph.research.result import Result

COLUMNS = [
    "symbol",
    ">trades",
    ">won %",
    ">mean R",
    ">profit factor",
    ">return %",
    ">deepest fall %",
    ">fees %",
]


@dataclass(frozen=True)
class View:
    """What is shown: the engine's finished trades, and beside them the open ones and counts."""

    name: str
    timeframe: str
    closed: "Backtest"
    open: "Sequence[Trade]"
    counts: Mapping[str, int]
    undecided: int

    @classmethod
    def of(cls, name: str, timeframe: str, done: "Backtest") -> "View":
        """Of a backtest that was just run."""
        counts = _counts(done.published, sum(done.rejected.values()), len(done.missed), len(done.open))
        return cls(name, timeframe, done, done.open, counts, int(done.undecided.sum()))

    @classmethod
    def of_stored(cls, name: str, timeframe: str, result: "Result") -> "View":
        """Of a stored one."""
        rejected = sum(result.rejected.values())
        counts = _counts(result.published, rejected, result.missed, len(result.open))
        return cls(name, timeframe, result.closed, result.open, counts, result.undecided)


def view_object(view: View) -> dict[str, object]:
    """The trades and the summary for programs."""
    return {
        "trades": [_plain(trade) for trade in view.closed.trades],
        "open": [_plain(trade) for trade in view.open],
        "summary": {name: known(value) for name, value in asdict(view.closed.summary).items()},
    }


def show_view(view: View) -> None:
    """Counts, a table by symbol, and the equity as a chart."""
    done = view.closed
    if len(done.time):
        first, last = (clock(int(done.time[at])).removesuffix(" 00:00") for at in (0, -1))
        print(f"{view.name} on {view.timeframe} bars from {first} to {last} (UTC)")
    print(", ".join(f"{name} {count:,}" for name, count in view.counts.items()))
    print()
    rows = [[symbol or UNKNOWN, *summary_row(summary)] for symbol, summary in done.by_symbol.items()]
    if len(rows) != 1:
        rows.append(["all", *summary_row(done.summary)])
    show_table(COLUMNS, rows)
    if len(done.trades) > 1:
        times, results = done.daily
        print()
        print(equity_chart(times.tolist(), results.cumsum().tolist()))


def note_undecided(view: View) -> None:
    """Say where the bars could not tell what came first."""
    if view.undecided:
        note(
            f"Stop and target lay inside {view.undecided:,} bars without finer candles: "
            "there the stop counted."
        )


def summary_row(summary: "Summary") -> Iterable[str]:
    """The cells of a summary, in the order of COLUMNS behind the first."""
    won = None if summary.win_rate is None else 100 * summary.win_rate
    return [
        f"{summary.trades:,}",
        number(won, 1),
        number(summary.expectancy_r, 3, sign=True),
        number(summary.profit_factor, 2),
        number(summary.total_return_pct, 2, sign=True),
        number(summary.max_drawdown_pct, 2),
        number(summary.fees_pct, 2),
    ]


def _counts(published: int, rejected: int, missed: int, still_open: int) -> dict[str, int]:
    return {"published": published, "rejected": rejected, "missed": missed, "open at the end": still_open}


def _plain(trade: "Trade") -> dict[str, object]:
    return {name: utc(value) if name.endswith("_time") else value for name, value in asdict(trade).items()}
