"""`heliograph strategy`: writes, checks and stores strategies, and moves them through their stages."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli import strategy_rows
from heliograph.cli.exits import Exit
from heliograph.cli.options import AsJson
from heliograph.cli.output import known, note, show_json
from heliograph.cli.strategy_file import first_sentence, read_text

if TYPE_CHECKING:
    from heliograph.engine.strategy import BadStrategy, Strategy
    from heliograph.engine.strategy_plan import StrategyPlan

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
    sample: Annotated[str, typer.Option("--from", metavar="SAMPLE", help="The sample to begin with.")] = "trend",
    output: Annotated[Path | None, typer.Option("--output", help="The file. Default: made of the name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Start a strategy file of your own from one of the samples.

    \b
    Example:
      heliograph strategy new "My trend" --from trend
    """
    from heliograph.samples import start_strategy

    path = start_strategy(name, sample=sample, path=output)
    if as_json:
        show_json({"file": str(path)})
    else:
        print(path)
        note(f"Edit it, then look at it with `heliograph strategy check {path}`.")


def check(file: File, as_json: AsJson = False) -> None:
    """Check a strategy file: everything that is wrong, or what it needs. No database is needed.

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
        show_json({"ok": False, "findings": [
            {"line": one.line, "column": one.column, "message": one.message} for one in fault.findings
        ]})
        return
    for finding in fault.findings:
        note(f"{file}, {finding}")
        if finding.caret:
            note("\n".join(f"    {line}" for line in finding.caret.splitlines()))


def _show_lengths(checked: "Strategy", plan: "StrategyPlan", *, as_json: bool) -> None:
    lengths = [{"output": n} for n in ()]
    if as_json:
        show_json({"ok": True, "name": checked.name, "digest": checked.digest, "outputs": lengths})
