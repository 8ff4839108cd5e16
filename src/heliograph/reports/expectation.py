"""Live beside what a backtest led one to expect: the newest finished one of the same version."""

from dataclasses import asdict, dataclass

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.performance.comparison import Difference, mean_difference, share_difference
from heliograph.engine.performance.estimates import Estimate, mean_of
from heliograph.reports.asked import Asked
from heliograph.research.models import StoredBacktest, StoredTrade
from heliograph.signals.models import Outcome, StrategyVersion
from heliograph.signals.queries import seen
from heliograph.signals.scores import LEAST_N

# The newest of very many say the same.
MOST = 50_000
# A difference that chance brings less often than this is told as one.
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Expectation:
    """One version. `verdict` is as expected, below or above expectation, or too few signals; live ones are
    those of bars since the version is active.
    """

    version_id: int
    name: str
    backtest_id: int
    live_r: Estimate
    expected_r: Estimate
    difference_r: Difference
    difference_hits: Difference
    verdict: str

    def to_dict(self) -> dict[str, object]:
        """The same as plain values."""
        return asdict(self)


def expectations(asked: Asked) -> list[Expectation]:
    """Of the versions that have a finished backtest which says the same, by name; the side and the days that
    are asked for choose live signals. Three statements for each.
    """
    backtests = StoredBacktest.objects.filter(
        seen(asked.hidden, "version__strategy"), finished_at__isnull=False, version__isnull=False
    )
    strategies = asked.strategy_ids()
    if strategies is not None:
        backtests = backtests.filter(version__strategy__in=strategies)
    if asked.version_id is not None:
        backtests = backtests.filter(version=asked.version_id)
    if asked.timeframe is not None:
        backtests = backtests.filter(timeframe=asked.timeframe)
    rows = backtests.select_related("version__strategy").defer("text", "version__text").order_by("pk")
    newest = {one.version_id: one for one in rows if one.version and one.version.digest == one.digest}
    found = [_compared(one.version, one, asked) for one in newest.values() if one.version]
    return sorted(found, key=lambda one: one.name)


def _compared(version: StrategyVersion, stored: StoredBacktest, asked: Asked) -> Expectation:
    live, tested = _live(version, asked), _tested(stored, asked)
    (live_r, live_pct), (r, pct) = live.T, tested.T
    difference = mean_difference(live_r, r)
    hits = [int(np.count_nonzero(one > 0)) for one in (live_pct, pct)]
    sizes = [int(np.count_nonzero(np.isfinite(one))) for one in (live_pct, pct)]
    return Expectation(
        version_id=version.pk,
        name=str(version),
        backtest_id=stored.pk,
        live_r=mean_of(live_r),
        expected_r=mean_of(r),
        difference_r=difference,
        difference_hits=share_difference(
            hits=hits[0], n=sizes[0], expected_hits=hits[1], expected_n=sizes[1]
        ),
        verdict=_verdict(difference),
    )


def _verdict(found: Difference) -> str:
    if min(found.n, found.n_expected) < LEAST_N or found.chance is None or found.value is None:
        return "too few signals"
    if found.chance >= LEVEL:
        return "as expected"
    return "above expectation" if found.value > 0 else "below expectation"


def _live(version: StrategyVersion, asked: Asked) -> Floats:
    rows = Outcome.objects.filter(
        state=Outcome.State.SETTLED, signal__version=version, signal__historical=False
    )
    if asked.side is not None:
        rows = rows.filter(signal__side=asked.side)
    if asked.since is not None:
        rows = rows.filter(exit_time__date__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(exit_time__date__lte=asked.until)
    return _results(rows.order_by("-exit_time").values_list("r", "return_pct")[:MOST])


def _tested(stored: StoredBacktest, asked: Asked) -> Floats:
    rows = StoredTrade.objects.filter(backtest=stored, state=StoredTrade.State.CLOSED)
    if asked.side is not None:
        rows = rows.filter(side=asked.side)
    return _results(rows.order_by("-number").values_list("r", "return_pct")[:MOST])


def _results(rows) -> Floats:
    """Rows of R and percent, NaN where unknown."""
    return np.array([*rows], dtype=np.float64).reshape(-1, 2)
