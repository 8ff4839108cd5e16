"""The announcing of a strategy passes from one version to another: each bar is announced by exactly one.

The two have come equally far seldom. What the one that gives up an instrument has evaluated was its own; what
lies behind that belongs to the one that takes it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import QuerySet

from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.announce import names_of, tell
from heliograph.signals.lives import Key, Life
from heliograph.signals.models import Progress, Signal, Strategy, StrategyVersion
from heliograph.signals.rows import SIGNS, SignalRow
from heliograph.signals.stages import live_versions


@contextmanager
def handing_over(strategy: Strategy, *, at: datetime) -> Iterator[None]:
    """Around changes of stages and shares, in their transaction, the strategy being locked.

    What the taker has evaluated before the giver did is told now; what the giver has told, the taker has as
    history when it comes to it. Signals that were history to the taker already stay so.
    """
    before = {version.pk: _places(version) for version in live_versions(strategy)}
    yield
    for taker in live_versions(strategy):
        for giver, places in before.items():
            passed = set(places) & set(_places(taker))
            if giver != taker.pk and passed:
                _pass_on(giver, taker, passed, at=at)


def _places(version: StrategyVersion) -> range:
    return range(version.share_from, version.share_to)


def _pass_on(giver: int, taker: StrategyVersion, places: set[int], *, at: datetime) -> None:
    reached = _reached(giver)
    names = names_of(reached)
    reached = {one: until for one, until in reached.items() if names[one].place in places}
    ahead: dict[int, int] = {}
    for row in Progress.objects.filter(version=taker).order_by("pk"):
        history = list(row.historical_until)
        for place, (one, until) in enumerate(zip(row.instruments, row.watermarks, strict=True)):
            if one in reached and until <= reached[one]:
                history[place] = reached[one]
            elif one in reached:
                ahead[one] = reached[one]
        if history != row.historical_until:
            row.historical_until = history
            row.save(update_fields=["historical_until"])
    if ahead:
        _tell_behind(taker, ahead, at=at)


def _reached(version: int) -> dict[int, int]:
    """How far a version has evaluated each instrument: the open of the bar (ms)."""
    rows = Progress.objects.filter(version=version)
    return {one: until for row in rows for one, until in zip(row.instruments, row.watermarks, strict=True)}


def _tell_behind(taker: StrategyVersion, reached: dict[int, int], *, at: datetime) -> None:
    """Tell of what the taker has published of bars that the giver has not come to, and how it ended."""
    instruments = list(reached)
    found = [one for one in _published(taker, reached) if to_ms(one.bar_time) > reached[one.instrument_id]]
    rows = [_as_row(one, instruments.index(one.instrument_id)) for one in found]
    lives = [(row.key, Life(one.outcome.state)) for row, one in zip(rows, found, strict=True)]
    tell(taker, rows, lives, instruments=instruments, at=at)


def _published(taker: StrategyVersion, reached: dict[int, int]) -> QuerySet[Signal]:
    since = to_datetime(min(reached.values()) + 1)
    rows = Signal.objects.filter(version=taker, instrument__in=reached, bar_time__gte=since)
    return rows.filter(state=Signal.State.PUBLISHED).select_related("outcome").order_by("bar_time", "pk")


def _as_row(signal: Signal, place: int) -> SignalRow:
    return SignalRow(
        key=Key(place, SIGNS[signal.side], to_ms(signal.bar_time)),
        instrument=signal.instrument_id,
        published=True,
        reason="",
        detail="",
        close=signal.close,
        stop=signal.stop,
        targets=list(signal.targets),
        confidence=signal.confidence,
        reward_risk=signal.reward_risk,
        historical=signal.historical,
        late=signal.late,
    )
