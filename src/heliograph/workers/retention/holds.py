"""What still needs candles: bars from some moment on that retention leaves alone, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q

from heliograph.fleet.models import Job
from heliograph.market.models import Series
from heliograph.market.wire import to_datetime, to_ms
from heliograph.research.models import StoredBacktest
from heliograph.signals.compiled import compiled
from heliograph.signals.models import Checkpoint, Outcome, Progress, RunningRevision, StrategyVersion


@dataclass(frozen=True, slots=True)
class Hold:
    """Bars that open at or after `since` stay."""

    since: datetime
    why: str


def holds(timeframe: str) -> list[Hold]:
    """All that holds candles of a timeframe back, the furthest reaching first."""
    found = [*_backtests(), *_versions(timeframe)]
    return sorted(found, key=lambda one: one.since)


def _backtests() -> Iterator[Hold]:
    """Of any timeframe: they may look into finer bars."""
    for one in StoredBacktest.objects.filter(job__state__in=Job.UNFINISHED):
        if one.origins:
            yield Hold(to_datetime(min(one.origins)), f"backtest {one.pk} ({one.name}) is not finished")


def _versions(timeframe: str) -> Iterator[Hold]:
    ends = dict(
        Series.objects.filter(bars__gt=0).values_list("instrument", "last_open").filter(timeframe=timeframe)
    )
    working = Q(version__stage__in=StrategyVersion.RUNNING) | ~Q(slots=b"")
    for row in Progress.objects.filter(working).select_related("version__strategy").order_by("pk"):
        plan = compiled(row.version)
        if plan.timeframe.name == timeframe or (plan.finer and plan.finer.name == timeframe):
            yield from _shard(row, ends, plan.plan.digest)
            yield from _open_signals(row.version)


def _shard(row: Progress, ends: dict[int, datetime], digest: str) -> Iterator[Hold]:
    """What lies behind the oldest of its checkpoints, from which it could have to be rebuilt."""
    kept = Checkpoint.objects.filter(progress=row, plan_digest=digest).defer("state").order_by("pk").first()
    reached = dict(zip(kept.instruments, kept.watermarks, strict=True)) if kept else {}
    needed = [
        reached.get(instrument, origin - 1) + 1
        for instrument, origin in zip(row.instruments, row.origins, strict=True)
        if instrument in ends and to_ms(ends[instrument]) > reached.get(instrument, origin - 1)
    ]
    if needed:
        why = "could be rebuilt from its oldest checkpoint" if kept else "has no checkpoint yet"
        yield Hold(to_datetime(min(needed)), f"{row.version}, shard {row.shard}, {why}")


def _open_signals(version: StrategyVersion) -> Iterator[Hold]:
    """From their bars on; where candles were corrected meanwhile, from the first on: they are lived again."""
    running = Outcome.objects.filter(signal__version=version, state__in=Outcome.RUNNING)
    if first := running.aggregate(first=Min("bar_time"))["first"]:
        yield Hold(first, f"a signal of {version} is open")
    again = running.exclude(amended_from=None).exists()
    if again or RunningRevision.objects.filter(signal__version=version).exists():
        origins = Progress.objects.filter(version=version).values_list("origins", flat=True)
        yield Hold(to_datetime(min(map(min, origins))), f"a signal of {version} is to be lived again")
