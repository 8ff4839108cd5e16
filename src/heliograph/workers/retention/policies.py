"""All kinds of rows that grow, how long each is kept, and why some cannot be chosen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Model, QuerySet

from heliograph.fleet.models import Job, PlacementDecision, Rescue, Ring, ScalingAction
from heliograph.inbound.keeping import old_alerts
from heliograph.monitor.alerts.keeping import old_incidents, old_outages, old_silences
from heliograph.monitor.models import Machine
from heliograph.monitor.tuning.models import Act, Growth, Repeat
from heliograph.notices.keeping import old_deliveries, old_notices, old_sendings
from heliograph.reports.keep import old_reports
from heliograph.reports.quality.keep import old_days
from heliograph.research.models import StoredBacktest
from heliograph.signals.models import Checkpoint, Evaluation, StrategyVersion

HOUR = 1 / 24
Old = Callable[[datetime, float], QuerySet]


@dataclass(frozen=True, slots=True)
class Policy:
    """One kind of rows. `days` None: for ever. `old` gives those that go, of a moment and some days.

    With `fixed`, the reason, no setting changes the days; without `old` others remove it, or nobody.
    """

    name: str
    what: str
    days: float | None
    old: Old | None = None
    fixed: str = ""
    least: float = 1


def _older(model: type[Model], column: str) -> Old:
    return lambda at, days: model._default_manager.filter(**{f"{column}__lt": at - timedelta(days=days)})


def _jobs(at: datetime, days: float) -> QuerySet:
    """Those of stored backtests stay as long as these."""
    kept = StoredBacktest.objects.values("job")
    return Job.objects.filter(finished_at__lt=at - timedelta(days=days)).exclude(pk__in=kept)


def _checkpoints(_at: datetime, _days: float) -> QuerySet:
    """Of retired versions in which nothing is open: what is corrected is rebuilt from their origin."""
    return Checkpoint.objects.filter(
        progress__version__stage=StrategyVersion.Stage.RETIRED,
        progress__slots=b"",
        progress__dropped_until=None,
    )


FINAL = "what was published is final"
OWN = "its own room forgets it, once it stands in the next layer"
POLICIES = (
    Policy("signals", "signals, rejected ones, outcomes and revisions", None, fixed=FINAL),
    Policy(
        "audit", "the audit trail", None, fixed="it is a chain: without its beginning nobody could verify it"
    ),
    Policy(
        "evaluations",
        "which bars were evaluated, from what",
        None,
        _older(Evaluation, "started_at"),
        least=90,
    ),
    Policy("rings", "rings of the timetable", HOUR, _older(Ring, "rung_at"), least=HOUR),
    Policy("placement decisions", "where shards were placed", 7, _older(PlacementDecision, "at")),
    Policy("rescues", "what the reconciler did", 30, _older(Rescue, "at")),
    Policy("scaling actions", "what scaling did", 90, _older(ScalingAction, "at")),
    Policy(
        "days of quality",
        "how good each day of candles was",
        800,
        lambda at, _: old_days(at=at),
        fixed="reports compare with it",
    ),
    Policy(
        "reports",
        "stored reports; hourly ones 14 days",
        400,
        lambda at, _: old_reports(at=at),
        fixed="by kind and number",
    ),
    Policy("jobs", "finished jobs", 90, _jobs),
    Policy(
        "messages", "what was sent, with its tries", 90, lambda at, days: old_sendings(days=int(days), at=at)
    ),
    Policy(
        "deliveries",
        "what was given up untried, 180 days at least",
        90,
        lambda at, days: old_deliveries(days=int(days), at=at),
    ),
    Policy("notices", "notices that are on no list", 90, lambda at, days: old_notices(days=int(days), at=at)),
    Policy(
        "alerts",
        "alerts from outside that were refused, or told nothing new",
        90,
        lambda at, days: old_alerts(days=int(days), at=at),
    ),
    Policy("repeated statements", "statements asked again and again", 30, _older(Repeat, "newest_at")),
    Policy("processes", "memory of processes", 1, _older(Growth, "at")),
    Policy("machines", "machines with a worker", 1, _older(Machine, "at")),
    Policy("acts of tuning", "what tuning did, and how it is undone", 731, _older(Act, "at")),
    Policy(
        "checkpoints",
        "states of retired versions with nothing open",
        0,
        _checkpoints,
        fixed="at once; of others four stay",
    ),
    Policy(
        "incidents",
        "incidents that are over",
        731,
        lambda at, _: old_incidents(at=at),
        fixed="as long as measures by the hour",
    ),
    Policy(
        "silences",
        "silences that ended",
        731,
        lambda at, _: old_silences(at=at),
        fixed="as long as incidents",
    ),
    Policy(
        "outages",
        "times in which nobody looked",
        731,
        lambda at, _: old_outages(at=at),
        fixed="as long as incidents",
    ),
    Policy("looks", "all that was measured, each look", 2, fixed=OWN),
    Policy("minutes", "what was measured, by the minute", 30, fixed=OWN),
    Policy("hours", "what was measured, by the hour", 731, fixed=OWN),
    Policy("events", "the stream of events", 7, fixed="who comes back within a week misses none"),
)
BY_NAME: Mapping[str, Policy] = {one.name: one for one in POLICIES}
