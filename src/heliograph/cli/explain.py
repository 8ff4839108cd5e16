"""`heliograph explain`: why a signal fired, or why none did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.moments import moment
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, number, show_json
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.signals.explanation import ClauseView, Explanation, SideView

MARKS = {"true": "✓", "false": "✗", "unknown": "?"}


@dataclass(frozen=True)
class Bar:
    """A bar of an instrument, for a strategy."""

    strategy: Annotated[str | None, typer.Option("--strategy", help="The name of a strategy.")] = None
    symbol: Annotated[str | None, typer.Option("--symbol", help="The symbol of an instrument.")] = None
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="The open of the bar (UTC).")] = None
    venue: Annotated[str | None, typer.Option("--venue", help="Where several venues have the symbol.")] = None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


@spread
def explain(
    bar: Bar,
    place: Place,
    signal: Annotated[int | None, typer.Argument(metavar="SIGNAL", help="The id of a signal.")] = None,
    now: Annotated[bool, typer.Option("--now", help="With today's candles, not as they were known.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show why a bar gave a signal, or none.

    Every clause is shown with its value: at the bar of a signal, or at any bar of an instrument.

    \b
    Examples:
      heliograph explain 17
      heliograph explain --strategy "EMA pullback" --symbol GOOG --at 2012-05-04
    """
    with database(place):
        found = _of_signal(signal, now) if signal is not None else _of_bar(bar, now)
    if as_json:
        show_json(found.to_dict())
    else:
        print("\n".join(_page(found)))


def _of_signal(signal_id: int, now: bool) -> "Explanation":
    from heliograph.market.models import Instrument
    from heliograph.signals.explain import explain as explain_bar
    from heliograph.signals.models import StrategyVersion
    from heliograph.signals.queries import signal_item

    item = signal_item(signal_id)
    return explain_bar(
        version=StrategyVersion.objects.select_related("strategy").get(pk=item.version_id),
        instrument=Instrument.objects.select_related("venue").get(pk=item.instrument_id),
        bar_time=item.signal_time,
        side=item.side,
        now=now,
    )


def _of_bar(bar: Bar, now: bool) -> "Explanation":
    from heliograph.market.queries import find_instrument
    from heliograph.signals.explain import explain as explain_bar
    from heliograph.signals.queries import find_version

    if not (bar.strategy and bar.symbol and bar.at):
        raise UserError("Name a signal by its id, or a bar by --strategy, --symbol and --at.")
    return explain_bar(
        version=find_version(bar.strategy),
        instrument=find_instrument(bar.symbol, venue=bar.venue),
        bar_time=moment(bar.at, option="--at"),
        now=now,
    )


def _page(found: "Explanation") -> Iterator[str]:
    what = f"{found.symbol} {found.timeframe} at {found.venue}"
    yield f"{found.strategy} v{found.number} ({found.stage}), {what}"
    prices = (found.bar.open, found.bar.high, found.bar.low, found.bar.close)
    shown = "  ".join(f"{name} {number(value)}" for name, value in zip("OHLC", prices, strict=True))
    yield f"bar of {clock(found.bar.bar_time)} UTC   {shown}"
    yield _basis(found.as_known_at, revised=found.revised)
    yield from _admitted(found)
    for side in found.sides:
        yield ""
        yield from _side(side)


def _basis(as_known_at: datetime | None, *, revised: bool) -> str:
    basis = f"with candles as known at {clock(as_known_at)} UTC" if as_known_at else "with today's candles"
    return f"{basis}; today's are different" if revised else basis


def _admitted(found: "Explanation") -> Iterator[str]:
    """The data mode and the gates under which the bar was evaluated, or for which it waits."""
    if found.evaluated:
        step = found.evaluated
        yield f"evaluated {clock(step.started_at)} UTC, data mode {step.mode}"
    elif found.postponed:
        step = found.postponed
        yield f"postponed since {clock(step.since)} UTC, data mode {step.mode}"
    else:
        return
    if step.reason:
        yield f"  {step.reason}"
    for name, gate in step.gates.items():
        yield f"  {_mark(bool(gate['open']))} {name}  {gate['says']}"


def _side(side: "SideView") -> Iterator[str]:
    yield f"{side.side}: {side.sentence}"
    for root in side.roots:
        yield f"  {root.key}"
        yield from _clause(root.tree, depth=2)
    for check in side.filters:
        yield f"  {_mark(check.passed)} {check.name}  {check.says}"
    if side.slot.says:
        yield f"  slot  {side.slot.says}"


def _mark(passed: bool | None) -> str:
    return "·" if passed is None else MARKS["true" if passed else "false"]


def _clause(view: "ClauseView", *, depth: int) -> Iterator[str]:
    mark = MARKS[view.verdict] if view.verdict else " "
    decides = "   <- decides" if view.decides and not any(part.decides for part in view.parts) else ""
    beside = view.says or ("" if view.verdict else number(view.value))
    yield f"{'  ' * depth}{mark} {view.text}{'   ' + beside if beside else ''}{decides}"
    for part in view.parts:
        # A number that stands in the text says nothing more below it.
        if part.kind != "number":
            yield from _clause(part, depth=depth + 1)
