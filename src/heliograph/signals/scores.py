"""How the published signals of strategy versions ended, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, Max, Q, StdDev

from heliograph.signals.models import Outcome, Signal, StrategyVersion

Z95 = 1.959963984540054
# Fewer cases than this say nothing: their average is not shown.
LEAST_N = 10
SETTLED = Q(outcome__state=Outcome.State.SETTLED)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or share with its 95 % interval and the number that it rests on.

    None where it cannot be known.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None


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
    sums = {row["version_id"]: row for row in _sums([version.pk for version in found])}
    return [_score(version, sums.get(version.pk, {})) for version in found]


def score(version: StrategyVersion) -> Score:
    """The score of one version."""
    return scoreboard([version])[0]


def share(hits: int, n: int) -> Estimate:
    """A share with Wilson's interval."""
    if not n:
        return Estimate(0, None, None, None)
    p = hits / n
    centre = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * (p * (1 - p) / n + Z95**2 / (4 * n**2)) ** 0.5
    return Estimate(n, p, max(0.0, centre - half), min(1.0, centre + half))


def mean(value: float | None, spread: float | None, n: int) -> Estimate:
    """A mean with Student's interval; `spread` is the sample's deviation, None with fewer than two."""
    if value is None or spread is None or n < 2:
        return Estimate(n, value, None, None)
    half = student(n - 1) * spread / n**0.5
    return Estimate(n, value, value - half, value + half)


def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t, to 0.2 % (exact for one and two degrees of freedom)."""
    if freedom < 3:
        return (12.706204736432095, 4.302652729911275)[freedom - 1]
    # Abramowitz and Stegun 26.7.5
    z, v = Z95, float(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )


def _sums(versions: Sequence[int]) -> list[dict]:
    def ended(state: str) -> Count:
        return Count("pk", filter=Q(outcome__state=state))

    return list(
        Signal.objects.filter(version__in=versions)
        .values("version_id")
        .annotate(
            published=Count("pk", filter=Q(state=Signal.State.PUBLISHED)),
            rejected=Count("pk", filter=Q(state=Signal.State.REJECTED)),
            open=Count("pk", filter=Q(outcome__state__in=Outcome.RUNNING)),
            settled=ended(Outcome.State.SETTLED),
            missed=ended(Outcome.State.MISSED),
            unresolved=ended(Outcome.State.UNRESOLVED),
            hits=Count("pk", filter=SETTLED & Q(outcome__return_pct__gt=0)),
            with_r=Count("outcome__r", filter=SETTLED),
            r=Avg("outcome__r", filter=SETTLED),
            r_spread=StdDev("outcome__r", sample=True, filter=SETTLED),
            pct=Avg("outcome__return_pct", filter=SETTLED),
            pct_spread=StdDev("outcome__return_pct", sample=True, filter=SETTLED),
            newest=Max("bar_time", filter=Q(state=Signal.State.PUBLISHED)),
        )
    )


def _score(version: StrategyVersion, sums: dict) -> Score:
    counts = ("published", "rejected", "open", "settled", "missed", "unresolved")
    settled = sums.get("settled", 0)
    return Score(
        version_id=version.pk,
        strategy=version.strategy.name,
        number=version.number,
        stage=version.stage,
        timeframe=version.timeframe,
        created_at=version.created_at,
        **{name: sums.get(name, 0) for name in counts},
        hit_rate=share(sums.get("hits", 0), settled),
        mean_r=mean(sums.get("r"), sums.get("r_spread"), sums.get("with_r", 0)),
        mean_return_pct=mean(sums.get("pct"), sums.get("pct_spread"), settled),
        newest_signal=sums.get("newest"),
    )
