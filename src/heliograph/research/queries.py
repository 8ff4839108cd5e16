"""Reads stored backtests for tables and pages, and forgets them."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from heliograph.fleet.models import Job
from heliograph.research.errors import NoSuchBacktest, StillRunning
from heliograph.research.models import StoredBacktest
from heliograph.research.result import finished_result
from heliograph.signals.models import Strategy
from heliograph.signals.queries import Hidden

ROW = ("job", "venue", "version__strategy")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two finished backtests beside each other: trades are the same if instrument, side and signal are."""

    both: int
    only_first: int
    only_second: int


def concealed(hidden: Hidden) -> Q:
    """The backtests of hidden strategies, by their version or, where that is not stored, by their name."""
    named = Q(name__in=Strategy.objects.filter(pk__in=hidden).values("name"))
    return Q(version__isnull=False, version__strategy__in=hidden) | named


def shown_to(hidden: Hidden) -> Q:
    """The backtests of all strategies but the hidden ones."""
    return ~concealed(hidden) if hidden else Q()


def list_backtests(*, limit: int = 50, hidden: Hidden = ()) -> list[StoredBacktest]:
    """The newest stored backtests with their jobs."""
    rows = StoredBacktest.objects.select_related(*ROW).filter(shown_to(hidden))
    return list(rows.order_by("-id")[:limit])


@dataclass(frozen=True, slots=True)
class BacktestFilter:
    """Which backtests to list; None leaves a question open. Those of hidden strategies are left out."""

    strategy: str | None = None
    venue: str | None = None
    state: str | None = None
    hidden: Hidden = ()

    def condition(self) -> Q:
        """The same as a condition on rows."""
        asked = {"name": self.strategy, "venue__name": self.venue, "job__state": self.state}
        named = Q(**{name: value for name, value in asked.items() if value is not None})
        return named & shown_to(self.hidden)


def backtest_page(
    filters: BacktestFilter, *, limit: int, before: int | None = None
) -> tuple[list[StoredBacktest], int | None]:
    """A page of backtests, newest first, and the number to ask with as `before` for older ones, or None.

    Texts and ranges of bars are left in the database where they are not asked for. One statement.
    """
    rows = StoredBacktest.objects.select_related(*ROW).defer("text", "version__text").order_by("-id")
    rows = rows.filter(filters.condition())
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def find_backtest(backtest_id: int, *, hidden: Hidden = ()) -> StoredBacktest:
    """The stored backtest of that number, or NoSuchBacktest."""
    rows = StoredBacktest.objects.select_related(*ROW).filter(shown_to(hidden))
    found = rows.filter(pk=backtest_id).first()
    if found is None:
        raise NoSuchBacktest(backtest_id)
    return found


def compare(first: StoredBacktest, second: StoredBacktest) -> Pair:
    """How many finished trades both have, and each alone; NotFinished where one has no result."""
    own, other = (
        {(trade.symbol, trade.side, trade.signal_time) for trade in finished_result(one).trades}
        for one in (first, second)
    )
    return Pair(both=len(own & other), only_first=len(own - other), only_second=len(other - own))


@transaction.atomic
def delete_backtest(backtest_id: int) -> None:
    """Forget a backtest with its trades and its job; StillRunning while a worker has it."""
    stored = find_backtest(backtest_id)
    job = Job.objects.select_for_update().get(pk=stored.job.pk)
    if job.state == Job.State.RUNNING:
        raise StillRunning(backtest_id, job=job.pk)
    stored.delete()
    job.delete()
