"""How alerts went over some time: which rules are noisiest, and how soon somebody answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median

from django.db.models import Count, Q

from heliograph.monitor.alerts.models import Alert, Entry, Incident


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds that something took: mean and median, over so many; None over none."""

    number: int
    mean_s: float | None
    median_s: float | None


@dataclass(frozen=True, slots=True)
class Noise:
    """A rule: how often it fired, as a cause or following from one, and how much of that was worth a look.

    `answered`: in incidents that somebody acknowledged. One that fires often and is never answered is noise.
    """

    rule: str
    title: str
    severity: str
    fired: int
    followed: int
    answered: int
    median_s: float | None


@dataclass(frozen=True, slots=True)
class Trends:
    """Alerts since a moment; noisiest rules first."""

    since: datetime
    incidents: int
    absorbed: int
    flapping: int
    silenced: int
    told: int
    to_acknowledge: Times
    to_resolve: Times
    noisiest: tuple[Noise, ...]


def trends(*, at: datetime, days: int = 30, most: int = 20) -> Trends:
    """Over so many days before `at`. Five statements."""
    since = at - timedelta(days=days)
    rows = list(Incident.objects.filter(opened_at__gte=since, opened_at__lte=at))
    real = [one for one in rows if one.state != Incident.State.ABSORBED]
    told = Entry.objects.filter(incident__in=[one.pk for one in rows])
    kinds = dict(told.values_list("kind").annotate(Count("incident", distinct=True)).order_by())
    sent = told.filter(kind=Entry.Kind.TOLD).count()
    return Trends(
        since=since,
        incidents=len(real),
        absorbed=len(rows) - len(real),
        flapping=kinds.get(Entry.Kind.FLAPPING, 0),
        silenced=kinds.get(Entry.Kind.SILENCED, 0),
        told=sent,
        to_acknowledge=_times([one.acknowledged_at - one.seen_at for one in real if one.acknowledged_at]),
        to_resolve=_times([one.resolved_at - one.opened_at for one in real if one.resolved_at]),
        noisiest=tuple(_noise(since, at)[:most]),
    )


def _noise(since: datetime, at: datetime) -> list[Noise]:
    fired = Alert.objects.filter(fired_at__gte=since, fired_at__lte=at)
    rows = fired.values("rule__name", "rule__title", "rule__severity").annotate(
        fired=Count("pk"),
        followed=Count("pk", filter=Q(is_consequence=True)),
        answered=Count("pk", filter=Q(incident__acknowledged_at__isnull=False)),
    )
    lengths: dict[str, list[timedelta]] = {}
    over = fired.filter(resolved_at__isnull=False)
    for name, begun, ended in over.values_list("rule__name", "since", "resolved_at"):
        lengths.setdefault(name, []).append(ended - begun)
    found = [
        Noise(
            rule=row["rule__name"],
            title=row["rule__title"],
            severity=row["rule__severity"],
            fired=row["fired"],
            followed=row["followed"],
            answered=row["answered"],
            median_s=_times(lengths.get(row["rule__name"], [])).median_s,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.fired, one.rule))


def _times(spans: list[timedelta]) -> Times:
    seconds = [span.total_seconds() for span in spans]
    if not seconds:
        return Times(0, None, None)
    return Times(len(seconds), fmean(seconds), median(seconds))
