"""Rolling a version out share by share, and rolling it back."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from heliograph.signals.errors import WrongStage
from heliograph.signals.handover import handing_over
from heliograph.signals.models import Rollout, Strategy, StrategyVersion
from heliograph.signals.stages import forget_the_gap, live_versions, locked, move_to

Stage = StrategyVersion.Stage
State = Rollout.State


@dataclass(frozen=True, slots=True)
class Limits:
    """The gates of a rollout; a number of None is not asked for.

    Of signals since it began: the mean R may not be worse than the former version's by more than
    `max_drop_r`, the whole 95 % interval of the difference lying behind it, with at least `min_settled`
    settled on both sides; of at least `min_candidates` candidates not more than `max_rejected_pct` percent
    may be rejected; and the signals for each bar may not be more than `max_rate` times those before, of at
    least `min_published`. No shard may have failed more than `max_failures` times in a row.
    """

    min_settled: int = 30
    max_drop_r: float | None = 0.0
    min_candidates: int = 50
    max_rejected_pct: float | None = 95.0
    min_published: int = 20
    max_rate: float | None = 5.0
    max_failures: int | None = 2

    def plain(self) -> dict[str, float | None]:
        """For a row."""
        return asdict(self)


def running_rollout(strategy: Strategy) -> Rollout | None:
    """The rollout of a strategy that runs, with its two versions."""
    rows = Rollout.objects.select_related("candidate__strategy", "former__strategy")
    return rows.filter(strategy=strategy, state=State.RUNNING).first()


def share_out(
    version: StrategyVersion, share: int, *, limits: Limits | None, at: datetime
) -> StrategyVersion:
    """Gives the version that share of the universe, the version before it the rest. Begins the rollout.

    WrongStage where no other version is live. The strategy is locked already.
    """
    others = [one for one in live_versions(version.strategy) if one.pk != version.pk]
    if not others:
        raise WrongStage(
            str(version), "no other version is live that could announce the rest; promote it whole."
        )
    former = others[0]
    rollout = running_rollout(version.strategy) or Rollout(
        strategy=version.strategy,
        candidate=version,
        former=former,
        gates=(limits or Limits()).plain(),
        started_at=at,
    )
    if limits is not None:
        rollout.gates = limits.plain()
    rollout.share = share
    rollout.save()
    moves = [(former, (share, 100)), (version, (0, share))]
    # Who gives up a part goes first: at no time may both announce the same.
    if version.stage == Stage.LIVE and version.share > share:
        moves.reverse()
    for one, part in moves:
        move_to(one, Stage.LIVE, share=part, reason=f"v{version.number} announces {share} %", at=at)
    return version


def end_rollout(rollout: Rollout, state: str, *, reason: str, at: datetime) -> None:
    """Closes the row of a rollout; the versions are moved by who calls."""
    rollout.state, rollout.reason, rollout.ended_at = state, reason, at
    rollout.save(update_fields=["state", "reason", "ended_at"])


@transaction.atomic
def rollback(strategy: Strategy, *, reason: str = "rolled back by hand", at: datetime) -> StrategyVersion:
    """Makes the version live again that was before, and retires the one that took over; returns the former.

    Within a rollout the former one gets the whole universe back. Else it is opened again: it catches up over
    the bars that it has not seen, which are history to it and are not announced. WrongStage where no version
    was live before.
    """
    Strategy.objects.select_for_update(no_key=True).get(pk=strategy.pk)
    rollout = running_rollout(strategy)
    if rollout:
        former, candidates = rollout.former, [rollout.candidate]
    else:
        candidates = live_versions(strategy)
        former = live_before(strategy)
        rollout = strategy.rollouts.filter(candidate__in=candidates).order_by("-started_at").first()
    with handing_over(strategy, at=at):
        for candidate in candidates:
            move_to(locked(candidate), Stage.RETIRED, reason=reason, at=at)
        former = locked(former)
        if former.stage == Stage.RETIRED:
            forget_the_gap(former)
        move_to(former, Stage.LIVE, reason=reason, at=at)
    if rollout:
        end_rollout(rollout, State.ROLLED_BACK, reason=reason, at=at)
    return former


def live_before(strategy: Strategy) -> StrategyVersion:
    """The version that was retired from being live last; WrongStage if there is none."""
    for version in strategy.versions.filter(stage=Stage.RETIRED).order_by("-retired_at", "-number"):
        last = version.changes.order_by("-at", "-pk").first()
        # Versions that were retired before changes were kept have none.
        if last is None or last.from_stage == Stage.LIVE:
            return version
    raise WrongStage(strategy.name, "no version of it was live before; there is nothing to roll back to.")
