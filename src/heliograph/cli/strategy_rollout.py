"""The `strategy` commands that take a version live: promote, rollback, rollouts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, note, show_json, show_table, utc
from heliograph.cli.spread import spread
from heliograph.cli.strategy_rows import WHOLE, Name, Number, tell
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.signals.models import Rollout, StrategyVersion
    from heliograph.signals.rollouts import Limits

Version = Annotated[
    str,
    typer.Argument(metavar="NAME[@N]", help="A strategy, and the number of a version.", show_default=False),
]


class NextStage(StrEnum):
    """The stages that a version can be promoted to."""

    SHADOW = "shadow"
    LIVE = "live"


@dataclass(frozen=True)
class Gates:
    """What a version must not break while it is rolled out; what is not named keeps its default."""

    min_settled: Annotated[
        int | None,
        typer.Option("--min-settled", min=2, metavar="N", help="Settled signals to judge by. [30]"),
    ] = None
    max_drop_r: Annotated[
        float | None,
        typer.Option("--max-drop-r", min=0, metavar="R", help="How much worse the mean R may surely be. [0]"),
    ] = None
    max_rejected_pct: Annotated[
        float | None, typer.Option("--max-rejected-pct", min=0, max=100, help="Rejected candidates. [95]")
    ] = None
    max_rate: Annotated[
        float | None, typer.Option("--max-rate", min=0, help="Times the signals that it gave before. [5]")
    ] = None

    def limits(self) -> "Limits | None":
        """The limits, None if none is named."""
        from heliograph.signals.rollouts import Limits

        named = {name: value for name, value in vars(self).items() if value is not None}
        return Limits(**named) if named else None


def register(strategy: typer.Typer) -> None:
    """Add the commands to the group."""
    for command in (promote, rollback, rollouts):
        strategy.command(command.__name__)(command)


@spread
def promote(
    name: Version,
    place: Place,
    gates: Gates,
    version: Number = None,
    to: Annotated[NextStage, typer.Option("--to", help="The stage to reach.")] = NextStage.LIVE,
    share: Annotated[
        int, typer.Option("--share", min=1, max=WHOLE, metavar="PERCENT", help="Of the instruments.")
    ] = WHOLE,
    as_json: AsJson = False,
) -> None:
    """Make a version live, wholly or for a share.

    The newest one, unless another is named; the one that was live is retired. With --share it announces so
    many percent of the instruments and the former version the rest; both are scored. Promote it again with
    a larger share. One that breaks its gates is rolled back by itself.

    \b
    Examples:
      heliograph strategy promote "My trend"
      heliograph strategy promote "My trend@3" --share 25 --max-drop-r 0.1
    """
    action = "strategy.promote" if to is NextStage.LIVE else "strategy.shadow"
    with database(place), changing(action, name, share=share) as told:
        from heliograph.signals import strategies

        found = _version(name, version)
        if to is NextStage.LIVE:
            found = strategies.promote(found, share=share, limits=gates.limits(), at=now())
        else:
            found = strategies.start_shadow(found, at=now())
        told["subject"] = found
    tell(found, as_json=as_json)


@spread
def rollback(
    name: Name,
    place: Place,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the record.")] = "rolled back by hand",
    as_json: AsJson = False,
) -> None:
    """Go back to the version that was live before.

    It catches up over the bars that it has not seen, without announcing them. The version that took over is
    retired: its open signals are followed to their end.

    \b
    Example:
      heliograph strategy rollback "My trend"
    """
    with database(place), changing("strategy.rollback", name, reason=reason):
        from heliograph.signals import rollouts as signals_rollouts
        from heliograph.signals.queries import find_version

        former = signals_rollouts.rollback(find_version(name).strategy, reason=reason, at=now())
    tell(former, as_json=as_json)


@spread
def rollouts(
    place: Place,
    name: Annotated[str | None, typer.Argument(help="The name of a strategy.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """List rollouts, how they ended, and why.

    \b
    Example:
      heliograph strategy rollouts "My trend"
    """
    with database(place):
        from heliograph.signals.models import Rollout
        from heliograph.signals.queries import find_version

        rows = Rollout.objects.select_related("strategy", "candidate", "former").order_by(
            "-started_at", "-pk"
        )
        found = list(rows.filter(strategy=find_version(name).strategy) if name else rows)
    if as_json:
        show_json({"items": [_item(one) for one in found]})
        return
    columns = ["strategy", ">version", ">former", ">share", "state", "began (UTC)", "ended (UTC)", "reason"]
    show_table(columns, [_row(one) for one in found])
    if not found:
        note("None yet; `heliograph strategy promote NAME --share 25` begins one.")


def _version(name: str, number: int | None) -> "StrategyVersion":
    """The version that is named by NAME, NAME@N or --version; the newest where none is."""
    from heliograph.signals.queries import find_version, newest_version

    plain, at, digits = name.rpartition("@")
    if at and digits.isdigit():
        if number is not None and number != int(digits):
            raise UserError(f"{name} and --version {number} name two versions; leave one out.")
        name, number = plain, int(digits)
    return newest_version(name) if number is None else find_version(name, number)


def _item(rollout: "Rollout") -> dict[str, object]:
    return {
        "strategy": rollout.strategy.name,
        "version": rollout.candidate.number,
        "former": rollout.former.number,
        "share": rollout.share,
        "state": rollout.state,
        "reason": rollout.reason,
        "gates": rollout.gates,
        "measured": rollout.measured,
        "started": utc(rollout.started_at),
        "checked": utc(rollout.checked_at),
        "ended": utc(rollout.ended_at),
    }


def _row(rollout: "Rollout") -> list[str]:
    return [
        rollout.strategy.name,
        str(rollout.candidate.number),
        str(rollout.former.number),
        f"{rollout.share} %",
        rollout.state.replace("_", " "),
        clock(rollout.started_at),
        clock(rollout.ended_at),
        rollout.reason,
    ]
