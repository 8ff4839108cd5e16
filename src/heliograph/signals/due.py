"""Finds the shards that have something to do, from rows alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Q

from heliograph.engine.bars import Times
from heliograph.engine.exits import SLOT
from heliograph.engine.exits.records import COOLING, Records
from heliograph.signals.compiled import Compiled, compiled
from heliograph.signals.models import Postponement, Progress, StrategyVersion
from heliograph.signals.stand import Stand
from heliograph.signals.state import MEMORY, ShardState
from heliograph.signals.universe import SeriesNow, join_instruments

Stage = StrategyVersion.Stage
# For each version which series (a hash of them) this process has looked at: only others can be unknown.
_looked_at: dict[int, int] = {}


# Compared where the rows lie: what a ring asks for must not cost what the work itself does.
DUE = """
SELECT p.id, v.timeframe, p.venue_id, p.shard, max(s.updated_at)
FROM signals_progress p
JOIN signals_strategyversion v ON v.id = p.version_id
CROSS JOIN LATERAL unnest(p.instruments, p.watermarks, p.amendments) AS i(instrument, watermark, amendments)
JOIN market_series s ON s.instrument_id = i.instrument AND s.timeframe = v.timeframe
WHERE p.version_id = ANY(%(versions)s)
  AND (s.last_open > timestamptz 'epoch' + i.watermark * interval '1 ms' AND p.id <> ALL(%(ended)s)
       OR s.amendments <> i.amendments)
GROUP BY p.id, v.timeframe, p.venue_id, p.shard
ORDER BY v.timeframe, p.venue_id, p.shard, p.id
"""


@dataclass(frozen=True, slots=True)
class DueShard:
    """A shard with something to do. Those of one `group` look at the same bars; `since` is when the newest
    change of its candles was stored."""

    progress_id: int
    group: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A shard with new bars or amendments. `newest` and `amendments` are int64[N], as the series say.

    `has_ended`: nothing is open in it and nothing will be, so that new bars are none to it.
    """

    version: StrategyVersion
    compiled: Compiled
    stand: Stand
    newest: Times
    amendments: Times
    state: ShardState | None
    has_ended: bool = False

    @property
    def enters(self) -> bool:
        """True unless the version is retired."""
        return self.version.stage != Stage.RETIRED

    @property
    def behind(self) -> npt.NDArray[np.bool_]:
        """Which rows have bars that are not evaluated."""
        return self.newest > self.stand.watermarks

    @property
    def amended(self) -> npt.NDArray[np.bool_]:
        """Which rows have amendments that are not heeded."""
        return self.amendments != self.stand.amendments


def due_work(*, at: datetime, versions: Sequence[StrategyVersion] | None = None) -> list[DueShard]:
    """The shards of the running versions (or of those given) that have something to do, from rows alone.

    New instruments are given their places first. Far lighter than `due_shards`: no state is read. A shard
    that waits for a bar or for finer data is among them.
    """
    found = list(working_versions(versions))
    for timeframe, group in _by_timeframe(found).items():
        series = SeriesNow.read(timeframe)
        for version in group:
            _join(version, series, at=at)
    return _listed(found)


def without_held(shards: Iterable[DueShard]) -> list[DueShard]:
    """Those that wait for a worker: not those that a closed gate holds, and that no candle has reached since
    somebody looked at it."""
    rows = Postponement.objects.filter(given_up_at__isnull=True)
    looked = dict(rows.values_list("progress_id", "looked_at"))
    return [one for one in shards if one.progress_id not in looked or looked[one.progress_id] < one.since]


def _listed(versions: Sequence[StrategyVersion]) -> list[DueShard]:
    with connection.cursor() as rows:
        rows.execute(DUE, {"versions": [version.pk for version in versions], "ended": _ended(versions)})
        return [
            DueShard(progress, f"{timeframe} {venue}.{shard}", since)
            for progress, timeframe, venue, shard, since in rows.fetchall()
        ]


