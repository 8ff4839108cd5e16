"""Timeframes and the UTC periods that they cut time into."""

from dataclasses import dataclass
from datetime import UTC, datetime

from heliograph.engine.errors import BadTimeframe

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
WEEK = 7 * DAY
# 1970-01-01 was a Thursday; weeks start on Monday.
FIRST_MONDAY = 4 * DAY

LENGTHS = {
    "1m": MINUTE,
    "3m": 3 * MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": 60 * MINUTE,
    "2h": 120 * MINUTE,
    "4h": 240 * MINUTE,
    "6h": 360 * MINUTE,
    "12h": 720 * MINUTE,
    "1d": DAY,
    "1w": WEEK,
    "1M": None,
}
TIMEFRAMES = tuple(LENGTHS)


@dataclass(frozen=True, slots=True)
class Timeframe:
    """A bar length. `ms` is its length in milliseconds, None for a month."""

    name: str
    ms: int | None

    @classmethod
    def parse(cls, name: str) -> "Timeframe":
        """The timeframe of that name; BadTimeframe if there is none."""
        if name not in LENGTHS:
            raise BadTimeframe(f"There is no timeframe '{name}'; use one of {', '.join(TIMEFRAMES)}.")
        return cls(name, LENGTHS[name])

    def start(self, time: int) -> int:
        """UTC milliseconds of the open of the period that holds `time`; weeks open on Monday."""
        if self.ms is None:
            moment = datetime.fromtimestamp(time / 1000, UTC)
            return _ms(datetime(moment.year, moment.month, 1, tzinfo=UTC))
        offset = FIRST_MONDAY if self.ms == WEEK else 0
        return (time - offset) // self.ms * self.ms + offset

    def end(self, start: int) -> int:
        """UTC milliseconds at which the period that opens at `start` is over."""
        if self.ms is not None:
            return start + self.ms
        moment = datetime.fromtimestamp(start / 1000, UTC)
        return _ms(datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC))

    def is_multiple_of(self, base: "Timeframe") -> bool:
        """True if whole bars of `base` fill each period of this timeframe, and there is more than one."""
        if base.ms is None:
            return False
        if self.ms is None:
            return DAY % base.ms == 0
        return self.ms > base.ms and self.ms % base.ms == 0


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
