"""One file for each part: what its measures mean, from where on they are bad, and how they are read."""

from heliograph.monitor.probes import (
    backup,
    cache,
    database,
    generation,
    heartbeat,
    host,
    invariants,
    market,
    notices,
    outcomes,
    parity,
    queues,
    redis,
    statements,
    tables,
    timetable,
    web,
    workers,
)

_ALL = (
    *database.PROBES,
    tables.PROBE,
    redis.PROBE,
    *workers.PROBES,
    timetable.PROBE,
    *queues.PROBES,
    *market.PROBES,
    generation.PROBE,
    outcomes.PROBE,
    parity.PROBE,
    notices.PROBE,
    heartbeat.PROBE,
    cache.PROBE,
    *host.PROBES,
    invariants.PROBE,
    web.PROBE,
    statements.PROBE,
    backup.PROBE,
)
# Where time runs out, what is costly goes short.
PROBES = tuple(sorted(_ALL, key=lambda probe: probe.every))
DEFINITIONS = tuple(one for probe in PROBES for one in probe.measures)
