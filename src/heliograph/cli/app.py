"""All commands, put together. The modules of the commands import their rooms when they are called."""

from typing import Annotated

import typer

import heliograph
from heliograph.cli import (
    advice,
    alert,
    analytics,
    archive,
    audit,
    backtest,
    backtests,
    backup,
    cache,
    capacity,
    channel,
    check,
    coverage,
    evaluate,
    explain,
    forecast,
    generate,
    health,
    heartbeat,
    importing,
    imports,
    inbound,
    incident,
    indicators,
    jobs,
    migrate,
    nodes,
    notices,
    person,
    quality,
    report,
    reports,
    retention,
    scaling,
    signals,
    silence,
    single,
    strategy,
    subscription,
    token,
    tune,
    up,
    venue,
    watch,
    work,
    worker,
)

app = typer.Typer(
    name="heliograph",
    help="Turn candles into trading signals that say what, why, and how they ended.",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def show_version(wanted: bool) -> None:
    """Print the version and stop, where it is asked for."""
    if wanted:
        print(heliograph.__version__)
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version.", callback=show_version, is_eager=True)
    ] = False,
) -> None:
    """Turn candles into trading signals that say what, why, and how they ended."""
    if context.invoked_subcommand is None:
        print(context.get_help())


FILES = (importing, imports, coverage, evaluate, indicators, strategy, backtest)
ROWS = (
    generate,
    signals,
    explain,
    analytics,
    report,
    reports,
    quality,
    backtests,
    jobs,
    channel,
    subscription,
    notices,
    inbound,
    nodes,
    scaling,
    capacity,
    work,
    cache,
    health,
    forecast,
    advice,
    incident,
    alert,
    silence,
    heartbeat,
    tune,
    retention,
    backup,
    archive,
)
EXCHANGES = (venue, watch)
ACCESS = (person, token, audit)
for module in (up, single, worker, check, migrate, *FILES, *EXCHANGES, *ROWS, *ACCESS):
    module.register(app)
