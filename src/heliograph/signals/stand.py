"""Where a shard stands: its Progress row as arrays."""

from dataclasses import dataclass, replace

import numpy as np

from heliograph.engine.bars import Times
from heliograph.engine.exits import SLOT
from heliograph.engine.exits.records import Records
from heliograph.signals.models import Progress


@dataclass(frozen=True, slots=True)
class Stand:
    """A shard at one epoch. The arrays are int64[N] in the order of its instruments, times in UTC
    milliseconds.

    `slots` holds what is open, waits or cools down, as the exits kernel gives it.
    """

    progress_id: int
    version_id: int
    venue_id: int
    shard: int
    epoch: int
    instruments: Times
    origins: Times
    watermarks: Times
    historical_until: Times
    amendments: Times
    slots: Records
    # Amendments were found to change nothing; the next step writes their numbers.
    is_unwritten: bool = False

    @classmethod
    def of(cls, row: Progress) -> "Stand":
        """From a row."""
        return cls(
            progress_id=row.pk,
            version_id=row.version_id,
            venue_id=row.venue_id,
            shard=row.shard,
            epoch=row.epoch,
            instruments=_whole(row.instruments),
            origins=_whole(row.origins),
            watermarks=_whole(row.watermarks),
            historical_until=_whole(row.historical_until),
            amendments=_whole(row.amendments),
            slots=np.frombuffer(bytes(row.slots), dtype=SLOT),
        )

    def __len__(self) -> int:
        return len(self.instruments)

    def moved(self, *, watermarks: Times, slots: Records) -> "Stand":
        """The same shard one epoch later."""
        return replace(self, epoch=self.epoch + 1, watermarks=watermarks, slots=slots, is_unwritten=False)


def _whole(values: list[int]) -> Times:
    return np.array(values, dtype=np.int64)
