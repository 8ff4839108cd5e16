"""Load as it was: stored evaluations and looks of scaling, for the simulator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

import numpy as np
from django.db import connection
from django.db.models import Count

from heliograph.engine.timeframe import Timeframe
from heliograph.errors import UserError
from heliograph.fleet.models import ScalingLook
from heliograph.fleet.simulate.load import Closing, Floats, Load
from heliograph.market.models import Candle, Venue
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.models import Evaluation, Outcome, Signal

# Of fewer nobody could tell how late the latest hundredth is.
FEWEST = 100
MOST = 50_000
# The newest of these candles of a shard tells when it became due.
ASKED_CANDLES = 8

# Steps of one call have the same `started_at` and came one after another. A step became due when its candles
# were stored and the step before it of the same shard was done. Where no candle tells (corrections, and the
# first step over what was stored before) it is when the call began.
STEPS = """
WITH newest AS (
    SELECT * FROM signals_evaluation WHERE started_at > %(since)s AND started_at <= %(at)s
    ORDER BY started_at DESC, id DESC LIMIT %(most)s
), ended AS (
    SELECT *, started_at
        + interval '1 ms' * sum(duration_ms) OVER (PARTITION BY started_at ORDER BY id) AS done_at
    FROM newest
), step AS (
    SELECT *, lag(done_at) OVER (PARTITION BY progress_id ORDER BY started_at, id) AS before FROM ended
)
SELECT CASE
           WHEN step.before >= step.started_at THEN step.before
           WHEN stored.at IS NULL OR (step.before IS NULL AND stored.at < %(since)s) THEN step.started_at
           ELSE least(step.started_at, greatest(stored.at, step.before))
       END AS due, step.done_at, step.duration_ms, step.instruments, step.progress_id,
       step.version_id, version.timeframe, venue.name, venue.kind, step.kind, step.last_bar
FROM step
JOIN signals_strategyversion AS version ON version.id = step.version_id
JOIN signals_progress AS shard ON shard.id = step.progress_id
JOIN market_venue AS venue ON venue.id = shard.venue_id
LEFT JOIN LATERAL (
    SELECT max(candle.recorded_at) AS at FROM candle
    WHERE candle.instrument_id = ANY(shard.instruments[1:%(asked)s]) AND step.kind = 'advance'
      AND candle.timeframe = version.timeframe AND candle.open_time = step.last_bar
) AS stored ON true
ORDER BY due, step.id
"""


class TooFew(UserError):
    """Too little is stored to stand on."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What looks of scaling saw: workers at the first and at most, their hours, and how often it changed."""

    looks: int
    pool: str
    first_workers: int
    most_workers: int
    worker_seconds: float
    seconds: float
    changes: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A load from `begin`, when the first step became due, to `end`. `strategies` counts versions.

    `age_s` float64[N] are seconds from due to done, as it really was. `rows` were stored in that time, by
    table. `instruments` are those of the largest universe, `states` those of all versions. `left_out` are
    older evaluations of the time that was asked for. `seen` is None where no pool was looked at.
    """

    load: Load
    begin: datetime
    end: datetime
    age_s: Floats
    instruments: int
    states: int
    strategies: int
    timeframes: tuple[str, ...]
    rows: Mapping[str, int]
    left_out: int
    seen: Seen | None

    @property
    def seconds(self) -> float:
        """How long it was."""
        return (self.end - self.begin).total_seconds()

    @property
    def interval_s(self) -> float:
        """The length of the shortest bar."""
        return min(Timeframe.parse(name).ms or 30 * 86_400_000 for name in self.timeframes) / 1000


@dataclass(frozen=True, slots=True)
class _Step:
    """One stored step, in the order of the query's columns."""

    due: datetime
    done: datetime
    duration_ms: float
    instruments: int
    shard: int
    version: int
    timeframe: str
    venue: str
    venue_kind: str
    kind: str
    last_bar: datetime


