"""Advances running versions over the bars that are new, and stores what that gives."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from heliograph.signals.admit import admit
from heliograph.signals.amend import heed_after_the_end, heed_amendments
from heliograph.signals.catch_up import CatchUp, Pace
from heliograph.signals.due import Due, due_shards, look
from heliograph.signals.errors import LostFence
from heliograph.signals.generated import Generated
from heliograph.signals.models import Progress, StrategyVersion
from heliograph.signals.sources import Sources
from heliograph.signals.stand import Stand
from heliograph.signals.state import MEMORY, ShardState, load_state
from heliograph.signals.universe import SeriesNow

Stop = Callable[[], bool]
OnError = Callable[[int, Exception], None]


def generate(
    *,
    at: datetime,
    versions: Sequence[StrategyVersion] | None = None,
    stop: Stop | None = None,
    on_step: Callable[[Generated], None] | None = None,
) -> Generated:
    """Brings all running versions (or those given) up to the newest closed bars.

    `stop` ends it between two steps. Called again without new candles it writes nothing. `on_step` hears the
    sum so far after each stored step.
    """
    total, sources = Generated(), Sources(at=at)
    for _, group in groupby(due_shards(at=at, versions=versions), key=_bars_of):
        shards = list(group)
        total += Generated(shards=len(shards))
        for told in _in_turn([_advance(due, sources) for due in shards]):
            total += told
            if on_step:
                on_step(total)
            if stop and stop():
                return total
    return total


def _bars_of(due: Due) -> tuple[str, int, int]:
    """Shards alike in this look at much the same bars."""
    return due.version.timeframe, due.stand.venue_id, due.stand.shard


def _in_turn(shards: list[Iterator[Generated]]) -> Iterator[Generated]:
    """A step of each in turn, so that what one has read serves the others."""
    while shards:
        for shard in list(shards):
            told = next(shard, None)
            if told is None:
                shards.remove(shard)
            else:
                yield told


def generate_shards(
    progress_ids: Sequence[int],
    *,
    at: datetime,
    stop: Stop | None = None,
    on_error: OnError | None = None,
) -> Generated:
    """Advances these shards to the newest closed bars, a step of each in turn; those that are gone are left.

    What goes wrong with one is told to `on_error` with its id, and the others go on; without `on_error` it
    is raised.
    """
    sources, total = Sources(at=at), Generated()
    shards = [_told_to(on_error, one.progress_id, one.steps(sources)) for one in _asked(progress_ids)]
    for told in _in_turn(shards):
        total += told
        if stop and stop():
            break
    return total


@dataclass(frozen=True, slots=True)
class Asked:
    """A shard that somebody asks for: its row, with the arrays unless memory holds its state."""

    row: Progress
    state: ShardState | None
    series: SeriesNow

    @property
    def progress_id(self) -> int:
        """The id of the shard."""
        return self.row.pk

    def steps(self, sources: Sources) -> Iterator[Generated]:
        """Its steps, of which the first only says that there is something to do."""
        stand = self.state.stand if self.state else Stand.of(self.row)
        due = look(self.row.version, stand, self.state, self.series)
        if due:
            yield Generated(shards=1)
            yield from _advance(due, sources)


def _asked(progress_ids: Sequence[int]) -> list[Asked]:
    """These shards; those that are gone are left out."""
    rows = Progress.objects.select_related("version__strategy").filter(pk__in=progress_ids)
    # The arrays are read only where memory does not hold them.
    heads = list(rows.only("epoch", "version"))
    held = {row.pk: MEMORY.take(row.pk, epoch=row.epoch) for row in heads}
    cold = list(rows.filter(pk__in=[pk for pk, state in held.items() if state is None]))
    series = {timeframe: SeriesNow.read(timeframe) for timeframe in {row.version.timeframe for row in heads}}
    warm = [row for row in heads if held[row.pk] is not None]
    return [Asked(row, held[row.pk], series[row.version.timeframe]) for row in [*warm, *cold]]


def _told_to(on_error: OnError | None, progress_id: int, steps: Iterator[Generated]) -> Iterator[Generated]:
    """The steps of a shard; what goes wrong in them ends that shard alone, where somebody hears of it."""
    try:
        yield from steps
    except Exception as fault:
        if on_error is None:
            raise
        on_error(progress_id, fault)


def _advance(due: Due, sources: Sources) -> Iterator[Generated]:
    """The steps of one shard; who finds that another has moved it leaves it to that one."""
    try:
        if due.has_ended:
            yield heed_after_the_end(due, at=sources.at)
        else:
            yield from _caught_up(due, sources)
    except LostFence:
        return


def _caught_up(due: Due, sources: Sources) -> Iterator[Generated]:
    """The steps of a shard; its state stays in memory as long as it is what the rows say."""
    state = due.state or load_state(due.stand, due.compiled)
    try:
        pace = Pace.of(due, sources)
        admitted = admit(state, due, sources, patient_until=pace.patient_until)
        if admitted.is_postponed:
            yield Generated(postponed=1)
        if admitted.due.amended.any():
            yield heed_amendments(state, admitted.due, at=sources.at)
        yield from CatchUp(state, admitted.due, sources, pace, admitted).steps()
    finally:
        if state.is_sound:
            MEMORY.keep(state)
