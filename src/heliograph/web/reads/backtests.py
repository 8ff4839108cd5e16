"""What the pages of backtests show of stored runs and their trades."""

from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Count

from heliograph.engine.performance.estimates import Estimate
from heliograph.engine.performance.summary import Summary
from heliograph.engine.timeframe import Timeframe
from heliograph.fleet.models import Job
from heliograph.market.models import Series, Venue
from heliograph.market.wire import to_datetime
from heliograph.research.models import StoredBacktest
from heliograph.research.queries import shown_to
from heliograph.signals.models import StrategyVersion
from heliograph.signals.queries import Hidden, seen
from heliograph.signals.scores import LEAST_N
from heliograph.web.interval import IntervalMark, interval_mark
from heliograph.web.reads.work.jobs import JobLine, job_line


@dataclass(frozen=True, slots=True)
class RunLine:
    """One stored backtest with its job and, once it is finished, its figures."""

    stored: StoredBacktest
    job: JobLine

    @property
    def same_version(self) -> bool:
        """True if what was run is what the stored version says."""
        return self.stored.version is not None and self.stored.version.digest == self.stored.digest

    @property
    def first(self) -> datetime:
        """The first bar that it runs over."""
        return to_datetime(min(self.stored.origins))

    @property
    def last(self) -> datetime:
        """The last one."""
        return to_datetime(Timeframe.parse(self.stored.timeframe).start(max(self.stored.untils)))

    @property
    def figures(self) -> dict[str, float | None]:
        """The seven figures; None until it is finished."""
        unknown = dict.fromkeys(one.name for one in fields(Summary))
        return unknown | (self.stored.summary or {}).get("figures", {})

    def estimate(self, name: str) -> Estimate | None:
        """A mean or a share with its interval; None until it is finished."""
        told = (self.stored.summary or {}).get("estimates", {}).get(name)
        return Estimate(**told) if told else None

    @property
    def mean_r(self) -> Estimate | None:
        """The mean result in R."""
        return self.estimate("mean_r")

    @property
    def hit_rate(self) -> Estimate | None:
        """The share of trades above zero."""
        return self.estimate("hit_rate")

    @property
    def mean_return(self) -> Estimate | None:
        """The mean result in percent of the stake."""
        return self.estimate("mean_return_pct")

    @property
    def mark(self) -> IntervalMark | None:
        """The mean R as a mark, from the least number of trades on."""
        found = self.mean_r
        return interval_mark(found) if found and found.n >= LEAST_N else None

    @property
    def unfinished(self) -> bool:
        """True while it waits or runs."""
        return self.stored.job.state in Job.UNFINISHED

    @property
    def can_resume(self) -> bool:
        """True if it failed or was cancelled and can go on."""
        return self.stored.job.state in (Job.State.FAILED, Job.State.CANCELLED)


def run_line(stored: StoredBacktest, *, at: datetime) -> RunLine:
    """A backtest that was read with its job."""
    return RunLine(stored, job_line(stored.job, at=at))


def state_counts(*, hidden: Hidden = ()) -> dict[str, int]:
    """How many backtests there are of each state. One statement."""
    rows = (
        StoredBacktest.objects.filter(shown_to(hidden)).values_list("job__state").annotate(number=Count("pk"))
    )
    return dict(rows.order_by())


def names(*, hidden: Hidden = ()) -> tuple[list[str], list[str]]:
    """The strategies and the venues that backtests were run of. Two statements."""
    rows = StoredBacktest.objects.filter(shown_to(hidden)).order_by()
    strategies = rows.values_list("name", flat=True).distinct()
    venues = rows.values_list("venue__name", flat=True).distinct()
    return sorted(strategies), sorted(venues)


def versions(*, hidden: Hidden = ()) -> list[StrategyVersion]:
    """What can be run: all versions, by name and the newest number first. One statement."""
    rows = StrategyVersion.objects.filter(seen(hidden, "strategy")).select_related("strategy")
    return list(rows.order_by("strategy__name", "-number"))


def venue_names() -> list[str]:
    """The venues with candles, by name. One statement."""
    stored = Series.objects.filter(bars__gt=0).values("instrument__venue")
    return list(Venue.objects.filter(pk__in=stored).order_by("name").values_list("name", flat=True))


def stored_symbols(*, timeframe: str, venue: str, find: str, limit: int) -> list[Series]:
    """Series of a timeframe whose symbol holds `find`, by symbol. One statement."""
    rows = Series.objects.filter(bars__gt=0, timeframe=timeframe).select_related("instrument__venue")
    if venue:
        rows = rows.filter(instrument__venue__name=venue)
    if find:
        rows = rows.filter(instrument__symbol__icontains=find)
    return list(rows.order_by("instrument__symbol", "instrument__venue__name")[:limit])
