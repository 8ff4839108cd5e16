"""The web processes: what they answer, how often they fail, and how long it takes."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from heliograph.monitor.measure import Definition, Measure, Rule, known, measured
from heliograph.monitor.models import Traffic
from heliograph.monitor.probe import Ground, Probe
from heliograph.monitor.traffic import GONE, SILENT, added, quantile

PROCESSES = Definition("web_processes", "count", "web processes that tell what they answer")
REQUESTS = Definition(
    "web_requests_total", "total", "requests that were answered", labels=("kind", "status_class")
)
RECENT = Definition("web_requests", "count", "requests of the last five minutes", labels=("kind",))
ERRORS = Definition("web_errors_ratio", "ratio", "of those, answered 5xx", Rule(0.005, 0.1))
KIND = ("kind",)
P50 = Definition("web_request_p50_seconds", "seconds", "what half of them take at most", labels=KIND)
P95 = Definition("web_request_p95_seconds", "seconds", "what 95 of 100 take at most", labels=KIND)
P99 = Definition("web_request_p99_seconds", "seconds", "what 99 of 100 take at most", Rule(2, 20), KIND)
ALL = (PROCESSES, REQUESTS, RECENT, ERRORS, P50, P95, P99)
QUANTILES = ((P50, 0.5), (P95, 0.95), (P99, 0.99))
# Fewer say nothing.
ENOUGH = 20


def read(ground: Ground) -> Iterator[Measure]:
    """From what they handed over; what one counted that is gone stays counted."""
    rows = list(Traffic.objects.all())
    living = [row for row in rows if row.process != GONE and row.at >= ground.at - SILENT]
    yield known(PROCESSES, len(living))
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(row.counts)
    for name, count in sorted(counts.items()):
        kind, status = name.split(" ")
        yield known(REQUESTS, count, kind=kind, status_class=status)
    by_kind: dict[str, list[list[int]]] = defaultdict(list)
    for row in living:
        for kind, steps in row.recent["steps"].items():
            by_kind[kind].append(steps)
    whole = sum(sum(map(sum, several)) for several in by_kind.values())
    failed = sum(row.recent["failed"] for row in living)
    reason = "too little was asked in the last five minutes"
    yield measured(ERRORS, failed / whole if whole >= ENOUGH else None, reason)
    for kind, several in sorted(by_kind.items()):
        steps = added(several)
        yield known(RECENT, sum(steps), kind=kind)
        for definition, share in QUANTILES:
            enough = sum(steps) >= ENOUGH
            yield measured(definition, quantile(steps, share) if enough else None, reason, kind=kind)


PROBE = Probe("web", ALL, read)
