"""What the overview shows: what is open, what settled, what ran, and how fresh the data is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, Max, Q, StdDev

from heliograph.engine.performance.estimates import Estimate, mean
from heliograph.kit.cache import cached
from heliograph.signals.items import SignalItem
from heliograph.signals.models import Evaluation, Outcome, Signal, StrategyVersion
from heliograph.signals.queries import ROW, Hidden, seen

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# What slides with the time of day is at most so old; what steps and stages change is told by the tag.
SECONDS, TAGS = 15.0, ("signals",)
STRATEGY = "version__strategy"


@dataclass(frozen=True, slots=True)
class Figures:
    """`live` and `shadow` are the open signals by the stage of their version. Found means not historical."""

    live: int
    shadow: int
    published: int
    rejected: int
    mean_r: Estimate
    newest: int

    @property
    def open(self) -> int:
        """All open signals, those of versions retired meanwhile included."""
        return self.live + self.shadow


@dataclass(frozen=True, slots=True)
class Run:
    """The newest step of one version."""

    version_id: int
    strategy: str
    number: int
    stage: str
    timeframe: str
    last_bar: datetime | None
    instruments: int
    bars: int
    published: int
    rejected: int
    settled: int
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many candidates were rejected for one reason; `share` in percent of the most frequent one."""

    reason: str
    count: int
    share: float


@cached(key="overview:figures:{hidden}", ttl=SECONDS, tags=TAGS)
def figures(*, at: datetime, hidden: Hidden = ()) -> Figures:
    """The strip of figures. Three statements."""
    still_open = dict(
        Signal.objects.filter(seen(hidden, STRATEGY), outcome__state__in=Outcome.RUNNING)
        .values_list("version__stage")
        .annotate(Count("pk"))
    )
    signals = Signal.objects.filter(seen(hidden, STRATEGY))
    found = signals.filter(historical=False, created_at__gte=at - DAY).aggregate(
        published=Count("pk", filter=Q(state=Signal.State.PUBLISHED)),
        rejected=Count("pk", filter=Q(state=Signal.State.REJECTED)),
    )
    newest = signals.aggregate(newest=Max("pk"))["newest"] or 0
    shadow = still_open.pop(StrategyVersion.Stage.SHADOW, 0)
    return Figures(
        live=sum(still_open.values()),
        shadow=shadow,
        mean_r=_mean_r(at=at, hidden=hidden),
        newest=newest,
        **found,
    )


def _mean_r(*, at: datetime, hidden: Hidden) -> Estimate:
    settled = Outcome.objects.filter(
        seen(hidden, f"signal__{STRATEGY}"),
        state=Outcome.State.SETTLED,
        signal__historical=False,
        settled_at__gte=at - WEEK,
        r__isnull=False,
    ).aggregate(n=Count("pk"), mean=Avg("r"), spread=StdDev("r", sample=True))
    return mean(settled["mean"], settled["spread"], settled["n"])


@cached(key="overview:open:{limit}:{hidden}", ttl=SECONDS, tags=TAGS)
def open_items(*, limit: int, hidden: Hidden = ()) -> list[SignalItem]:
    """The open signals found last. One statement."""
    return _items(Q(outcome__state__in=Outcome.RUNNING) & seen(hidden, STRATEGY), "-pk", limit=limit)


@cached(key="overview:settled:{limit}:{hidden}", ttl=SECONDS, tags=TAGS)
def settled_items(*, limit: int, hidden: Hidden = ()) -> list[SignalItem]:
    """The signals settled last. One statement."""
    return _items(
        Q(outcome__state=Outcome.State.SETTLED) & seen(hidden, STRATEGY),
        "-outcome__settled_at",
        "-outcome__exit_time",
        "-pk",
        limit=limit,
    )


def _items(condition: Q, *order: str, limit: int) -> list[SignalItem]:
    rows = Signal.objects.filter(condition).select_related(*ROW).order_by(*order)[:limit]
    return [SignalItem.of(row) for row in rows]


@cached(key="overview:runs:{hidden}", ttl=SECONDS, tags=TAGS)
def runs(*, hidden: Hidden = ()) -> list[Run]:
    """What ran last, for each version that runs, newest first. Two statements."""
    newest = {
        row.version_id: row
        for row in Evaluation.objects.filter(
            seen(hidden, STRATEGY), version__stage__in=StrategyVersion.RUNNING
        )
        .order_by("version_id", "-pk")
        .distinct("version_id")
    }
    versions = StrategyVersion.objects.filter(
        seen(hidden, "strategy"), stage__in=StrategyVersion.RUNNING
    ).select_related("strategy")
    found = [_run(version, newest.get(version.pk)) for version in versions]
    return sorted(found, key=lambda run: (run.started_at is None, run.strategy, run.number))


def _run(version: StrategyVersion, step: Evaluation | None) -> Run:
    return Run(
        version_id=version.pk,
        strategy=version.strategy.name,
        number=version.number,
        stage=version.stage,
        timeframe=version.timeframe,
        last_bar=step.last_bar if step else None,
        instruments=step.instruments if step else 0,
        bars=step.bars if step else 0,
        published=step.published if step else 0,
        rejected=step.rejected if step else 0,
        settled=step.settled if step else 0,
        started_at=step.started_at if step else None,
    )


@cached(key="overview:reasons:{hidden}", ttl=SECONDS, tags=TAGS)
def recent_reasons(*, at: datetime, hidden: Hidden = ()) -> list[ReasonCount]:
    """Why candidates of the last day were rejected. One statement."""
    return reasons(seen(hidden, STRATEGY) & Q(historical=False, created_at__gte=at - DAY))


def reasons(condition: Q) -> list[ReasonCount]:
    """Rejected candidates by reason, the most frequent first. One statement."""
    counted = list(
        Signal.objects.filter(condition, state=Signal.State.REJECTED)
        .values_list("reason")
        .annotate(number=Count("pk"))
        .order_by("-number")
    )
    return shares(counted)


def shares(counted: Sequence[tuple[str, int]]) -> list[ReasonCount]:
    """Counts of reasons, the most frequent first, beside the most frequent one."""
    most = counted[0][1] if counted else 1
    return [ReasonCount(reason, number, round(number / most * 100, 1)) for reason, number in counted]
