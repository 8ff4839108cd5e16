"""How the published signals of strategy versions ended, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from heliograph.engine.performance.estimates import Estimate, mean, share, spread
from heliograph.signals.models import Outcome, Signal, StrategyVersion
from heliograph.signals.tallies.read import Sum, sums

# Fewer cases than this say nothing: their average is not shown.
LEAST_N = 10


@dataclass(frozen=True, slots=True)
class Score:
    """The scoreboard of one version.

    A hit is a settled signal with a return above zero after costs. `mean_r` rests on the settled signals that
    have an R, that is a stop.
    """

    version_id: int
    strategy: str
    number: int
    stage: str
    timeframe: str
    created_at: datetime
    published: int
    rejected: int
    open: int
    settled: int
    missed: int
    unresolved: int
    hit_rate: Estimate
    mean_r: Estimate
    mean_return_pct: Estimate
    newest_signal: datetime | None


def scoreboard(
    versions: Sequence[StrategyVersion] | None = None, *, hidden: tuple[int, ...] = ()
) -> list[Score]:
    """The scores of these versions (default: all but those of hidden strategies), by name and the newest
    number first. Two statements.
    """
    wanted = StrategyVersion.objects.select_related("strategy").order_by("strategy__name", "-number")
    if hidden:
        wanted = wanted.exclude(strategy__in=hidden)
    if versions is not None:
        wanted = wanted.filter(pk__in=[version.pk for version in versions])
    found = list(wanted)
    summed = _sums([version.pk for version in found])
    return [_score(version, summed[version.pk]) for version in found]


def score(version: StrategyVersion) -> Score:
    """The score of one version."""
    return scoreboard([version])[0]


def _sums(versions: Sequence[int]) -> dict[int, dict]:
    return {version: _summed(states) for version, states in sums(versions).items()}


def _summed(states: dict[str, Sum]) -> dict:
    none = Sum()
    settled = states.get(Outcome.State.SETTLED, none)
    published = states.get(Signal.State.PUBLISHED, none)
    return {
        "published": published.number,
        "rejected": states.get(Signal.State.REJECTED, none).number,
        "open": sum(states.get(state, none).number for state in Outcome.RUNNING),
        "settled": settled.number,
        "missed": states.get(Outcome.State.MISSED, none).number,
        "unresolved": states.get(Outcome.State.UNRESOLVED, none).number,
        "hits": settled.hits,
        "with_r": settled.with_r,
        "r": settled.r / settled.with_r if settled.with_r else None,
        "r_spread": spread(settled.with_r, settled.r, settled.r_squares),
        "pct": settled.pct / settled.number if settled.number else None,
        "pct_spread": spread(settled.number, settled.pct, settled.pct_squares),
        "newest": published.newest,
    }


def _score(version: StrategyVersion, summed: dict) -> Score:
    counts = ("published", "rejected", "open", "settled", "missed", "unresolved")
    return Score(
        version_id=version.pk,
        strategy=version.strategy.name,
        number=version.number,
        stage=version.stage,
        timeframe=version.timeframe,
        created_at=version.created_at,
        **{name: summed[name] for name in counts},
        hit_rate=share(summed["hits"], summed["settled"]),
        mean_r=mean(summed["r"], summed["r_spread"], summed["with_r"]),
        mean_return_pct=mean(summed["pct"], summed["pct_spread"], summed["settled"]),
        newest_signal=summed["newest"],
    )
