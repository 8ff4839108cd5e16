"""Two versions of a strategy side by side, over the bars and instruments that both have evaluated."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime

from heliograph.engine.performance.comparison import mean_difference
from heliograph.engine.performance.estimates import Estimate, mean_of, share
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.models import Outcome, Progress, Signal, StrategyVersion
from heliograph.signals.plain import plain


@dataclass(frozen=True, slots=True)
class Figures:
    """What one version gave. `mean_r` rests on the settled signals that have an R, that is a stop."""

    version: int
    stage: str
    published: int
    only_here: int
    rejected: int
    settled: int
    mean_r: Estimate
    hit_rate: Estimate
    mean_return_pct: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions over common ground.

    `first_bar` and `last_bar` are opens, None where there is no common bar; `instruments` are those that both
    look at; `in_common` counts published signals of the same instrument, bar and side. `mean_r_difference` is
    the second less the first, with Welch's 95 % interval; its `n` is the smaller of both.
    """

    strategy: str
    instruments: int
    first_bar: datetime | None
    last_bar: datetime | None
    in_common: int
    versions: tuple[Figures, Figures]
    mean_r_difference: Estimate

    def to_dict(self) -> dict[str, object]:
        """For JSON: times as ISO 8601 with Z, unknown as null."""
        values = plain(asdict(self))
        assert isinstance(values, dict)
        return values


@dataclass(slots=True)
class Ground:
    """The common bars: for each instrument the first and the last that both have evaluated (ms)."""

    spans: dict[int, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, first: StrategyVersion, second: StrategyVersion) -> "Ground":
        """What both have evaluated by now."""
        one, other = _reach(first), _reach(second)
        spans = {
            instrument: (
                max(one[instrument][0], other[instrument][0]),
                min(one[instrument][1], other[instrument][1]),
            )
            for instrument in one.keys() & other.keys()
        }
        return cls({instrument: span for instrument, span in spans.items() if span[0] <= span[1]})

    def holds(self, instrument: int, time: int) -> bool:
        """True if both have evaluated that bar."""
        first, last = self.spans.get(instrument, (1, 0))
        return first <= time <= last


@dataclass(slots=True)
class Tally:
    """The signals of one version on common ground."""

    published: set[tuple[int, int, str]] = field(default_factory=set)
    rejected: int = 0
    r: list[float] = field(default_factory=list)
    return_pct: list[float] = field(default_factory=list)


def compare(
    first: StrategyVersion, second: StrategyVersion, *, created_since: datetime | None = None
) -> Comparison:
    """Both over the bars that both have evaluated; with `created_since` only signals found from then on that
    are not history."""
    ground = Ground.of(first, second)
    one, other = (_tally(version, ground, created_since) for version in (first, second))
    spans = ground.spans.values()
    return Comparison(
        strategy=first.strategy.name,
        instruments=len(ground.spans),
        first_bar=to_datetime(min(span[0] for span in spans)) if spans else None,
        last_bar=to_datetime(max(span[1] for span in spans)) if spans else None,
        in_common=len(one.published & other.published),
        versions=(_figures(first, one, other), _figures(second, other, one)),
        mean_r_difference=mean_difference(other.r, one.r).estimate,
    )


def _reach(version: StrategyVersion) -> dict[int, tuple[int, int]]:
    """The first and the newest evaluated bar of each instrument."""
    rows = Progress.objects.filter(version=version).values_list("instruments", "origins", "watermarks")
    return {
        instrument: (origin, watermark)
        for columns in rows
        for instrument, origin, watermark in zip(*columns, strict=True)
    }


def _tally(version: StrategyVersion, ground: Ground, since: datetime | None) -> Tally:
    rows = Signal.objects.filter(version=version)
    if since is not None:
        rows = rows.filter(created_at__gte=since, historical=False)
    return _counted(
        (instrument, to_ms(moment), *rest)
        for instrument, moment, *rest in rows.values_list(
            *(
                "instrument",
                "bar_time",
                "side",
                "state",
                "outcome__state",
                "outcome__r",
                "outcome__return_pct",
            )
        ).iterator()
        if ground.holds(instrument, to_ms(moment))
    )


def _counted(rows: Iterable[tuple]) -> Tally:
    tally = Tally()
    for instrument, time, side, state, ended, r, return_pct in rows:
        if state == Signal.State.REJECTED:
            tally.rejected += 1
            continue
        tally.published.add((instrument, time, side))
        if ended == Outcome.State.SETTLED:
            tally.return_pct.append(return_pct)
            if r is not None:
                tally.r.append(r)
    return tally


def _figures(version: StrategyVersion, tally: Tally, other: Tally) -> Figures:
    settled = len(tally.return_pct)
    return Figures(
        version=version.number,
        stage=version.stage,
        published=len(tally.published),
        only_here=len(tally.published - other.published),
        rejected=tally.rejected,
        settled=settled,
        mean_r=mean_of(tally.r),
        hit_rate=share(sum(value > 0 for value in tally.return_pct), settled),
        mean_return_pct=mean_of(tally.return_pct),
    )
