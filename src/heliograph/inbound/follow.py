"""Turns alerts into signals when the candle of their bar has come, and follows these to their ends.

All that is done for an instrument is done in one transaction that holds the version: called again, twice at
once, or killed in between, it gives the same rows.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from heliograph.inbound.life import History
from heliograph.inbound.models import Alert
from heliograph.inbound.outcomes import store_lives, store_revisions
from heliograph.inbound.publish import judged, published_row
from heliograph.market.bars import load_series
from heliograph.market.models import Series
from heliograph.market.wire import to_ms
from heliograph.signals.announce import tell
from heliograph.signals.compiled import compiled
from heliograph.signals.lives import Key, Life
from heliograph.signals.models import Outcome, Signal, StrategyVersion
from heliograph.signals.rows import SIGNS, SignalRow, insert_signals

DUE = """
SELECT DISTINCT a.version_id, a.instrument_id
FROM inbound_alert a
JOIN signals_strategyversion v ON v.id = a.version_id
JOIN market_series s ON s.instrument_id = a.instrument_id AND s.timeframe = v.timeframe
LEFT JOIN signals_outcome o ON o.signal_id = a.signal_id
WHERE a.state = 'waiting' AND s.last_open >= a.bar_time
   OR o.state IN ('pending', 'open') AND s.last_open > a.lived_until
   OR o.signal_id IS NOT NULL AND s.amendments <> a.amendments
   OR o.state IN ('pending', 'open') AND EXISTS (
        SELECT FROM market_instrument i WHERE i.id = a.instrument_id AND i.delisted_at <= %(at)s)
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a call stored."""

    published: int = 0
    rejected: int = 0
    refused: int = 0
    settled: int = 0
    revised: int = 0

    def __add__(self, other: "Followed") -> "Followed":
        return Followed(
            self.published + other.published,
            self.rejected + other.rejected,
            self.refused + other.refused,
            self.settled + other.settled,
            self.revised + other.revised,
        )


@dataclass(slots=True)
class Step:
    """What is being stored for one version and instrument."""

    version: StrategyVersion
    instrument: int
    series: Series
    history: History
    at: datetime
    rows: list[SignalRow] = field(default_factory=list)
    refused: int = 0


def is_due(*, at: datetime) -> bool:
    """True if there is something to follow."""
    return bool(_due(at=at))


def follow_alerts(*, at: datetime) -> Followed:
    """Bring all signals from outside up to the newest closed bars."""
    return sum((_follow(version, one, at=at) for version, one in _due(at=at)), Followed())


def _due(*, at: datetime) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"at": at})
        return cursor.fetchall()


@transaction.atomic
def _follow(version_id: int, instrument: int, *, at: datetime) -> Followed:
    StrategyVersion.objects.select_for_update(no_key=True).get(pk=version_id)
    version = StrategyVersion.objects.select_related("strategy").get(pk=version_id)
    series = Series.objects.select_related("instrument__venue").get(
        instrument=instrument, timeframe=version.timeframe
    )
    alerts = list(
        Alert.objects.select_related("signal__outcome")
        .filter(version=version_id, instrument=instrument)
        .exclude(state=Alert.State.REFUSED)
        .order_by("bar_time", "pk")
    )
    step = Step(version, instrument, series, _history(version, instrument, alerts, series), at)
    for alert in alerts:
        if alert.state == Alert.State.WAITING and alert.bar_time <= series.last_open:
            _decide(step, alert)
    return _store(step, alerts)


def _history(version: StrategyVersion, instrument: int, alerts: list[Alert], series: Series) -> History:
    """From the first bar that is needed: of an alert that waits, a signal that runs, or one that may have
    become another."""
    needed = [one.bar_time for one in alerts if _is_needed(one, series)]
    bars = load_series(
        instrument=instrument,
        timeframe=version.timeframe,
        start=to_ms(min(needed)) if needed else to_ms(series.last_open),
    )
    published = [one.signal for one in alerts if one.signal and one.signal.state == Signal.State.PUBLISHED]
    exits = [one for one in alerts if one.state == Alert.State.HEEDED]
    return History(bars, published, exits, compiled(version))


def _is_needed(alert: Alert, series: Series) -> bool:
    if alert.state == Alert.State.WAITING:
        return True
    outcome = getattr(alert.signal, "outcome", None)
    return outcome is not None and (outcome.state in Outcome.RUNNING or alert.amendments != series.amendments)


def _decide(step: Step, alert: Alert) -> None:
    """What becomes of one alert, at the close of its bar."""
    history, time = step.history, to_ms(alert.bar_time)
    if time not in history.bars.time:
        alert.state, alert.reason = Alert.State.REFUSED, "There is no candle of its bar, and later ones came."
        step.refused += 1
    elif alert.action == Alert.Action.EXIT:
        alert.state = Alert.State.HEEDED
        history = History(history.bars, history.published, [*history.exits, alert], history.compiled)
    else:
        verdict = judged(alert, history)
        if verdict.is_repeat:
            alert.state, alert.reason = Alert.State.REFUSED, verdict.detail
            step.refused += 1
        else:
            _publish(step, alert, published_row(alert, verdict, step.series, history, at=step.at))
            history = step.history
    step.history = history
    alert.save()


def _publish(step: Step, alert: Alert, row: SignalRow) -> None:
    """A row of Signal with its outcome, and the alert that points to it."""
    pending = {row.key: Life(Outcome.State.PENDING)}
    insert_signals([row], pending, version=step.version.pk, at=step.at)
    signal = Signal.objects.get(
        version=step.version, instrument=step.instrument, bar_time=alert.bar_time, side=alert.action
    )
    alert.state, alert.signal = Alert.State.SIGNAL, signal
    alert.lived_until, alert.amendments = alert.bar_time, step.series.amendments
    step.rows.append(row)
    if row.published:
        history = step.history
        step.history = History(history.bars, [*history.published, signal], history.exits, history.compiled)


def _store(step: Step, alerts: list[Alert]) -> Followed:
    own = [one for one in alerts if one.signal and one.signal.state == Signal.State.PUBLISHED]
    lives = store_lives(own, step.history, step.series, at=step.at)
    revised = store_revisions(own, step.history, step.series, at=step.at)
    told = {_key(alert.signal): life for alert, life in lives}
    tell(step.version, step.rows, told.items(), instruments=[step.instrument], at=step.at)
    published = sum(row.published for row in step.rows)
    return Followed(
        published=published,
        rejected=len(step.rows) - published,
        refused=step.refused,
        settled=sum(life.state == Outcome.State.SETTLED for _, life in lives),
        revised=revised,
    )


def _key(signal: Signal) -> Key:
    return Key(0, SIGNS[signal.side], to_ms(signal.bar_time))
