"""Adds strategy texts as versions and moves them through their stages."""

from datetime import datetime

from django.db import transaction

from heliograph.engine.strategy import Strategy as Checked
from heliograph.signals.compiled import compiled
from heliograph.signals.errors import WrongStage
from heliograph.signals.models import Strategy, StrategyVersion
from heliograph.signals.universe import SeriesNow, join_instruments

Stage = StrategyVersion.Stage


@transaction.atomic
def add_strategy(
    *, text: str, stage: str = Stage.SHADOW, origin: datetime | None = None, at: datetime
) -> StrategyVersion:
    """The version of that text: the one that is stored already, or a new one with the next number.

    Texts are the same if they mean the same (comments and white space do not count). `origin` is the first
    bar to begin from; None begins each instrument at its first stored bar. BadStrategy names all that is
    wrong.
    """
    checked = Checked.parse(text)
    strategy, _ = Strategy.objects.get_or_create(name=checked.name, defaults={"created_at": at})
    Strategy.objects.select_for_update(no_key=True).get(pk=strategy.pk)
    known = strategy.versions.filter(digest=checked.digest, origin=origin).first()
    if known:
        return known
    if stage == Stage.LIVE:
        _retire_live(strategy, at=at)
    newest = strategy.versions.order_by("-number").first()
    version = StrategyVersion.objects.create(
        strategy=strategy,
        number=newest.number + 1 if newest else 1,
        text=text,
        digest=checked.digest,
        timeframe=checked.timeframe,
        stage=stage,
        origin=origin,
        created_at=at,
    )
    _activate(version, at=at)
    return version


@transaction.atomic
def promote(version: StrategyVersion, *, at: datetime) -> StrategyVersion:
    """Makes a version live; open signals keep their slots, and the version that was live is retired."""
    version = _locked(version)
    if version.stage == Stage.LIVE:
        return version
    if version.stage == Stage.RETIRED:
        raise WrongStage(
            str(version), "it is retired; add its text again from another origin to run it anew."
        )
    _retire_live(version.strategy, at=at)
    return _activate(_staged(version, Stage.LIVE), at=at)


@transaction.atomic
def start_shadow(version: StrategyVersion, *, at: datetime) -> StrategyVersion:
    """Lets a draft run, scored but not announced."""
    version = _locked(version)
    if version.stage == Stage.SHADOW:
        return version
    if version.stage != Stage.DRAFT:
        raise WrongStage(str(version), f"it is {version.stage}; only a draft can become shadow.")
    return _activate(_staged(version, Stage.SHADOW), at=at)


@transaction.atomic
def retire(version: StrategyVersion, *, at: datetime) -> StrategyVersion:
    """Ends entries from the next evaluated bar on; the version runs until its last signal has settled."""
    version = _locked(version)
    if version.stage == Stage.RETIRED:
        return version
    version.retired_at = at
    return _staged(version, Stage.RETIRED)


def _activate(version: StrategyVersion, *, at: datetime) -> StrategyVersion:
    """Gives the instruments of a running version their places: what is stored by now is history to it."""
    if version.stage in StrategyVersion.RUNNING:
        universe = compiled(version).checked.universe
        join_instruments(version, universe, SeriesNow.read(version.timeframe), at=at)
    return version


def _locked(version: StrategyVersion) -> StrategyVersion:
    Strategy.objects.select_for_update(no_key=True).get(pk=version.strategy_id)
    return StrategyVersion.objects.select_related("strategy").get(pk=version.pk)


def _retire_live(strategy: Strategy, *, at: datetime) -> None:
    strategy.versions.filter(stage=Stage.LIVE).update(stage=Stage.RETIRED, retired_at=at)


def _staged(version: StrategyVersion, stage: str) -> StrategyVersion:
    version.stage = stage
    version.save(update_fields=["stage", "retired_at"])
    return version
