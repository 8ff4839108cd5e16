"""Asks for a stored backtest: what it is to run over, and whether the same was run before."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

import heliograph
from heliograph.engine.strategy import Strategy
from heliograph.errors import UserError
from heliograph.fleet.jobs import enqueue, resume
from heliograph.fleet.models import Job
from heliograph.market.models import Series, Venue
from heliograph.market.wire import to_ms
from heliograph.research.candles import Range
from heliograph.research.errors import NothingToRun
from heliograph.research.models import StoredBacktest
from heliograph.signals.models import Progress, StrategyVersion

KIND = "backtest"


@dataclass(frozen=True, slots=True)
class Text:
    """A strategy text with what is to be other than it says, and the stored version that is meant, if any."""

    text: str
    overrides: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, float] = field(default_factory=dict)
    version: StrategyVersion | None = None

    def parsed(self) -> Strategy:
        """The strategy; BadStrategy if it is none."""
        return Strategy.parse(self.text, overrides=self.overrides, params=self.params)


@dataclass(frozen=True, slots=True)
class Scope:
    """Over which candles: a venue (None: the only one with candles for it), symbols (empty: the universe),
    and a period by the opens of bars, both ends included."""

    venue: str | None = None
    symbols: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    close_at_end: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a request would run over: instruments, the first and the last bar (ms), and about how many."""

    venue: str
    instruments: int
    first: int
    last: int
    bars: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The stored backtest, whether it was `known` already, and in words why it is run (again) or not."""

    backtest: StoredBacktest
    known: bool
    why: str


def request_backtest(said: Text, scope: Scope, *, at: datetime) -> Asked:
    """The stored backtest of that strategy over those candles: the one there is, or a new job for it.

    Where candles, strategy and release are the same the result would be the same, so it is not run again;
    one that failed or was cancelled goes on instead.
    """
    strategy = said.parsed()
    over = _over(strategy, said, scope)
    request, stamp = _request(strategy, over.venue, scope), _stamp(over.ranges, over.series, strategy)
    before = StoredBacktest.objects.filter(request_digest=request).order_by("-id").first()
    if before and before.stamp == stamp:
        return _again(before)
    with transaction.atomic():
        title = f"{strategy.name} on {over.venue}"
        job = enqueue(KIND, title=title, arguments={}, at=at, key=f"{KIND}:{request}")
        if running := StoredBacktest.objects.filter(job=job).first():
            return _again(running)
        stored = StoredBacktest.objects.create(
            version=over.version,
            name=strategy.name,
            timeframe=strategy.timeframe,
            text=said.text,
            overrides=dict(said.overrides),
            params=dict(said.params),
            digest=strategy.digest,
            venue=over.venue,
            close_at_end=scope.close_at_end,
            instruments=[one.instrument for one in over.ranges],
            origins=[one.origin for one in over.ranges],
            untils=[one.until for one in over.ranges],
            bars=[one.bars for one in over.ranges],
            request_digest=request,
            stamp=stamp,
            engine_version=heliograph.__version__,
            job=job,
            created_at=at,
        )
    why = f"Candles or release changed since backtest {before.pk}." if before else "It was not run before."
    return Asked(stored, False, why)


def look_ahead(said: Text, scope: Scope) -> Ahead:
    """What a backtest would run over, without asking for it; the same refusals."""
    over = _over(said.parsed(), said, scope)
    return Ahead(
        venue=over.venue.name,
        instruments=len(over.ranges),
        first=min(one.origin for one in over.ranges),
        last=max(one.until for one in over.ranges),
        bars=sum(one.bars for one in over.ranges),
    )


@dataclass(frozen=True, slots=True)
class _Over:
    """What a backtest runs over: series of one venue, and which bars of each."""

    venue: Venue
    series: Sequence[Series]
    version: StrategyVersion | None
    ranges: Sequence[Range]


def _over(strategy: Strategy, said: Text, scope: Scope) -> _Over:
    """NothingToRun where it is no bar."""
    venue, found = _series(strategy, scope)
    version = said.version or _version(strategy)
    ranges = _ranges(found, scope, version)
    if not ranges:
        raise NothingToRun(f"{venue} has no {strategy.timeframe} candles for {strategy.name} in that period.")
    return _Over(venue, found, version, ranges)


def _again(before: StoredBacktest) -> Asked:
    if before.job.state in Job.UNFINISHED:
        return Asked(before, True, "It is under way already.")
    if before.job.state != Job.State.DONE:
        resume(before.job.pk)
        return Asked(before, True, f"It was {before.job.state} and goes on.")
    return Asked(before, True, "The same was run before, and neither candles nor release changed since.")


def _series(strategy: Strategy, scope: Scope) -> tuple[Venue, list[Series]]:
    """The series of the timeframe that the strategy would look at, by symbol, all of one venue."""
    found = Series.objects.filter(timeframe=strategy.timeframe, bars__gt=0).select_related(
        "instrument__venue"
    )
    if scope.venue is not None:
        if not Venue.objects.filter(name=scope.venue).exists():
            known = ", ".join(Venue.objects.order_by("name").values_list("name", flat=True)) or "none yet"
            raise UserError(f"There is no venue '{scope.venue}'; there are {known}.")
        found = found.filter(instrument__venue__name=scope.venue)
    if scope.symbols:
        found = found.filter(instrument__symbol__in=scope.symbols)
    kept = [one for one in found.order_by("instrument__symbol") if _holds(strategy, one, scope)]
    venues = {one.instrument.venue.pk: one.instrument.venue for one in kept}
    place = f" at {scope.venue}" if scope.venue else ""
    if not venues:
        raise NothingToRun(
            f"No {strategy.timeframe} candles{place} are in the universe of {strategy.name}; "
            "`heliograph coverage` shows what is stored."
        )
    stored = {one.instrument.symbol for one in kept}
    if missing := [f"'{symbol}'" for symbol in scope.symbols if symbol not in stored]:
        raise NothingToRun(
            f"There are no {strategy.timeframe} candles of {', '.join(missing)}{place}; "
            "`heliograph coverage` shows what is stored."
        )
    if len(venues) > 1:
        names = ", ".join(sorted(venue.name for venue in venues.values()))
        raise UserError(f"Several venues have candles for {strategy.name} ({names}); choose with --venue.")
    return next(iter(venues.values())), kept


def _holds(strategy: Strategy, series: Series, scope: Scope) -> bool:
    """A venue or a symbol that was named is meant, though the strategy names others."""
    if scope.symbols:
        return True
    instrument = series.instrument
    venue = None if scope.venue else instrument.venue.name
    return strategy.universe.holds(instrument.symbol, venue)


def _version(strategy: Strategy) -> StrategyVersion | None:
    """The newest stored version that says the same."""
    same = StrategyVersion.objects.filter(digest=strategy.digest, strategy__name=strategy.name)
    return same.order_by("-number").first()


def _ranges(found: Sequence[Series], scope: Scope, version: StrategyVersion | None) -> list[Range]:
    """Each instrument from where the live version began on, so that both can agree, unless a start is
    asked for."""
    begun = {} if scope.start else _origins(version)
    ranges = [_range(series, scope, begun.get(series.instrument.pk), version) for series in found]
    return [one for one in ranges if one.origin <= one.until]


def _range(series: Series, scope: Scope, begun: int | None, version: StrategyVersion | None) -> Range:
    first, last = to_ms(series.first_open), to_ms(series.last_open)
    start = scope.start or (version.origin if version else None)
    origin = begun if begun is not None else max(first, to_ms(start) if start else first)
    until = min(last, to_ms(scope.end) if scope.end else last)
    share = (until - origin + 1) / (last - first + 1)
    return Range(series.instrument.pk, origin, until, max(round(series.bars * min(share, 1.0)), 1))


def _origins(version: StrategyVersion | None) -> dict[int, int]:
    if version is None:
        return {}
    rows = Progress.objects.filter(version=version).values_list("instruments", "origins")
    return {i: o for instruments, origins in rows for i, o in zip(instruments, origins, strict=True)}


def _request(strategy: Strategy, venue: Venue, scope: Scope) -> str:
    period = [moment and moment.isoformat() for moment in (scope.start, scope.end)]
    return _hash([strategy.digest, venue.pk, sorted(scope.symbols), period, scope.close_at_end])


def _stamp(ranges: Sequence[Range], found: Sequence[Series], strategy: Strategy) -> str:
    """How the candles stand: each range, and how often something in it or before was added or corrected."""
    instruments = [one.instrument for one in ranges]
    amended = {series.instrument.pk: series.amendments for series in found}
    facts: list[object] = [heliograph.__version__]
    facts += [(one.instrument, one.origin, one.until, amended[one.instrument]) for one in ranges]
    inside = strategy.execution.intrabar
    if inside:
        finer = Series.objects.filter(timeframe=inside, instrument__in=instruments)
        finer = finer.select_related("instrument").order_by("instrument")
        facts += [
            (series.instrument.pk, to_ms(series.first_open), to_ms(series.last_open), series.amendments)
            for series in finer
        ]
    return _hash(facts)


def _hash(facts: list[object]) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
