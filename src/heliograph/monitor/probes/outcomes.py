"""Outcomes: whether they are settled when their bars come, and would end alike with today's candles."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from heliograph.monitor.measure import Definition, Measure, Rule, known, measured_or_idle
from heliograph.monitor.probe import Ground, Probe
from heliograph.signals.models import Outcome, OutcomeRevision

RUNNING = Definition("outcomes_running", "count", "published signals that have not ended")
SETTLED = Definition("outcomes_settled", "count", "outcomes settled in the last hour, of the newest hundred")
LAG = Definition(
    "outcomes_settling_lag_seconds",
    "seconds",
    "from the coming of an exit's bar to its settling",
    Rule(60, 900),
)
UNRESOLVED = Definition("outcomes_unresolved", "count", "outcomes that ended without a price")
REVISED = Definition(
    "outcomes_differing_ratio",
    "ratio",
    "of the newest hundred settled, those that end otherwise with today's candles",
    Rule(0.02, 0.5),
)
ALL = (RUNNING, SETTLED, LAG, UNRESOLVED, REVISED)
HOUR = timedelta(hours=1)
# When the bar of each exit came. One that was corrected since says nothing: it came later than its outcome.
NEWEST = """
SELECT o.signal_id, o.settled_at, extract(epoch FROM o.settled_at - c.recorded_at)
FROM (
    SELECT signal_id, settled_at, exit_time, instrument_id FROM signals_outcome
    WHERE state = 'settled' ORDER BY exit_time DESC, signal_id DESC LIMIT 100
) AS o
JOIN signals_signal s ON s.id = o.signal_id AND NOT s.historical
JOIN signals_strategyversion v ON v.id = s.version_id
LEFT JOIN candle c
  ON c.instrument_id = o.instrument_id AND c.timeframe = v.timeframe AND c.open_time = o.exit_time
"""


def read(ground: Ground) -> Iterator[Measure]:
    """Of the newest outcomes that were not found in history."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        found = cursor.fetchall()
    recent = [lag for _, settled, lag in found if settled and ground.at - settled < HOUR]
    lags = [float(lag) for lag in recent if lag is not None and lag >= 0]
    states = Outcome.objects.exclude(state=Outcome.State.SETTLED).values_list("state", flat=True)
    running = states.filter(state__in=Outcome.RUNNING).count()
    yield known(RUNNING, running)
    yield known(SETTLED, len(recent))
    yield measured_or_idle(LAG, max(lags, default=None), "no outcome was settled in the last hour")
    yield known(UNRESOLVED, states.filter(state=Outcome.State.UNRESOLVED).count())
    ids = [signal for signal, _, _ in found]
    differing = OutcomeRevision.objects.filter(signal__in=ids).values("signal").distinct().count()
    yield measured_or_idle(
        REVISED, differing / len(ids) if ids else None, "no outcome but those of history is settled"
    )


PROBE = Probe("outcomes", ALL, read, every=60)
