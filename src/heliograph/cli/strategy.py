"""`heliograph strategy`: writes, checks and stores strategies, and moves them through their stages."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli import strategy_rows
from heliograph.cli.exits import Exit
from heliograph.cli.options import AsJson
from heliograph.cli.output import known, note, show_json, show_table
from heliograph.cli.samples import sample_names, start_strategy
from heliograph.cli.strategy_file import read_text

if TYPE_CHECKING:
    from heliograph.engine.language import Clause
    from heliograph.engine.strategy import BadStrategy, Strategy
    from heliograph.engine.strategy_plan import StrategyPlan

SAMPLES = f"The sample to begin with: {', '.join(sample_names())}."
OUTPUT = "The file to write. Default: the name with _ for spaces."
File = Annotated[Path, typer.Argument(metavar="FILE", help="A strategy file (TOML).", show_default=False)]

strategy = typer.Typer(help="Write, check and run strategies.", rich_markup_mode=None, no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    strategy.command("new")(new)
    strategy.command("check")(check)
    strategy_rows.register(strategy)
    app.add_typer(strategy, name="strategy")


def new(
    name: Annotated[str, typer.Argument(help="The name of the strategy.")],
    sample: Annotated[
        str, typer.Option("--from", metavar="SAMPLE", help=SAMPLES, autocompletion=sample_names)
    ],
    output: Annotated[Path | None, typer.Option("--output", help=OUTPUT)] = None,
    as_json: AsJson = False,
) -> None:
    """Start a strategy file from a sample.

    \b
    Example:
      heliograph strategy new "My trend" --from trend
    """
    path = start_strategy(name, sample=sample, path=output)
    if as_json:
        show_json({"file": str(path)})
    else:
        print(path)
        note(f"Edit it, then look at it with `heliograph strategy check {path}`.")


def check(file: File, as_json: AsJson = False) -> None:
    """Check a strategy file.

    Says everything that is wrong with it; of a right one how many bars each expression needs before it is
    known (warm-up), and until it no longer depends on where the candles begin. No database is needed.

    \b
    Example:
      heliograph strategy check my_trend.toml
    """
    from heliograph.engine.strategy import BadStrategy, Strategy
    from heliograph.engine.strategy_plan import StrategyPlan

    try:
        checked = Strategy.parse(read_text(file))
    except BadStrategy as fault:
        _show_findings(file, fault, as_json=as_json)
        raise typer.Exit(Exit.WRONG_USE) from fault
    _show_lengths(checked, StrategyPlan.of(checked), as_json=as_json)


def _show_findings(file: Path, fault: "BadStrategy", *, as_json: bool) -> None:
    if as_json:
        places = [{"line": one.line, "column": one.column, "message": one.message} for one in fault.findings]
        show_json({"ok": False, "findings": places})
        return
    for finding in fault.findings:
        note(f"{file}, {finding}")
        if finding.caret:
            note("\n".join(f"    {line}" for line in finding.caret.splitlines()))


@dataclass(frozen=True)
class Length:
    """How long one expression of a strategy needs; `never` names the calls that never settle."""

    key: str
    warmup: int
    settle: float
    never: tuple[str, ...]


def _lengths(plan: "StrategyPlan") -> Iterator[Length]:
    from heliograph.engine.lengths import lengths

    for key, clause in _expressions(plan):
        (own,) = lengths([clause.node], plan.strategy.timeframe)
        yield Length(key, own.warmup, own.settle, tuple(_never(clause, plan.strategy.timeframe)))


def _expressions(plan: "StrategyPlan") -> Iterator[tuple[str, "Clause"]]:
    for name, side in plan.clauses.sides.items():
        named = [("enter", side.enter), ("exit", side.exit), ("stop", side.stop)]
        named += [(f"target {at}", target) for at, target in enumerate(side.targets, 1)]
        yield from ((f"{name} {key}", clause) for key, clause in named if clause is not None)
    if plan.clauses.confidence is not None:
        yield "confidence", plan.clauses.confidence


def _never(clause: "Clause", timeframe: str) -> Iterator[str]:
    """The innermost parts that depend for ever on where the candles begin."""
    from heliograph.engine.lengths import lengths

    if math.isfinite(lengths([clause.node], timeframe)[0].settle):
        return
    inner = [text for child in clause.children for text in _never(child, timeframe)]
    yield from inner or [clause.text]


def _show_lengths(checked: "Strategy", plan: "StrategyPlan", *, as_json: bool) -> None:
    found = list(_lengths(plan))
    if as_json:
        expressions = [
            {"key": one.key, "warmup": one.warmup, "settle": known(one.settle), "never_settles": one.never}
            for one in found
        ]
        about = {"ok": True, "name": checked.name, "timeframe": checked.timeframe, "digest": checked.digest}
        show_json(about | {"expressions": expressions})
        return
    print(f"{checked.name}: no mistakes")
    print(f"timeframe {checked.timeframe}, digest {checked.digest}\n")
    rows = [[one.key, f"{one.warmup:,}", _settles(one)] for one in found]
    show_table(["expression", ">warm-up (bars)", ">settles within (bars)"], rows)
    for text in dict.fromkeys(text for one in found for text in one.never):
        print(f"\n{text} never settles: its value depends on the first bar for ever.")


def _settles(length: Length) -> str:
    return f"{math.ceil(length.settle):,}" if math.isfinite(length.settle) else "never"
