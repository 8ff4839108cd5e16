"""What rejected signals would have come to, had they been published: by the rules and the kernel of others.

Each is taken alone, with the levels that were stored, as if its slot had been free. It is known as far as
its shard has come; candles are those of today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from heliograph.engine.exits import Rules
from heliograph.market.clock import venue_clock
from heliograph.market.models import Instrument
from heliograph.market.wire import to_ms
from heliograph.signals.again import live_each
from heliograph.signals.compiled import Compiled, compiled
from heliograph.signals.due import is_spent
from heliograph.signals.lives import Life
from heliograph.signals.models import Outcome, Progress, Signal
from heliograph.signals.rebuild import rebuild
from heliograph.signals.revisions import Affected, closing, stretch_of
from heliograph.signals.stand import Stand

# Nobody looks at one before it is so many bars old: few end earlier, and others of its series come meanwhile.
YOUNG = 8


class Fate(StrEnum):
    """What became of it, or why that cannot be known."""

    RUNNING = "running"
    SETTLED = "settled"
    MISSED = "missed"
    NO_LEVELS = "no_levels"  # its stop or a target is unknown
    NO_CANDLES = "no_candles"
    UNSCORED = "unscored"  # of an alert-only strategy
    UNRESOLVED = "unresolved"  # nothing comes any more: the version is retired, or the instrument delisted
    EXTERNAL = "external"  # from outside: what would have closed it nobody said


@dataclass(frozen=True, slots=True)
class WouldBe:
    """A rejected signal's fate, and its life if it was looked at and has one. While it runs: the bar (ms)
    from which on it is worth another look.
    """

    fate: Fate
    life: Life | None = None
    look_from: int | None = None


def would_be(signals: Sequence[Signal], *, at: datetime) -> list[WouldBe]:
    """Of rejected signals of one version and instrument, in their order."""
    version = signals[0].version
    made = compiled(version)
    if version.external or made.checked.alert_only:
        return [WouldBe(Fate.EXTERNAL if version.external else Fate.UNSCORED)] * len(signals)
    levels = [one for one in signals if _has_levels(one, made.rules)]
    lived = _lived(levels, made, at=at) if levels else {}
    return [lived.get(one.pk, WouldBe(Fate.NO_LEVELS)) for one in signals]


def _has_levels(signal: Signal, rules: Rules) -> bool:
    side = rules.long if signal.side == "long" else rules.short
    if side is None:
        return False
    return len(signal.targets) == len(side.fractions) and (signal.stop is not None or not side.stop)


def _lived(signals: Sequence[Signal], made: Compiled, *, at: datetime) -> dict[int, WouldBe]:
    version, instrument = signals[0].version, signals[0].instrument
    shard = Progress.objects.filter(version=version, instruments__contains=[instrument.pk]).first()
    if shard is None:
        return {one.pk: WouldBe(Fate.NO_CANDLES) for one in signals}
    stand = Stand.of(shard)
    row = int(np.flatnonzero(stand.instruments == instrument.pk)[0])
    until = int(stand.watermarks[row])
    is_over = is_spent(version, stand.slots) or _is_delisted(instrument, at=at)
    young = {
        one.pk: WouldBe(Fate.RUNNING, look_from=to_ms(one.bar_time) + YOUNG * made.length)
        for one in signals
        if not is_over and until < to_ms(one.bar_time) + YOUNG * made.length
    }
    signals = [one for one in signals if one.pk not in young]
    if not signals:
        return young
    own = Signal.objects.filter(version=version, instrument=instrument)
    since = min(to_ms(one.bar_time) for one in signals)
    affected = Affected(signals, closing(own, made, since), instrument.pk, since, since)
    stretch = stretch_of(affected, rebuild(stand, row, made, since=since), made)
    bars = set(stretch.bars.time.tolist())
    there = [one for one in signals if to_ms(one.bar_time) in bars]
    lives = live_each(there, affected.candidates, made.rules, stretch)
    found = {
        one.pk: _found(one, life, until, is_over=is_over) for one, life in zip(there, lives, strict=True)
    }
    return young | {one.pk: found.get(one.pk, WouldBe(Fate.NO_CANDLES)) for one in signals}


def _found(signal: Signal, life: Life, until: int, *, is_over: bool) -> WouldBe:
    if life.state not in Outcome.RUNNING:
        return WouldBe(Fate(life.state), life)
    if is_over:
        return WouldBe(Fate.UNRESOLVED, life)
    # Twice as old as it is now: each is looked at a few times, and known when it is not much older.
    return WouldBe(Fate.RUNNING, life, max(2 * until - to_ms(signal.bar_time), until + 1))


def _is_delisted(instrument: Instrument, *, at: datetime) -> bool:
    until = instrument.delisted_at
    return until is not None and until <= venue_clock(instrument.venue, at=at)
