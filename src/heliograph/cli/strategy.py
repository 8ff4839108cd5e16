"""`heliograph strategy`: writes, checks and stores strategies, and moves them through their stages."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli import strategy_compare, strategy_rollout, strategy_rows
from heliograph.cli.exits import Exit
from heliograph.cli.options import AsJson
from heliograph.cli.output import known, note, show_json, show_table
from heliograph.cli.samples import sample_names, start_strategy
from heliograph.cli.strategy_file import read_text

if TYPE_CHECKING:
    from heliograph.engine.strategy import BadStrategy, Strategy
    from heliograph.engine.strategy_plan import StrategyPlan
    from heliograph.notebook.needs import Need

SAMPLES = f"The sample to begin with: {', '.join(sample_names())}."
OUTPUT = "The file to write. Default: the name with _ for spaces."
File = Annotated[Path, typer.Argument(metavar="FILE", help="A strategy file (TOML).", show_default=False)]

strategy = typer.Typer(rich_markup_mode=None, invoke_without_command=True)


@strategy.callback()
def group(context: typer.Context) -> None:
    """Write, check and run strategies."""
    if context.invoked_subcommand is None:
        print(context.get_help())


def register(app: typer.Typer) -> None:
    """Add the commands."""
    strategy.command("new")(new)
    strategy.command("check")(check)
    strategy_rows.register(strategy)
    strategy_rollout.register(strategy)
    strategy_compare.register(strategy)
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

    try:
        checked = Strategy.parse(read_text(file))
    except BadStrategy as fault:
        _show_findings(file, fault, as_json=as_json)
        raise typer.Exit(Exit.WRONG_USE) from fault
    # Only of a right one: a plan brings the compiler of kernels with it.
    from heliograph.engine.strategy_plan import StrategyPlan

    _show_lengths(checked, StrategyPlan.of(checked), as_json=as_json)


def _show_findings(file: Path, fault: "BadStrategy", *, as_json: bool) -> None:
    if as_json:
        names = ("line", "column", "length", "message", "suggestion")
        places = [{name: getattr(one, name) for name in names} for one in fault.findings]
        show_json({"ok": False, "findings": places})
        return
    for finding in fault.findings:
        note(f"{file}, {finding}")
        if finding.caret:
            note("\n".join(f"    {line}" for line in finding.caret.splitlines()))


def _show_lengths(checked: "Strategy", plan: "StrategyPlan", *, as_json: bool) -> None:
    from heliograph.notebook.needs import needs_of

    found = list(needs_of(plan))
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


def _settles(need: "Need") -> str:
    return f"{math.ceil(need.settle):,}" if math.isfinite(need.settle) else "never"
