"""The application of workers whose watch runs five times as fast, for the drill of incidents.

Looks, patience and what is counted over an hour are shortened by the same factor, and nothing else: probes,
rules, incidents and notices are the product's. DRILL_SKEW sets the clock of the process wrong by so many
seconds.
"""

import os
from datetime import timedelta

from benchmarks.drills.parts.watch_pace import FACTOR, SKEW_ENV
from heliograph.kit import clock

if os.environ.get(SKEW_ENV):
    # Before anybody else takes the name.
    _right, _skew = clock.utc_now, timedelta(seconds=float(os.environ[SKEW_ENV]))
    clock.utc_now = lambda: _right() + _skew

from heliograph.workers.app import app

__all__ = ["app"]


def _faster() -> None:
    from dataclasses import replace

    from heliograph.monitor import probes, queries
    from heliograph.monitor.alerts import incidents, judge, stepping, tell
    from heliograph.monitor.probes import generation, invariants
    from heliograph.workers import deputy, schedule

    probes.PROBES = tuple(replace(one, every=max(1, one.every // FACTOR)) for one in probes.PROBES)
    judge.EVERY = {kind: every // FACTOR for kind, every in judge.EVERY.items()}
    for module, names in (
        (incidents, ("REOPENS", "FLAPS_WITHIN", "CALM", "ABSORBS", "OUTLIVES")),
        (stepping, ("GONE",)),
        (tell, ("WAITS",)),
        (invariants, ("PATIENCE",)),
        (deputy, ("LATE",)),
        (queries, ("COMPARED", "OLDEST")),
    ):
        for name in names:
            setattr(module, name, getattr(module, name) / FACTOR)
    deputy.ASKS_SECONDS /= FACTOR
    deputy.PATIENCE_SECONDS /= FACTOR
    # What is counted over an hour is counted over a minute: else it would be over after an hour only.
    generation.HOUR = timedelta(minutes=1)
    for task in ("measure", "send_heartbeat"):
        schedule.STANDING[task] //= FACTOR


_faster()
