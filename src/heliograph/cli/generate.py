"""`heliograph generate` and `settle`: signals from the candles that are stored."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, note, show_json
from heliograph.cli.progress import counting
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.signals.models import StrategyVersion


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("generate")(generate)
    app.command("settle")(settle)


@spread
def generate(
    place: Place,
    strategy: Annotated[str | None, typer.Option("--strategy", help="Only this strategy.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look for signals on stored bars.

    The running strategies are evaluated on all bars that are new to them. It goes on from where it
    stopped; without new bars it writes nothing.

    \b
    Example:
      heliograph generate
    """
    with database(place), counting("bars") as count:
        from heliograph.signals.evaluations import postponed_shards
        from heliograph.signals.generate import generate as run
        from heliograph.signals.plain import plain
        from heliograph.signals.queries import running_versions

        versions = _versions(strategy) if strategy else None
        done = run(at=now(), versions=versions, on_step=lambda sum_so_far: count(sum_so_far.bars))
        runs = running_versions().exists()
        held = [one for one in postponed_shards() if one.given_up_at is None]
    if as_json:
        show_json(asdict(done) | {"postponements": [plain(asdict(one)) for one in held]})
        return
    if not runs:
        note("No strategy runs; `heliograph strategy add FILE` stores one.")
    print(
        f"{done.bars:,} bars evaluated: {done.published:,} published, {done.rejected:,} rejected, "
        f"{done.settled:,} settled."
    )
    if done.waiting:
        print(f"{done.waiting:,} instruments wait for a missing bar or for finer data.")
    for one in held:
        print(
            f"{one.strategy} v{one.version} at {one.venue} waits since {clock(one.since)} UTC: {one.reason}."
        )


def _versions(name: str) -> list["StrategyVersion"]:
    """All versions of a strategy; NoSuchStrategy if there is none of that name."""
    from heliograph.signals.queries import find_version

    return list(find_version(name).strategy.versions.select_related("strategy"))


@spread
def settle(place: Place, as_json: AsJson = False) -> None:
    """Settle what waited for finer candles, and follow alerts from outside.

    Signals that waited for finer candles, or whose instrument was delisted, are ended, and outcomes that were
    revised and run on are followed. Alerts from outside become signals, and these are followed to their ends.
    All others are settled by `generate` as their bars come.

    \b
    Example:
      heliograph settle
    """
    with database(place):
        from heliograph.inbound.follow import Followed, follow_alerts
        from heliograph.signals.settle import settle as run

        done, followed = run(at=now()), follow_alerts(at=now())
    if as_json:
        show_json(asdict(done) | {"alerts": asdict(followed)})
        return
    if followed != Followed():
        print(
            f"Alerts from outside: {followed.published:,} published, {followed.rejected:,} rejected, "
            f"{followed.refused:,} refused, {followed.settled:,} settled, {followed.revised:,} revised."
        )
    print(
        f"{done.settled:,} settled, {done.unresolved:,} unresolved, {done.revised:,} revised,"
        f" {done.still_waiting:,} still waiting."
    )
