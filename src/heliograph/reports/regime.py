"""What signals were worth by the regime of their instrument at their bar."""

from dataclasses import asdict, dataclass

from heliograph.engine.performance.estimates import Estimate
from heliograph.engine.performance.regimes import Regime
from heliograph.reports.asked import Asked
from heliograph.reports.figures import figures
from heliograph.reports.groupings import By
from heliograph.reports.sums import Sums, fold_if_many, sums_by

# Signals whose regime is not looked at yet.
NOT_YET = -1
NAMES: dict[int | str, str] = {
    Regime.TREND_CALM: "trend, calm",
    Regime.TREND_VOLATILE: "trend, volatile",
    Regime.RANGE_CALM: "range, calm",
    Regime.RANGE_VOLATILE: "range, volatile",
    Regime.UNKNOWN: "unknown",
    NOT_YET: "not looked at yet",
}


@dataclass(frozen=True, slots=True)
class InRegime:
    """The signals of one regime."""

    regime: str
    signals: int
    hit_rate: Estimate
    mean_r: Estimate
    mean_pct: Estimate


@dataclass(frozen=True, slots=True)
class ByRegime:
    """Regimes that have a signal, of all `signals` that have settled."""

    signals: int
    regimes: tuple[InRegime, ...]

    def to_dict(self) -> dict[str, object]:
        """The same as plain values."""
        return asdict(self)


def by_regime(asked: Asked) -> ByRegime:
    """Of the settled signals that are asked for. Two statements."""
    fold_if_many()
    found = sums_by(asked, By.REGIME)
    told = [_told(name, found[regime]) for regime, name in NAMES.items() if regime in found]
    return ByRegime(sum(one.number for one in found.values()), tuple(told))


def _told(name: str, sums: Sums) -> InRegime:
    known = figures(sums, None)
    return InRegime(name, sums.number, known.hit_rate, known.r.expectancy, known.pct.expectancy)
