"""The options of a source of alerts: how its signals are followed, and from where they may come."""

from dataclasses import dataclass
from typing import Annotated

import typer


@dataclass(frozen=True)
class Wanted:
    """How the signals of a source are followed."""

    timeframe: Annotated[
        str, typer.Option("--timeframe", help="The bars that its signals are followed on.")
    ] = "1h"
    expires: Annotated[
        int,
        typer.Option("--expires", min=1, metavar="BARS", help="A signal ends after so many bars at last."),
    ] = 48
    fee_pct: Annotated[
        float, typer.Option("--fee-pct", min=0, max=50, help="Fees of an entry or an exit, in percent.")
    ] = 0.1
    slippage_bps: Annotated[
        float, typer.Option("--slippage-bps", min=0, max=5_000, help="Slippage, in hundredths of a percent.")
    ] = 0.0
    long_only: Annotated[
        bool, typer.Option("--long-only", help="`sell` closes what is long, and opens nothing.")
    ] = False


@dataclass(frozen=True)
class From:
    """What a source is called and whom it is taken from."""

    strategy: Annotated[
        str, typer.Option("--strategy", metavar="TEXT", help="What its signals are called; default: NAME.")
    ] = ""
    venue: Annotated[
        str, typer.Option("--venue", help="Only instruments of this venue; needed where several have them.")
    ] = ""
    allow_from: Annotated[
        list[str] | None,
        typer.Option("--allow-from", metavar="ADDRESS|CIDR", help="Only from there; may be repeated."),
    ] = None
    only_tradingview: Annotated[
        bool, typer.Option("--only-tradingview", help="Only from the addresses that TradingView names.")
    ] = False
    live: Annotated[
        bool, typer.Option("--live", help="Notices tell of its signals; else they are scored alone.")
    ] = False
