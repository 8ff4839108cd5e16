"""Questions about forecasts, for pages and programs: the newest of each target, and how such ones fared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum

from heliograph.engine.performance.known import over
from heliograph.monitor.forecasts.models import Forecast, Trend
from heliograph.monitor.forecasts.targets import SAYS
from heliograph.monitor.measure import key_of
from heliograph.monitor.probes import DEFINITIONS
from heliograph.signals.queries import Hidden, seen

# Each target is looked at within this; the same forecast may stand for days.
RECENT = timedelta(days=8)
# How far back forecasts are looked at for their score.
SCORED = timedelta(days=30)
SUMMED = ("known", "error", "naive_error", "scaled_error", "inside")
MEASURES = {one.name: one for one in DEFINITIONS}


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """How forecasts of a target fared in the last 30 days, over the values that came.

    `error` is the mean absolute error in the unit of the measure, `scaled` the same in mean errors of the
    naive forecast within the history (MASE), `skill` the share by which it is below that of the naive one on
    the same values, `inside` the share of values within their interval. All None where none came.
    """

    forecasts: int
    values: int
    error: float | None
    naive_error: float | None
    scaled: float | None
    skill: float | None
    inside: float | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The newest forecast of a target with the score of those before it; `row` has a reason where there is
    none.
    """

    row: Forecast
    says: str
    score: ForecastScore

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What tells it from all others."""
        return self.row.kind, self.row.name, key_of(self.row.labels), self.row.version_id or 0


@dataclass(frozen=True, slots=True)
class Trended:
    """How a measure went."""

    name: str
    labels: Mapping[str, str]
    unit: str
    says: str
    row: Trend


def newest_forecasts(*, at: datetime, kind: str | None = None, hidden: Hidden = ()) -> list[Foreseen]:
    """The newest of each target that was looked at lately, by kind and name. Two statements."""
    rows = _rows(hidden, kind).filter(made_at__gt=at - SCORED, made_at__lte=at)
    order = ("kind", "name", "labels", "version")
    recent = rows.filter(made_at__gt=at - RECENT).select_related("strategy", "version")
    newest = recent.order_by(*order, "-made_at", "-pk").distinct(*order)
    scores = _scores(rows)
    none = ForecastScore(0, 0, None, None, None, None, None)
    found = [Foreseen(row, SAYS.get(row.name, ""), scores.get(_target(row), none)) for row in newest]
    return sorted(found, key=lambda one: one.key)


def forecasts_of(
    *, at: datetime, kind: str, name: str, labels: Mapping[str, str] | None = None
) -> Foreseen | None:
    """The newest forecast of one measure; None where it was never looked at."""
    found = newest_forecasts(at=at, kind=kind)
    wanted = key_of(labels or {})
    return next((one for one in found if one.row.name == name and key_of(one.row.labels) == wanted), None)


def list_trends(*, shifted: bool = False) -> list[Trended]:
    """Of all measures that were looked at, by name and labels; `shifted`: only where the level changed."""
    rows = Trend.objects.select_related("series").order_by("series__name", "series__labels")
    if shifted:
        rows = rows.exclude(shifts=[])
    return [_trended(row) for row in rows]


def _rows(hidden: Hidden, kind: str | None) -> QuerySet[Forecast]:
    return Forecast.objects.filter(seen(hidden, "strategy"), Q(kind=kind) if kind else Q())


Target = tuple[str, str, str, int | None]


def _target(row: Forecast) -> Target:
    return row.kind, row.name, key_of(row.labels), row.version_id


def _scores(rows: QuerySet[Forecast]) -> dict[Target, ForecastScore]:
    summed = rows.filter(known__gt=0).order_by().values("kind", "name", "labels", "version")
    found: dict[Target, ForecastScore] = {}
    scaled = {f"sum_{name}": Sum(name) for name in SUMMED}
    with_scale = {"scaled_values": Sum("known", filter=Q(scale__isnull=False)), "number": Count("pk")}
    for row in summed.annotate(**scaled, **with_scale):
        target = row["kind"], row["name"], key_of(row["labels"]), row["version"]
        found[target] = _score(row)
    return found


def _score(row: Mapping[str, float]) -> ForecastScore:
    values = int(row["sum_known"])
    ratio = over(row["sum_error"], row["sum_naive_error"])
    return ForecastScore(
        forecasts=int(row["number"]),
        values=values,
        error=over(row["sum_error"], values),
        naive_error=over(row["sum_naive_error"], values),
        scaled=over(row["sum_scaled_error"], row["scaled_values"] or 0),
        skill=None if ratio is None else 1 - ratio,
        inside=over(row["sum_inside"], values),
    )


def _trended(row: Trend) -> Trended:
    known = MEASURES.get(row.series.name)
    return Trended(
        name=row.series.name,
        labels=row.series.labels,
        unit=known.unit if known else "count",
        says=known.says if known else "",
        row=row,
    )
