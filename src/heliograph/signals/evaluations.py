"""Reads evaluations with their gates, and what is postponed, for pages and commands."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from heliograph.market.models import Instrument
from heliograph.signals.models import Evaluation, Postponement, Progress, StrategyVersion
from heliograph.signals.queries import Hidden, seen

RUN = ("progress__venue", "version__strategy")


@dataclass(frozen=True, slots=True)
class EvaluationItem:
    """One step of a shard.

    `gates` has by name `value`, `limit`, `open` and `says`; it is empty where none was asked. `first_bar` and
    `last_bar` are opens. `reason` says why this mode, what was waited for, and what was gone on without.
    """

    id: int
    strategy: str
    version: int
    venue: str
    shard: int
    kind: str
    first_bar: datetime
    last_bar: datetime
    instruments: int
    bars: int
    published: int
    rejected: int
    settled: int
    passed_over: int
    mode: str
    gates: dict[str, dict[str, object]]
    reason: str
    started_at: datetime
    duration_ms: float

    @classmethod
    def of(cls, row: Evaluation) -> "EvaluationItem":
        """From a row fetched with its version's strategy and its shard's venue."""
        same = (
            *("kind", "first_bar", "last_bar", "instruments", "bars", "published", "rejected", "settled"),
            *("passed_over", "mode", "gates", "reason", "started_at", "duration_ms"),
        )
        return cls(
            id=row.pk,
            strategy=row.version.strategy.name,
            version=row.version.number,
            venue=row.progress.venue.name,
            shard=row.progress.shard,
            **{name: getattr(row, name) for name in same},
        )


@dataclass(frozen=True, slots=True)
class PostponedItem:
    """A shard whose gates are closed; `given_up_at` is when it went on as it was, None while it waits."""

    strategy: str
    version: int
    timeframe: str
    venue: str
    shard: int
    instruments: int
    since: datetime
    looked_at: datetime
    given_up_at: datetime | None
    mode: str
    gates: dict[str, dict[str, object]]
    reason: str

    @classmethod
    def of(cls, row: Postponement) -> "PostponedItem":
        """From a row fetched with its shard."""
        shard = row.progress
        same = ("since", "looked_at", "given_up_at", "mode", "gates", "reason")
        return cls(
            strategy=shard.version.strategy.name,
            version=shard.version.number,
            timeframe=shard.version.timeframe,
            venue=shard.venue.name,
            shard=shard.shard,
            instruments=len(shard.instruments),
            **{name: getattr(row, name) for name in same},
        )


def recent_evaluations(*, limit: int = 50) -> list[EvaluationItem]:
    """The newest evaluations of all versions."""
    return [EvaluationItem.of(row) for row in newest_steps()[:limit]]


def newest_steps(*, hidden: Hidden = ()) -> QuerySet[Evaluation]:
    """The steps with their versions and venues, newest first; not of hidden strategies."""
    rows = Evaluation.objects.select_related(*RUN).filter(seen(hidden, "version__strategy"))
    return rows.order_by("-started_at", "-pk")


def postponed_shards(*, hidden: Hidden = ()) -> list[PostponedItem]:
    """Those of versions that still enter, the longest waiting first; not of hidden strategies."""
    running = postponements(hidden=hidden).filter(progress__version__stage__in=StrategyVersion.RUNNING)
    return [PostponedItem.of(row) for row in running]


def postponements(*, hidden: Hidden = ()) -> QuerySet[Postponement]:
    """The shards whose gates are closed, the longest waiting first, also of retired versions."""
    return _with_shards().filter(seen(hidden, "progress__version__strategy")).order_by("since", "pk")


def evaluation_of(
    version: StrategyVersion, instrument: Instrument, bar_time: datetime, *, seen_at: datetime | None
) -> EvaluationItem | None:
    """The evaluation that advanced an instrument over a bar at that moment; None if it was not evaluated."""
    if seen_at is None:
        return None
    row = (
        Evaluation.objects.select_related(*RUN)
        .filter(
            progress=_shard_of(version, instrument),
            started_at=seen_at,
            last_bar__gte=bar_time,
        )
        .order_by("last_bar", "pk")
        .first()
    )
    return EvaluationItem.of(row) if row else None


def postponement_of(version: StrategyVersion, instrument: Instrument) -> PostponedItem | None:
    """The closed gates of the shard that an instrument is in, None if they are open."""
    row = _with_shards().filter(progress=_shard_of(version, instrument)).first()
    return PostponedItem.of(row) if row else None


def _with_shards() -> QuerySet[Postponement]:
    return Postponement.objects.select_related("progress__version__strategy", "progress__venue")


def _shard_of(version: StrategyVersion, instrument: Instrument) -> Progress | None:
    return Progress.objects.filter(version=version, instruments__contains=[instrument.pk]).first()
