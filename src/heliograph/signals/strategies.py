"""Adds strategy texts as versions and moves them through their stages."""

from datetime import datetime

from django.db import transaction

from heliograph.engine.strategy import Strategy as Checked
from heliograph.signals.compiled import compiled
from heliograph.signals.errors import WrongStage
from heliograph.signals.handover import handing_over
from heliograph.signals.models import Rollout, Strategy, StrategyVersion
from heliograph.signals.rollouts import Limits, end_rollout, running_rollout, share_out
from heliograph.signals.stages import live_versions, locked, move_to
from heliograph.signals.universe import SeriesNow, join_instruments

Stage = StrategyVersion.Stage
WHOLE = 100


@transaction.atomic
def add_strategy(
    *,
    text: str,
    stage: str = Stage.SHADOW,
    origin: datetime | None = None,
    author: str = "",
    external: bool = False,
    at: datetime,
) -> StrategyVersion:
    """The version of that text: the one that is stored already, or a new one with the next number.

    Texts are the same if they mean the same (comments and white space do not count). `origin` is the first
    bar to begin from; None begins each instrument at its first stored bar. `author` is who adds it, in words.
    The signals of an `external` one come from outside. BadStrategy names all that is wrong.
    """
    checked = Checked.parse(text)
    strategy, _ = Strategy.objects.get_or_create(name=checked.name, defaults={"created_at": at})
    Strategy.objects.select_for_update(no_key=True).get(pk=strategy.pk)
    known = strategy.versions.filter(digest=checked.digest, origin=origin).first()
    if known:
        return known
    newest = strategy.versions.order_by("-number").first()
    number = newest.number + 1 if newest else 1
    version = StrategyVersion(
        strategy=strategy,
        number=number,
        text=text,
        digest=checked.digest,
        timeframe=checked.timeframe,
        stage=stage,
        origin=origin,
        created_at=at,
        author=author,
        external=external,
    )
    with handing_over(strategy, at=at):
        if stage == Stage.LIVE:
            _refuse_within_a_rollout(str(version), running_rollout(strategy))
            _retire_live(strategy, successor=number, at=at)
        version.save()
        return _activate(version, at=at)


@transaction.atomic
def promote(
    version: StrategyVersion, *, share: int = WHOLE, limits: Limits | None = None, at: datetime
) -> StrategyVersion:
    """Makes a version live; open signals keep their slots, and the version that was live is retired.

    With a `share` below 100 the version announces that percent of the universe and the one before it the
    rest, both being scored; `limits` are the gates that it must not break (see `Limits`). Promote it again
    to raise the share.
    """
    version = locked(version)
    if version.stage == Stage.RETIRED:
        raise WrongStage(
            str(version),
            "it is retired; `heliograph strategy rollback` brings back what was live before, or add its text"
            " again from another origin.",
        )
    rollout = running_rollout(version.strategy)
    if rollout and rollout.candidate_id != version.pk:
        _refuse_within_a_rollout(str(version), rollout)
    with handing_over(version.strategy, at=at):
        if share < WHOLE:
            return _activate(share_out(version, share, limits=limits, at=at), at=at)
        if rollout:
            end_rollout(rollout, rollout.State.COMPLETED, reason="promoted whole", at=at)
        _retire_live(version.strategy, successor=version.number, at=at)
        return _activate(move_to(version, Stage.LIVE, at=at), at=at)


@transaction.atomic
def start_shadow(version: StrategyVersion, *, at: datetime) -> StrategyVersion:
    """Lets a draft run, scored but not announced."""
    version = locked(version)
    if version.stage == Stage.SHADOW:
        return version
    if version.stage != Stage.DRAFT:
        raise WrongStage(str(version), f"it is {version.stage}; only a draft can become shadow.")
    return _activate(move_to(version, Stage.SHADOW, at=at), at=at)


@transaction.atomic
def retire(version: StrategyVersion, *, at: datetime) -> StrategyVersion:
    """Ends entries from the next evaluated bar on; the version runs until its last signal has settled.

    Where it is part of a rollout, the other one of the two has the whole universe from then on.
    """
    version = locked(version)
    if version.stage == Stage.RETIRED:
        return version
    rollout = running_rollout(version.strategy)
    with handing_over(version.strategy, at=at):
        retired = move_to(version, Stage.RETIRED, share=(0, WHOLE), at=at)
        if rollout and version.pk in (rollout.candidate_id, rollout.former_id):
            is_back = version.pk == rollout.candidate_id
            state = rollout.State.ROLLED_BACK if is_back else rollout.State.COMPLETED
            end_rollout(rollout, state, reason=f"v{version.number} was retired", at=at)
            other = rollout.former if is_back else rollout.candidate
            move_to(locked(other), Stage.LIVE, reason=f"v{version.number} was retired", at=at)
    return retired


def _activate(version: StrategyVersion, *, at: datetime) -> StrategyVersion:
    """Gives the instruments of a running version their places: what is stored by now is history to it."""
    if version.stage in StrategyVersion.RUNNING:
        universe = compiled(version).checked.universe
        join_instruments(version, universe, SeriesNow.read(version.timeframe), at=at)
    return version


def _refuse_within_a_rollout(version: str, rollout: Rollout | None) -> None:
    """WrongStage where two others share the universe."""
    if rollout:
        raise WrongStage(
            version, f"{rollout.candidate} is being rolled out; promote it whole or roll it back first."
        )


def _retire_live(strategy: Strategy, *, successor: int, at: datetime) -> None:
    """Retires what is live beside the version that takes over."""
    for version in live_versions(strategy):
        if version.number != successor:
            move_to(version, Stage.RETIRED, reason=f"v{successor} took over", at=at)
