"""The replays and how far each has come."""

from dataclasses import dataclass
from datetime import UTC, datetime

from heliograph.engine.timeframe import Timeframe
from heliograph.market.models import Replay


@dataclass(frozen=True, slots=True)
class ReplayState:
    """`clock` is the end of its last played bar. `again`: it is over, and no other run followed."""

    id: int
    venue: str
    timeframe: str
    seconds_per_bar: float
    clock: datetime
    ends_at: datetime
    started_at: datetime
    finished_at: datetime | None
    position: datetime
    again: bool

    @property
    def name(self) -> str:
        """The venue without the word that stands beside it anyway."""
        return self.venue.removeprefix("replay-")


def replays() -> list[ReplayState]:
    """The replays that run, newest first, then the finished ones. One statement."""
    rows = Replay.objects.select_related("venue").order_by("-started_at", "-pk")
    newest: dict[str, int] = {}
    for row in rows:
        newest.setdefault(row.sample, row.pk)
    states = [_state(row, is_newest=newest[row.sample] == row.pk) for row in rows]
    return sorted(states, key=lambda state: state.finished_at is not None)


def _state(row: Replay, *, is_newest: bool) -> ReplayState:
    position = int(row.position.timestamp()) * 1000
    end = Timeframe.parse(row.timeframe).end(position)
    return ReplayState(
        id=row.pk,
        venue=row.venue.name,
        timeframe=row.timeframe,
        seconds_per_bar=row.seconds_per_bar,
        clock=datetime.fromtimestamp(end / 1000, UTC),
        ends_at=row.ends_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        position=row.position,
        again=is_newest and row.finished_at is not None,
    )
