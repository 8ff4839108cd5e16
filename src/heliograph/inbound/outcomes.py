"""Writes how signals from outside went on, and what ended ones would be with today's candles."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from heliograph.inbound.life import History
from heliograph.inbound.models import Alert
from heliograph.market.amendments import amended_since
from heliograph.market.clock import venue_clock
from heliograph.market.models import Series
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.lives import Life
from heliograph.signals.models import Outcome, OutcomeRevision
from heliograph.signals.revisions import COMPARED
from heliograph.signals.sentences import amended

State = Outcome.State
SAME = "state entry_price exit_price exit_reason r return_pct fees_pct mfe_r mae_r bars_held"


def store_lives(
    alerts: Sequence[Alert], history: History, series: Series, *, at: datetime
) -> list[tuple[Alert, Life]]:
    """Bring running outcomes up to the last bar, by compare-and-set; returns those that were running.

    Those of a delisted instrument that have no end by then end unresolved.
    """
    lives = []
    for alert in alerts:
        signal = alert.signal
        if signal.outcome.state not in Outcome.RUNNING:
            continue
        life = history.life(signal)
        if not life.is_over and _is_delisted(series, at=at):
            life = Life(State.UNRESOLVED, entry_time=life.entry_time, entry_price=life.entry_price)
        running = Outcome.objects.filter(pk=signal.pk, state__in=Outcome.RUNNING)
        running.update(**_columns(life), settled_at=at if life.is_over else None)
        signal.outcome.refresh_from_db()
        lives.append((alert, life))
    _remember([alert for alert, _ in lives], series)
    return lives


def store_revisions(alerts: Sequence[Alert], history: History, series: Series, *, at: datetime) -> int:
    """A revision for each ended outcome that would now be another; returns their number."""
    found, amendments = [], Amendments(series)
    asked = [one for one in alerts if one.amendments != series.amendments]
    for alert in asked:
        changed = amendments.since(alert)
        outcome = alert.signal.revisions.order_by("-pk").first() or alert.signal.outcome
        if changed is not None and (outcome.exit_time is None or to_ms(outcome.exit_time) >= changed):
            now = _columns(history.life(alert.signal))
            said = {name: now[name] for name in COMPARED}
            if any(getattr(outcome, name) != value for name, value in said.items()):
                cause = amended(to_datetime(changed))
                found.append(OutcomeRevision(signal=alert.signal, cause=cause, found_at=at, **said))
    _remember(asked, series)
    OutcomeRevision.objects.bulk_create(found)
    return len(found)


class Amendments:
    """What was amended of a series since one number or another; each is asked for once."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._known: dict[int, tuple[int, int]] = {}

    def since(self, alert: Alert) -> int | None:
        """The earliest bar from the alert's own on that was amended since it was looked at; None if none."""
        seen = int(alert.amendments or 0)
        if seen not in self._known:
            found = amended_since(
                instruments=[self._series.instrument_id],
                timeframe=self._series.timeframe,
                seen=np.array([seen], dtype=np.int64),
            )
            self._known[seen] = int(found.first[0]), int(found.last[0])
        first, last = self._known[seen]
        own = to_ms(alert.bar_time)
        return max(first, own) if last >= own else None


def _remember(alerts: Sequence[Alert], series: Series) -> None:
    for alert in alerts:
        alert.lived_until, alert.amendments = series.last_open, series.amendments
    Alert.objects.bulk_update(alerts, ["lived_until", "amendments"])


def _is_delisted(series: Series, *, at: datetime) -> bool:
    until = series.instrument.delisted_at
    return until is not None and until <= venue_clock(series.instrument.venue, at=at)


def _columns(life: Life) -> dict[str, object]:
    """The columns of an outcome but for the moment of its end."""
    moments = {"entry_time": life.entry_time, "exit_time": life.exit_time}
    return {
        **{name: getattr(life, name) for name in SAME.split()},
        **{name: None if time is None else to_datetime(time) for name, time in moments.items()},
        "parts": [part._asdict() for part in life.parts],
    }