def recorded_load(*, since: datetime, at: datetime) -> Recorded:
    """The load of that time; TooFew where too few evaluations are stored to tell."""
    asked = Evaluation.objects.filter(started_at__gt=since, started_at__lte=at)
    count = asked.count()
    if count < FEWEST:
        raise TooFew(
            f"{count:,} evaluations are stored since {since:%Y-%m-%d %H:%M} UTC, and {FEWEST} are needed; "
            "ask for a longer time with --since, or plan from measured costs without --recorded."
        )
    steps = _steps(since=since, at=at)
    sizes = _sizes(steps)
    begin = steps[0].due
    due = np.array([(step.due - begin).total_seconds() for step in steps])
    done = np.array([(step.done - begin).total_seconds() for step in steps])
    return Recorded(
        load=Load(due, np.array([step.duration_ms / 1000 for step in steps]), _closings(steps, begin=begin)),
        begin=begin,
        end=max(at, steps[-1].done),
        age_s=done - due,
        instruments=max(sizes.values()),
        states=sum(sizes.values()),
        strategies=len(sizes),
        timeframes=tuple(sorted({step.timeframe for step in steps}, key=_length)),
        rows=_rows(begin=begin, at=at),
        left_out=count - len(steps),
        seen=_seen(since=begin, at=at),
    )


def _steps(*, since: datetime, at: datetime) -> list[_Step]:
    with connection.cursor() as cursor:
        cursor.execute(STEPS, {"since": since, "at": at, "most": MOST, "asked": ASKED_CANDLES})
        return [_Step(*row) for row in cursor.fetchall()]


def _closings(steps: Sequence[_Step], *, begin: datetime) -> tuple[Closing, ...]:
    """The closes of bars of exchanges, which the policy is told ahead as it is where it acts."""
    told = sorted(
        (_close(step), step.timeframe, step.venue, step.duration_ms / 1000)
        for step in steps
        if step.kind == Evaluation.Kind.ADVANCE and step.venue_kind == Venue.Kind.EXCHANGE
    )
    found = []
    for (close, timeframe, venue), rows in groupby(told, lambda row: row[:3]):
        costs = [seconds for *_, seconds in rows]
        if close >= begin:
            what = f"{timeframe} bars of {venue}"
            found.append(Closing((close - begin).total_seconds(), len(costs), float(np.mean(costs)), what))
    return tuple(found)


def _close(step: _Step) -> datetime:
    return to_datetime(Timeframe.parse(step.timeframe).end(to_ms(step.last_bar)))


def _rows(*, begin: datetime, at: datetime) -> dict[str, int]:
    """Rows stored in that time; candles of bars long before are of imports, which no day repeats."""
    signals = Signal.objects.filter(created_at__gt=begin, created_at__lte=at)
    recent = Candle.objects.filter(open_time__gt=begin - timedelta(days=1), recorded_at__gt=begin)
    return {
        "candles": recent.filter(recorded_at__lte=at).count(),
        "evaluations": Evaluation.objects.filter(started_at__gt=begin, started_at__lte=at).count(),
        "signals": signals.count(),
        "outcomes": Outcome.objects.filter(signal__in=signals).count(),
    }


def _seen(*, since: datetime, at: datetime) -> Seen | None:
    """The looks of the pool that was looked at most."""
    within = ScalingLook.objects.filter(at__gt=since, at__lte=at)
    most = within.values("pool").annotate(looks=Count("id")).order_by("-looks").first()
    if most is None:
        return None
    looks = list(within.filter(pool=most["pool"]).order_by("at", "id").values_list("at", "workers"))
    spent = [((later - now).total_seconds(), workers) for (now, workers), (later, _) in pairwise(looks)]
    sizes = [workers for _, workers in looks]
    return Seen(
        looks=len(looks),
        pool=most["pool"],
        first_workers=sizes[0],
        most_workers=max(sizes),
        worker_seconds=sum(seconds * workers for seconds, workers in spent),
        seconds=sum(seconds for seconds, _ in spent),
        changes=sum(one != other for one, other in pairwise(sizes)),
    )


def _sizes(steps: Sequence[_Step]) -> dict[int, int]:
    """The instruments of each version: of each of its shards those of the largest step."""
    largest: dict[tuple[int, int], int] = {}
    for step in steps:
        key = (step.version, step.shard)
        largest[key] = max(step.instruments, largest.get(key, 0))
    return {
        version: sum(size for (one, _), size in largest.items() if one == version)
        for version in {step.version for step in steps}
    }


def _length(timeframe: str) -> float:
    return Timeframe.parse(timeframe).ms or float("inf")
