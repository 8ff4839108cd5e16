"""Moves versions between stages and shares; each change is a row, and fences the steps that run."""

from datetime import datetime

from django.db.models import F

from heliograph.signals.models import Progress, StageChange, Strategy, StrategyVersion
from heliograph.signals.universe import SeriesNow

Stage = StrategyVersion.Stage
WHOLE = (0, 100)


def locked(version: StrategyVersion) -> StrategyVersion:
    """The version as it is now; its strategy is locked until the transaction ends."""
    Strategy.objects.select_for_update(no_key=True).get(pk=version.strategy_id)
    return StrategyVersion.objects.select_related("strategy").get(pk=version.pk)


def live_versions(strategy: Strategy) -> list[StrategyVersion]:
    """Its live versions, the one with the largest share first."""
    found = strategy.versions.select_related("strategy").filter(stage=Stage.LIVE)
    return sorted(found, key=lambda one: (one.share, one.number), reverse=True)


def move_to(
    version: StrategyVersion,
    stage: str,
    *,
    share: tuple[int, int] = WHOLE,
    reason: str = "",
    at: datetime,
) -> StrategyVersion:
    """Gives a version its stage and, while it is live, its share of the universe (from, to).

    A step that is under way was judged by the old ones: it loses its fence and is done anew.
    """
    before = (version.stage, version.share_from, version.share_to)
    if before == (stage, *share):
        return version
    StageChange.objects.create(
        version=version,
        from_stage=version.stage,
        to_stage=stage,
        share=share[1] - share[0],
        reason=reason,
        at=at,
    )
    version.stage, (version.share_from, version.share_to) = stage, share
    version.retired_at = at if stage == Stage.RETIRED else None
    version.save(update_fields=["stage", "share_from", "share_to", "retired_at"])
    Progress.objects.filter(version=version).update(epoch=F("epoch") + 1)
    return version


def forget_the_gap(version: StrategyVersion) -> None:
    """What is stored by now is history to a version that comes back: scored, never announced."""
    series = SeriesNow.read(version.timeframe)
    known = dict(zip(series.instruments.tolist(), series.last.tolist(), strict=True))
    for row in Progress.objects.select_for_update(no_key=True).filter(version=version):
        pairs = zip(row.instruments, row.historical_until, strict=True)
        row.historical_until = [max(until, known.get(one, until)) for one, until in pairs]
        row.save(update_fields=["historical_until"])
