"""Generation: how long steps take, how many bars go through, and why candidates are rejected."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Max, QuerySet

from heliograph.engine.exits import Reject
from heliograph.monitor.measure import Definition, Measure, Rule, known, measured_or_idle
from heliograph.monitor.probe import Ground, Probe
from heliograph.signals.models import Evaluation, Postponement, Signal

STEPS = Definition("generation_steps", "count", "steps of shards in the last 15 minutes")
STEP = Definition("generation_step_p95_seconds", "seconds", "what 95 of 100 steps take at most", Rule(5, 60))
EACH = Definition(
    "generation_bar_seconds", "seconds", "what a bar of an instrument takes, over the last 15 minutes"
)
BARS = Definition("generation_bars", "count", "bars evaluated in the last 15 minutes")
PUBLISHED = Definition("generation_published", "count", "signals published in the last hour")
REJECTED = Definition(
    "generation_rejected", "count", "candidates rejected in the last hour", labels=("reason",)
)
LATE = Definition(
    "generation_late_ratio",
    "ratio",
    "of the signals of the last hour, those too late to announce",
    Rule(0.05, 0.8),
)
HELD = Definition("generation_held_shards", "count", "shards that a closed gate holds")
GIVEN_UP = Definition(
    "generation_given_up_shards", "count", "shards evaluated though their gate stayed closed", Rule(0, 20)
)
ALL = (STEPS, STEP, EACH, BARS, PUBLISHED, REJECTED, LATE, HELD, GIVEN_UP)
RECENT, HOUR = timedelta(minutes=15), timedelta(hours=1)
# At most so many are looked at, the newest first; signals are found by their number.
MOST_STEPS, NEWEST = 2_000, 5_000
# Reasons beyond so many are counted together.
MOST_REASONS = 16


def read(ground: Ground) -> Iterator[Measure]:
    """From the rows that generation leaves."""
    yield from _steps(ground)
    yield from _signals(ground)
    held = Postponement.objects.values_list("given_up_at", flat=True)
    given_up = [moment is not None for moment in held]
    yield known(HELD, given_up.count(False))
    yield known(GIVEN_UP, given_up.count(True))


def _steps(ground: Ground) -> Iterator[Measure]:
    rows = Evaluation.objects.filter(started_at__gt=ground.at - RECENT, kind=Evaluation.Kind.ADVANCE)
    found = list(rows.order_by("-started_at").values_list("duration_ms", "bars")[:MOST_STEPS])
    reason = "no bar was evaluated in the last 15 minutes"
    seconds = sum(duration for duration, _ in found) / 1000
    bars = sum(number for _, number in found)
    p95 = float(np.percentile([duration for duration, _ in found], 95)) / 1000 if found else None
    yield known(STEPS, len(found))
    yield known(BARS, bars)
    yield measured_or_idle(STEP, p95, reason)
    yield measured_or_idle(EACH, seconds / bars if bars else None, reason)


def recent_signals(*, at: datetime) -> QuerySet[Signal]:
    """The newest signals that were found in the last hour and not in history."""
    newest = Signal.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return Signal.objects.filter(pk__gt=newest - NEWEST, created_at__gt=at - HOUR, historical=False)


def _signals(ground: Ground) -> Iterator[Measure]:
    recent = list(recent_signals(at=ground.at).values_list("state", "reason", "late"))
    published = [late for state, _, late in recent if state == Signal.State.PUBLISHED]
    yield known(PUBLISHED, len(published))
    yield known(LATE, sum(published) / len(published) if published else 0)
    reasons = Counter(reason for state, reason, _ in recent if state == Signal.State.REJECTED)
    named = dict(reasons.most_common(MOST_REASONS))
    rest = reasons.total() - sum(named.values())
    # Also those that none was rejected for: what is not told of is not known to be over.
    none = dict.fromkeys(Reject, 0)
    for reason, number in (none | named | ({"others": rest} if rest else {})).items():
        yield known(REJECTED, number, reason=reason)


PROBE = Probe("generation", ALL, read, every=60)
