"""Removes what is kept no longer. Candles, signals, outcomes and evaluations are kept for ever."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from heliograph.fleet.models import Job, PlacementDecision, Rescue, Ring, ScalingAction
from heliograph.fleet.nodes import forget_lost
from heliograph.inbound.keeping import old_alerts
from heliograph.monitor.alerts.keeping import old_incidents, old_outages, old_silences
from heliograph.monitor.models import Machine
from heliograph.monitor.tuning.models import Act, Growth, Repeat
from heliograph.notices.keeping import old_deliveries, old_notices, old_sendings
from heliograph.reports.keep import old_reports
from heliograph.reports.quality.keep import old_days
from heliograph.research.models import StoredBacktest
from heliograph.signals.models import Checkpoint, StrategyVersion
from heliograph.signals.tallies.read import fold

# A slot is rung at most once within this; one a second is 3,600 rows.
RINGS = timedelta(hours=1)
DECISIONS = timedelta(days=7)
RESCUES = timedelta(days=30)
ACTIONS = timedelta(days=90)
JOBS = timedelta(days=90)
REPEATS, PROCESSES, ACTS = timedelta(days=30), timedelta(days=1), timedelta(days=731)
NOTICE_DAYS = ALERT_DAYS = 90
# Rows that go at a time: a long transaction would hold up the vacuum of all tables.
PIECE = 5_000


def forget_old(
    *, at: datetime, notice_days: int = NOTICE_DAYS, alert_days: int = ALERT_DAYS
) -> Mapping[str, int]:
    """Remove what is older than its time; returns how much of each. Notices have a time of their own, and so
    have alerts from outside."""
    kept = {"days": notice_days, "at": at}
    verbs: Mapping[str, Callable[[], int]] = {
        "rings": lambda: _remove(_older(Ring, "rung_at", at - RINGS)),
        "placement decisions": lambda: _remove(_older(PlacementDecision, "at", at - DECISIONS)),
        "rescues": lambda: _remove(_older(Rescue, "at", at - RESCUES)),
        "scaling actions": lambda: _remove(_older(ScalingAction, "at", at - ACTIONS)),
        "days of quality": lambda: _remove(old_days(at=at)),
        "reports": lambda: _remove(old_reports(at=at)),
        "jobs": lambda: _remove(_jobs(at=at)),
        "messages": lambda: _remove(old_sendings(**kept)),
        "deliveries": lambda: _remove(old_deliveries(**kept)),
        "notices": lambda: _remove(old_notices(**kept)),
        "alerts": lambda: _remove(old_alerts(days=alert_days, at=at)),
        "repeated statements": lambda: _remove(_older(Repeat, "newest_at", at - REPEATS)),
        "processes": lambda: _remove(_older(Growth, "at", at - PROCESSES)),
        "machines": lambda: _remove(_older(Machine, "at", at - PROCESSES)),
        "acts of tuning": lambda: _remove(_older(Act, "at", at - ACTS)),
        "checkpoints": lambda: _remove(_useless_checkpoints()),
        "incidents": lambda: _remove(old_incidents(at=at)),
        "silences": lambda: _remove(old_silences(at=at)),
        "outages": lambda: _remove(old_outages(at=at)),
        "nodes": lambda: forget_lost(at=at),
        "differences of counts": fold,
    }
    return {name: verb() for name, verb in verbs.items()}


def _older(model, column: str, until: datetime) -> QuerySet:
    return model.objects.filter(**{f"{column}__lt": until})


def _jobs(*, at: datetime) -> QuerySet:
    """Those of stored backtests stay as long as these."""
    kept = StoredBacktest.objects.values("job")
    return Job.objects.filter(finished_at__lt=at - JOBS).exclude(pk__in=kept)


def _useless_checkpoints() -> QuerySet:
    """Of retired versions in which nothing is open: what is corrected is rebuilt from their origin."""
    return Checkpoint.objects.filter(
        progress__version__stage=StrategyVersion.Stage.RETIRED, progress__slots=b""
    )


def _remove(rows: QuerySet) -> int:
    removed = 0
    while keys := list(rows.values_list("pk", flat=True)[:PIECE]):
        removed += rows.model.objects.filter(pk__in=keys).delete()[0]
    return removed
