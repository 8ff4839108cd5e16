"""`heliograph eval`: the values of expressions at each bar of a file."""

import csv
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.candles import read
from heliograph.cli.options import AsJson, Files, Parameters
from heliograph.cli.output import UNKNOWN, clock, note, number, show_json, show_table, utc, utc_all
from heliograph.cli.pairs import numbers
from heliograph.cli.spread import spread
from heliograph.errors import UserError
from heliograph.kit.spreadsheet import harmless

if TYPE_CHECKING:
    from heliograph.notebook.columns import Column, Expressions
    from heliograph.notebook.series import Series

# How many bars a person is shown.
SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    # So that `-close` is an expression and `-high` does not ask for help.
    minus = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
    app.command("eval", context_settings=minus)(evaluate)


@spread
def evaluate(
    expressions: Annotated[list[str], typer.Argument(metavar="EXPR", help="An expression; quote it.")],
    files: Files,
    param: Parameters = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all bars as CSV (RFC 4180).")] = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate expressions at each bar of a file.

    No database is needed. Without --csv or --json the newest bars are shown as a table.

    \b
    Examples:
      heliograph eval "ema(close, 20)" "close > ema(close, 20)" --data btc.csv
      heliograph eval "rsi(close, n) < 30" --param n=14 --data btc.csv --csv
    """
    if as_csv and as_json:
        raise UserError("Choose one of --csv and --json.")
    params = numbers(param, option="--param")
    _refuse_bad(expressions, params, timeframe=files.timeframe)

    from heliograph.notebook.columns import Expressions
    from heliograph.notebook.series import of_timeframe

    found = of_timeframe(read(files, timeframe=files.timeframe), files.timeframe)
    plan = Expressions(expressions, timeframe=found[0].timeframe, params=params)
    if as_csv:
        _show_csv(found, plan)
    elif as_json:
        show_json({"items": list(_items(found, plan))})
    else:
        _show_newest(found, plan)


def _refuse_bad(texts: Sequence[str], params: Mapping[str, float], *, timeframe: str | None) -> None:
    """BadExpression for a text that cannot be read, before files are, and before slow imports."""
    from heliograph.engine.graph import Graph
    from heliograph.engine.language import BadExpression, clauses
    from heliograph.engine.timeframe import Timeframe

    if timeframe is not None:
        Timeframe.parse(timeframe)
    graph = Graph()
    for text in texts:
        try:
            clauses(text, graph=graph, params=params, timeframe=timeframe)
        except BadExpression as fault:
            if option := re.match(r"(--[a-z][a-z-]*)(=|$)", text):
                raise UserError(f"No such option: {option[1]}. See `heliograph eval --help`.") from fault
            raise


def _items(found: list["Series"], plan: "Expressions") -> Iterator[dict[str, object]]:
    for series in found:
        for block, columns in plan.stream(series.bars):
            for at, time in enumerate(block.time.tolist()):
                values = {column.expression: _value(column, at) for column in columns}
                yield {"symbol": series.symbol, "open_time": utc(time), "values": values}


def _show_csv(found: list["Series"], plan: "Expressions") -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(["symbol", "open_time", *map(harmless, plan.texts)])
    for series in found:
        for block, columns in plan.stream(series.bars):
            cells = [_cells(column) for column in columns]
            times = utc_all(block.time)
            writer.writerows(zip([harmless(series.symbol)] * len(times), times, *cells, strict=True))


def _cells(column: "Column") -> list[str]:
    """Truth as 1 and 0, a number as its shortest exact form, nothing where unknown."""
    if column.truth:
        return ["" if value != value else "1" if value else "0" for value in column.values.tolist()]
    return ["" if value != value else repr(value) for value in column.values.tolist()]


def _value(column: "Column", at: int) -> float | bool | None:
    value = float(column.values[at])
    if math.isnan(value):
        return None
    return bool(value) if column.truth else value


def _show_newest(found: list["Series"], plan: "Expressions") -> None:
    most = max(1, SHOWN // len(found))
    rows = []
    for series in found:
        columns = plan.over(series.bars)
        for at in range(max(0, len(series.bars) - most), len(series.bars)):
            time = int(series.bars.time[at])
            rows.append([series.symbol or UNKNOWN, clock(time), *(_words(column, at) for column in columns)])
    show_table(["symbol", "open (UTC)", *(f">{text}" for text in plan.texts)], rows)
    total = sum(len(series.bars) for series in found)
    if total > len(rows):
        note(f"The newest {len(rows)} of {total:,} bars; --csv prints all.")


def _words(column: "Column", at: int) -> str:
    value = _value(column, at)
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value)
