"""`heliograph signals`: what was published, rejected, and how it ended."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, note, number, show_json, show_table
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.signals.items import SignalItem
    from heliograph.signals.queries import ListedState, SignalFilter

PAGE = 1_000


@dataclass(frozen=True)
class Asked:
    """Which signals."""

    strategy: Annotated[str | None, typer.Option("--strategy", help="Only of this strategy.")] = None
    symbol: Annotated[str | None, typer.Option("--symbol", help="Only of this symbol.")] = None
    settled: Annotated[bool, typer.Option("--settled", help="Only those that have settled.")] = False
    running: Annotated[bool, typer.Option("--open", help="Only those that wait or are open.")] = False
    rejected: Annotated[bool, typer.Option("--rejected", help="Candidates that were not published.")] = False


@dataclass(frozen=True)
class Part:
    """How much of the list."""

    limit: Annotated[int, typer.Option("--limit", min=1, max=PAGE, help="How many.")] = 50
    cursor: Annotated[str | None, typer.Option("--cursor", help="Go on from the `next` of a list.")] = None
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("signals")(signals)


@spread
def signals(asked: Asked, part: Part, place: Place, as_json: AsJson = False) -> None:
    """List signals, newest first.

    Published ones, unless --rejected asks for the candidates that were refused and why.

    \b
    Examples:
      heliograph signals
      heliograph signals --strategy "EMA pullback" --settled --all --json
    """
    with database(place):
        from heliograph.market.queries import stored_symbol
        from heliograph.signals.queries import SignalFilter, find_version

        if asked.strategy is not None:
            find_version(asked.strategy)
        symbol = None if asked.symbol is None else stored_symbol(asked.symbol)
        filters = SignalFilter(strategy=asked.strategy, symbol=symbol, state=_state(asked))
        items, following = _read(filters, part)
    if as_json:
        show_json({"items": [item.to_dict() for item in items], "next": following})
        return
    if not items:
        note("No such signals; `heliograph strategy list` shows what runs, `heliograph generate` runs it.")
        return
    show_table(*_table(items, rejected=asked.rejected))
    if following:
        note(f"More: repeat with --cursor {following}, or with --all.")


def _state(asked: Asked) -> "ListedState":
    named: dict[ListedState, bool] = {
        "settled": asked.settled,
        "open": asked.running,
        "rejected": asked.rejected,
    }
    chosen = [name for name, wanted in named.items() if wanted]
    if len(chosen) > 1:
        raise UserError(f"Choose one of --{' and --'.join(chosen)}.")
    return chosen[0] if chosen else "published"


def _read(filters: "SignalFilter", part: Part) -> tuple[list["SignalItem"], str | None]:
    from heliograph.signals.queries import list_signals

    page = list_signals(filters, limit=PAGE if part.everything else part.limit, cursor=part.cursor)
    items = list(page.items)
    while part.everything and page.next:
        page = list_signals(filters, limit=PAGE, cursor=page.next)
        items += page.items
    return items, page.next


def _table(items: list["SignalItem"], *, rejected: bool) -> tuple[list[str], list[list[str]]]:
    columns = [">id", "bar (UTC)", "strategy", "symbol", "side", ">close"]
    rows = [
        [
            str(item.id),
            clock(item.signal_time),
            f"{item.strategy} v{item.version}",
            item.symbol,
            item.side,
            number(item.close),
        ]
        for item in items
    ]
    ends = [_refusal(item) if rejected else _ending(item) for item in items]
    more = ["reason"] if rejected else ["state", ">entry", ">exit", ">R", ">return %"]
    return columns + more, [row + end for row, end in zip(rows, ends, strict=True)]


def _refusal(item: "SignalItem") -> list[str]:
    return [
        f"{item.reason.replace('_', ' ')}: {item.detail}" if item.detail else item.reason.replace("_", " ")
    ]


def _ending(item: "SignalItem") -> list[str]:
    return [
        item.exit_reason or item.state,
        number(item.entry_price),
        number(item.exit_price),
        number(item.r, 2, sign=True),
        number(item.return_pct, 2, sign=True),
    ]
