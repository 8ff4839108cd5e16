"""The `strategy` commands that need the database: add, list, show, retire."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import moment, now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, note, number, show_json, show_table, utc
from heliograph.cli.spread import spread
from heliograph.cli.strategy_file import read_strategy

if TYPE_CHECKING:
    from heliograph.signals.models import StrategyVersion
    from heliograph.signals.scores import Score

Name = Annotated[str, typer.Argument(help="The name of a strategy.", show_default=False)]
Number = Annotated[int | None, typer.Option("--version", min=1, metavar="N", help="The number of a version.")]

WHOLE = 100
START = "The bar to begin with: the first stored one of each instrument, or a date."


class FirstStage(StrEnum):
    """The stages that a version can begin in."""

    DRAFT = "draft"
    SHADOW = "shadow"
    LIVE = "live"


def register(strategy: typer.Typer) -> None:
    """Add the commands to the group."""
    for name, command in (
        ("add", add),
        ("list", list_versions),
        ("show", show),
        ("retire", retire),
    ):
        strategy.command(name)(command)


@spread
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A strategy file (TOML).", show_default=False)],
    place: Place,
    stage: Annotated[
        FirstStage, typer.Option("--stage", help="Shadow versions are scored, not announced.")
    ] = FirstStage.SHADOW,
    start: Annotated[str, typer.Option("--from", metavar="first|DATE", help=START)] = "first",
    as_json: AsJson = False,
) -> None:
    """Store a strategy file as a version.

    It becomes a new version of the strategy of its name; the same text is stored once.

    \b
    Examples:
      heliograph strategy add my_trend.toml
      heliograph strategy add my_trend.toml --stage live --from 2024-01-01
    """
    checked = read_strategy(file)
    origin = None if start == "first" else moment(start, option="--from")
    with database(place), changing("strategy.add", file) as told:
        from heliograph.signals.strategies import add_strategy

        version = add_strategy(text=checked.text, stage=stage.value, origin=origin, at=now())
        told |= {"subject": version, "stage": version.stage}
    tell(
        version,
        as_json=as_json,
        hint="`heliograph up` looks for its signals; `heliograph generate` does at once.",
    )


@spread
def list_versions(place: Place, as_json: AsJson = False) -> None:
    """List the versions of all strategies.

    With how many signals each has published and settled, and their mean result in R.

    \b
    Example:
      heliograph strategy list
    """
    with database(place):
        from heliograph.signals.models import StrategyVersion
        from heliograph.signals.scores import scoreboard

        rows = StrategyVersion.objects.select_related("strategy")
        versions = list(rows.order_by("strategy__name", "number"))
        scores = {score.version_id: score for score in scoreboard(versions)}
    if as_json:
        show_json({"items": [_item(version) | _scored(scores[version.pk]) for version in versions]})
        return
    columns = ["strategy", ">version", "stage", "timeframe", "from", "added (UTC)", ">published", ">settled"]
    show_table([*columns, ">mean R (95 %)"], [_row(version, scores[version.pk]) for version in versions])
    if not versions:
        note("None yet; `heliograph strategy add FILE` stores one.")


@spread
def show(name: Name, place: Place, version: Number = None, as_json: AsJson = False) -> None:
    """Print the text of a strategy.

    That of its live version, else of the newest, unless --version is given.

    \b
    Example:
      heliograph strategy show "My trend" > my_trend.toml
    """
    with database(place):
        from heliograph.signals.queries import find_version

        found = find_version(name, version)
    if as_json:
        show_json(_item(found) | {"text": found.text})
    else:
        note(f"{found}: {found.stage}, {found.timeframe}, added {clock(found.created_at)} UTC")
        print(found.text.rstrip("\n"))


@spread
def retire(name: Name, place: Place, version: Number = None, as_json: AsJson = False) -> None:
    """End the entries of a version.

    The running one, unless --version is given; its open signals are followed to their end.

    \b
    Example:
      heliograph strategy retire "My trend"
    """
    with database(place), changing("strategy.retire", name) as told:
        from heliograph.signals import strategies
        from heliograph.signals.queries import find_version

        found = strategies.retire(find_version(name, version), at=now())
        told["subject"] = found
    tell(found, as_json=as_json)


def tell(version: "StrategyVersion", *, as_json: bool, hint: str = "") -> None:
    if as_json:
        show_json(_item(version))
        return
    print(f"{version}: {stage_of(version)}")
    if hint:
        note(hint)


def stage_of(version: "StrategyVersion") -> str:
    """Its stage, with its share where that is not the whole."""
    is_part = version.stage == "live" and version.share < WHOLE
    return f"live, {version.share} %" if is_part else version.stage


def _item(version: "StrategyVersion") -> dict[str, object]:
    return {
        "id": version.pk,
        "name": version.strategy.name,
        "version": version.number,
        "stage": version.stage,
        "share": version.share if version.stage == "live" else None,
        "timeframe": version.timeframe,
        "from": utc(version.origin) or "first",
        "digest": version.digest,
        "added": utc(version.created_at),
        "retired": utc(version.retired_at),
    }


def _scored(score: "Score") -> dict[str, object]:
    counts = {name: getattr(score, name) for name in ("published", "rejected", "open", "settled", "missed")}
    estimates = {name: asdict(getattr(score, name)) for name in ("hit_rate", "mean_r", "mean_return_pct")}
    return counts | estimates


def _row(version: "StrategyVersion", score: "Score") -> list[str]:
    mean = score.mean_r
    spread = f" ({number(mean.low, 2, sign=True)} to {number(mean.high, 2, sign=True)})" if mean.n > 1 else ""
    return [
        version.strategy.name,
        str(version.number),
        stage_of(version),
        version.timeframe,
        clock(version.origin) if version.origin else "first bar",
        clock(version.created_at),
        f"{score.published:,}",
        f"{score.settled:,}",
        f"{number(mean.value, 2, sign=True)}{spread}",
    ]