def due_shards(*, at: datetime, versions: Sequence[StrategyVersion] | None = None) -> list[Due]:
    """The shards of the running versions (or of those given) that have something to do.

    New instruments are given their places first. Shards over the same bars stand side by side.
    """
    found: list[Due] = []
    for timeframe, group in _by_timeframe(working_versions(versions)).items():
        series = SeriesNow.read(timeframe)
        for version in group:
            _join(version, series, at=at)
        by_pk = {version.pk: version for version in group}
        # The states of the retired are not read for nothing.
        retired = [version for version in group if version.stage == Stage.RETIRED]
        asked = [due.progress_id for due in _listed(retired)] if retired else []
        runs = Q(version__in=[pk for pk, version in by_pk.items() if version.stage != Stage.RETIRED])
        rows = Progress.objects.filter(runs | Q(pk__in=asked))
        found += [
            due
            for stand, state in _stands(rows.values_list("pk", "version_id", "epoch"))
            if (due := look(by_pk[stand.version_id], stand, state, series)) is not None
        ]
    return sorted(found, key=lambda due: (due.version.timeframe, due.stand.venue_id, due.stand.shard))


def look(version: StrategyVersion, stand: Stand, state: ShardState | None, series: SeriesNow) -> Due | None:
    """What the shard has to do, None if nothing."""
    places, has_ended = series.at(stand.instruments), is_spent(version, stand.slots)
    newest = np.minimum(series.last[places], stand.watermarks) if has_ended else series.last[places]
    due = Due(version, compiled(version), stand, newest, series.amendments[places], state, has_ended)
    if due.behind.any() or due.amended.any():
        return due
    if state is not None:
        MEMORY.keep(state)
    return None


def working_versions(versions: Sequence[StrategyVersion] | None = None) -> Iterable[StrategyVersion]:
    """The versions that run, and the retired ones that have run: the candles of what they told may be
    amended. Of those given, if any are.
    """
    if versions is not None:
        return [version for version in versions if version.stage != Stage.DRAFT]
    runs = Q(stage__in=StrategyVersion.RUNNING) | Q(stage=Stage.RETIRED, progress__isnull=False)
    return StrategyVersion.objects.filter(runs).select_related("strategy").distinct().order_by("pk")


def is_spent(version: StrategyVersion, slots: Records) -> bool:
    """True for a retired version's shard in which nothing is open."""
    return version.stage == Stage.RETIRED and bool((slots["phase"] == COOLING).all())


def _ended(versions: Sequence[StrategyVersion]) -> list[int]:
    """The shards of retired versions in which nothing is open."""
    retired = {version.pk: version for version in versions if version.stage == Stage.RETIRED}
    rows = Progress.objects.filter(version__in=retired).values_list("pk", "version_id", "slots")
    return [
        progress
        for progress, version, slots in rows
        if is_spent(retired[version], np.frombuffer(bytes(slots), dtype=SLOT))
    ]


def _by_timeframe(versions: Iterable[StrategyVersion]) -> dict[str, list[StrategyVersion]]:
    groups: dict[str, list[StrategyVersion]] = {}
    for version in versions:
        groups.setdefault(version.timeframe, []).append(version)
    return groups


def _join(version: StrategyVersion, series: SeriesNow, *, at: datetime) -> None:
    there = hash(series.filled.tobytes())
    if version.stage in StrategyVersion.RUNNING and _looked_at.get(version.pk) != there:
        join_instruments(version, compiled(version).checked.universe, series, at=at)
        _looked_at[version.pk] = there


def _stands(rows: Iterable[tuple[int, int, int]]) -> Iterator[tuple[Stand, ShardState | None]]:
    """The stand of each row, from memory where it is of that epoch."""
    unknown = []
    for progress_id, _, epoch in rows:
        state = MEMORY.take(progress_id, epoch=epoch)
        if state:
            yield state.stand, state
        else:
            unknown.append(progress_id)
    for row in Progress.objects.filter(pk__in=unknown):
        yield Stand.of(row), None
