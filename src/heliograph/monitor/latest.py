"""What each probe found last: remembered by the process that looked, read where another one looked since."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from heliograph.monitor.measure import Definition, Measure, measured
from heliograph.monitor.probe import Probe
from heliograph.monitor.queries import newest_looks

# A measure, and when it was measured.
Seen: TypeAlias = tuple[datetime, Measure]


class Memory:
    """What the looks of this process found. It holds as long as the newest look is one of them."""

    def __init__(self) -> None:
        self._looked_at: datetime | None = None
        self._seen: list[Seen] = []

    def of(self, probes: Sequence[Probe], *, at: datetime, before: datetime | None) -> list[Seen]:
        """What those probes found last; `before` is when the newest look was, whosever it is."""
        if before is None or before != self._looked_at:
            return read_latest(probes, at=at)
        ages = {one.name: _age(probe) for probe in probes for one in probe.measures}
        return [(when, one) for when, one in self._seen if one.name in ages and at - when < ages[one.name]]

    def keep(self, found: Iterable[Measure], latest: Iterable[Seen], *, at: datetime) -> None:
        """A look was kept: what it found, and what it knew from before."""
        self._seen, self._looked_at = [*latest, *((at, one) for one in found)], at


def read_latest(probes: Sequence[Probe], *, at: datetime) -> list[Seen]:
    """What those probes found last, as far as that is not older than two of their looks. One statement."""
    if not probes:
        return []
    definitions = {one.name: one for probe in probes for one in probe.measures}
    groups = {tuple(one.name for one in probe.measures): _age(probe) for probe in probes}
    return read_seen(groups, definitions, at=at)


def read_seen(
    groups: Mapping[tuple[str, ...], timedelta], definitions: Mapping[str, Definition], *, at: datetime
) -> list[Seen]:
    """What the newest look at each group found, none older than the group may be; what another version told
    by other labels is passed over. One statement."""
    return [
        (one.at, measured(definitions[one.name], one.value, one.reason, **one.labels))
        for one in newest_looks(groups, at=at)
        if set(one.labels) == set(definitions[one.name].labels)
    ]


def _age(probe: Probe) -> timedelta:
    return timedelta(seconds=2 * probe.every)
