"""Questions about the quality of days: in all, by venue, by series, and from day to day."""

from dataclasses import asdict, dataclass
from datetime import date

from django.db.models import Count, F, QuerySet, Sum

from heliograph.market.models import Series
from heliograph.reports.models import QualityDay
from heliograph.reports.quality.groupings import By
from heliograph.reports.quality.score import NAMES, QualityCounts

PATHS = {
    By.VENUE: "series__instrument__venue__name",
    By.INSTRUMENT: "series__instrument",
    By.SERIES: "series",
    By.DAY: "day",
}


@dataclass(frozen=True, slots=True)
class QualityAsked:
    """Which days of which series; None leaves a question open. Both days are among what is asked for."""

    since: date | None = None
    until: date | None = None
    venue: str | None = None
    symbol: str | None = None
    timeframe: str | None = None

    def rows(self) -> QuerySet[QualityDay]:
        """The days that are meant."""
        asked = {
            "day__gte": self.since,
            "day__lte": self.until,
            "series__instrument__venue__name": self.venue,
            "series__instrument__symbol": self.symbol,
            "series__timeframe": self.timeframe,
        }
        return QualityDay.objects.filter(
            **{name: value for name, value in asked.items() if value is not None}
        )


@dataclass(frozen=True, slots=True)
class QualityGroup:
    """One group of days: `score` is 0 to 100, `parts` 0 to 1 each; None where nothing tells."""

    name: str
    score: float | None
    parts: dict[str, float | None]
    counts: QualityCounts


@dataclass(frozen=True, slots=True)
class QualityAnswer:
    """All days that were asked for, and groups of them: the worst first, days in their order."""

    by: By
    total: QualityGroup
    groups: tuple[QualityGroup, ...]

    def to_dict(self) -> dict[str, object]:
        """The same as plain values."""
        return asdict(self)


def quality(asked: QualityAsked, *, by: By = By.VENUE) -> QualityAnswer:
    """The answer to one question. Two statements at most."""
    summed = counts_by(asked, by)
    names = _names(by, summed)
    groups = [_group(names[key], counts) for key, counts in summed.items()]
    if by is By.DAY:
        groups.sort(key=lambda one: one.name)
    else:
        groups.sort(key=lambda one: (one.score is not None, one.score or 0.0, one.name))
    return QualityAnswer(by, _group("all", sum(summed.values(), QualityCounts())), tuple(groups))


def counts_by(asked: QualityAsked, by: By) -> dict[object, QualityCounts]:
    """The counts of each group by its key. One statement."""
    sums = {name: Sum(name) for name in NAMES if name != "days"}
    rows = asked.rows().values(key=F(PATHS[by])).annotate(days=Count("pk"), **sums).order_by("key")
    return {row["key"]: QualityCounts(*(row[name] for name in NAMES)) for row in rows}


def _group(name: str, counts: QualityCounts) -> QualityGroup:
    return QualityGroup(name, counts.score, dict(counts.parts), counts)


def _names(by: By, keys: dict[object, QualityCounts]) -> dict[object, str]:
    if by in (By.VENUE, By.DAY):
        return {key: str(key) for key in keys}
    field = "pk__in" if by is By.SERIES else "instrument__in"
    rows = Series.objects.select_related("instrument__venue").filter(**{field: list(keys)})
    if by is By.SERIES:
        return {one.pk: f"{_symbol(one)} {one.timeframe}" for one in rows}
    return {one.instrument_id: _symbol(one) for one in rows}


def _symbol(one: Series) -> str:
    return f"{one.instrument.venue.name}:{one.instrument.symbol}"
