"""The dead-man's switch: whether the address outside is reached. Where none is set nothing is measured."""

from collections.abc import Iterator

from heliograph.monitor.alerts.models import Heartbeat
from heliograph.monitor.measure import Definition, Measure, Rule, known
from heliograph.monitor.probe import Ground, Probe

FAILURES = Definition(
    "heartbeat_failures", "count", "times in a row that the address did not take it", Rule(2, 10)
)
SINCE = Definition("heartbeat_silence_seconds", "seconds", "since the address took one last, or was set")
ALL = (FAILURES, SINCE)


def read(ground: Ground) -> Iterator[Measure]:
    """From the row of the switch."""
    found = Heartbeat.objects.filter(pk=1).first()
    if found is None:
        return
    yield known(FAILURES, found.failures, note=found.error)
    since = found.reached_at or found.set_at
    yield known(SINCE, max((ground.at - since).total_seconds(), 0.0))


PROBE = Probe("heartbeat", ALL, read, every=60)
