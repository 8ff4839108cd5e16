"""What is asked of an alert before it is a signal, as the exits kernel asks it of a candidate."""

from dataclasses import dataclass
from datetime import datetime

from heliograph.engine.exits import Reject
from heliograph.engine.strategy import Side as Ruled
from heliograph.inbound.life import History
from heliograph.inbound.models import Alert
from heliograph.market.clock import venue_clock
from heliograph.market.models import Series
from heliograph.market.wire import to_ms
from heliograph.signals.checks import Candidate
from heliograph.signals.lives import Key
from heliograph.signals.models import Outcome, Signal
from heliograph.signals.rows import SIGNS, SignalRow
from heliograph.signals.sentences import TEXTS


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is empty for what is published. `is_repeat`: there is no row of its own for it."""

    reason: str = ""
    detail: str = ""
    is_repeat: bool = False


def judged(alert: Alert, history: History) -> Verdict:
    """The verdict at the close of the alert's bar."""
    time, side = to_ms(alert.bar_time), alert.action
    same_bar = [one for one in history.published if one.bar_time == alert.bar_time]
    if any(one.side == side for one in same_bar):
        return Verdict(detail=f"Another alert of this bar said {side} already.", is_repeat=True)
    earlier = [one for one in history.published if one.side == side and one.bar_time < alert.bar_time]
    if earlier:
        last = max(earlier, key=lambda one: one.bar_time)
        if _is_held(last, alert, history) and not history.leaves(side, time):
            return Verdict(detail=f"Signal {last.pk} still holds the {side} slot.", is_repeat=True)
    if same_bar:
        return _rejected(Reject.BOTH_SIDES)
    if _candidate(alert, history).wrong_side():
        return _rejected(Reject.WRONG_SIDE)
    return Verdict()


def _is_held(signal: Signal, alert: Alert, history: History) -> bool:
    """True if the signal has not left by the close of the alert's bar."""
    outcome = signal.outcome
    if outcome.exit_time is not None:
        return outcome.exit_time > alert.bar_time
    if outcome.state not in Outcome.RUNNING:
        return False
    return not history.upto(to_ms(alert.bar_time)).life(signal).is_over


def published_row(
    alert: Alert, verdict: Verdict, series: Series, history: History, *, at: datetime
) -> SignalRow:
    """The alert as a row of Signal; late if its candle came too late for anybody to be told."""
    candidate, time, made = _candidate(alert, history), to_ms(alert.bar_time), history.compiled
    targets = tuple(alert.targets)
    shares = Ruled(enter="", targets=("",) * len(targets), fractions=tuple(1 / len(targets) for _ in targets))
    oldest = to_ms(venue_clock(series.instrument.venue, at=at)) - made.checked.max_age * made.length
    wrong = verdict.reason == Reject.WRONG_SIDE
    return SignalRow(
        key=Key(0, SIGNS[alert.action], time),
        instrument=series.instrument_id,
        published=not verdict.reason,
        reason=verdict.reason,
        detail=verdict.detail,
        close=candidate.close,
        stop=alert.stop,
        targets=list(targets),
        confidence=None,
        reward_risk=None if wrong else candidate.reward_risk(shares),
        historical=False,
        late=made.timeframe.end(time) < oldest,
    )


def _candidate(alert: Alert, history: History) -> Candidate:
    column = int(history.bars.time.searchsorted(to_ms(alert.bar_time)))
    return Candidate(
        sign=SIGNS[alert.action],
        close=float(history.bars.close[0, column]),
        stop=alert.stop,
        targets=tuple(alert.targets),
        confidence=None,
    )


def _rejected(reason: Reject) -> Verdict:
    return Verdict(reason=reason.value, detail=TEXTS[reason])
