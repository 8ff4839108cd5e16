"""A slow rebuild of what a version must have said, from its text and from candles as they were known."""

from dataclasses import dataclass, field

import numpy as np

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.exits import REJECTS, Exits, Inputs, SideInputs
from heliograph.engine.runner import Runner
from heliograph.market.bars import load_series
from heliograph.market.wire import to_ms
from heliograph.signals.compiled import compiled
from heliograph.signals.lives import gather
from heliograph.signals.models import Outcome, Signal
from heliograph.signals.past import SlotPast
from heliograph.signals.rows import SIDES

LIFE = ("state", "entry_time", "entry_price", "exit_time", "exit_price", "exit_reason", "r", "return_pct")


@dataclass
class Looks:
    """When the bars of one instrument were evaluated.

    For each look its moment, the bars, and whether the version could enter.
    """

    origin: int
    looks: list[tuple[object, list[int], bool]] = field(default_factory=list)


def rebuilt(version, instrument, looks):
    """All candidates of an instrument, by bar and side, with their lives: each bar with what was known when
    it was looked at."""
    plan = compiled(version)
    columns, values, enters = [], [], []
    for moment, times, entering in looks.looks:
        known = load_series(
            instrument=instrument.pk, timeframe=version.timeframe, start=looks.origin, as_known_at=moment
        )
        runner = Runner(plan.plan, instruments=1)
        outputs = [output.copy() for output in runner.advance(known)]
        inputs = plan.strategy_plan.inputs(outputs, runner.ready)
        places = known.time.searchsorted(times)
        assert known.time[places].tolist() == times
        columns.append([known.time[places], *(getattr(known, name)[0, places] for name in INPUTS)])
        values.append(
            [_side(side, places) for side in (inputs.long, inputs.short)] + [inputs.confidence[:, places]]
        )
        enters += [entering] * len(times)
    return _lives(plan, columns, values, np.array(enters))


def _side(side, places):
    """The values of a side at some columns; before it is ready it wants nothing."""
    ready = int(side.ready[0])
    enter = np.where(places < ready, 0.0, side.enter[0, places])
    rest = [None if one is None else one[0, places] for one in (side.exit, side.stop, *side.targets)]
    return [enter, *rest]


def _lives(plan, columns, values, enters):
    if not columns:
        return {}
    time, *prices = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    bars = Bars(time, *(np.ascontiguousarray(one[None, :]) for one in prices))
    sides = [_joined([part[k] for part in values], enters) for k in (0, 1)]
    confidence = np.concatenate([part[2] for part in values], axis=1)
    events = Exits(plan.rules, instruments=1).advance(bars, Inputs(*sides, confidence))
    lives = gather(events, alert_only=False)
    told = {}
    for one in events.candidates:
        side = SIDES[int(one["side"])]
        reason = REJECTS[one["reason"]]
        life = next(
            (lives[key] for key in lives if key.time == one["bar_time"] and SIDES[key.side] == side), None
        )
        levels = (float(one["close"]), _known(one["stop"]), _known(one["confidence"]))
        ended = None if reason else tuple(getattr(life, name) for name in LIFE)
        told[int(one["bar_time"]), side] = (
            "rejected" if reason else "published",
            reason or "",
            levels,
            ended,
        )
    return told


def _joined(parts, enters):
    names = list(zip(*parts, strict=True))
    enter, leave, stop, *targets = (
        None if one[0] is None else np.concatenate(one)[None, :].copy() for one in names
    )
    return SideInputs(np.where(enters[None, :], enter, 0.0), leave, stop, tuple(targets))


def _known(value):
    return None if np.isnan(value) else float(value)


def stored(version, instrument):
    """The same from the rows; what was first seen in a rebuild is left out."""
    rows = Signal.objects.filter(version=version, instrument=instrument).exclude(reason="late_data")
    return {
        (to_ms(row.bar_time), row.side): (
            row.state,
            row.reason,
            (row.close, row.stop, row.confidence),
            _life(row.outcome) if row.state == "published" else None,
        )
        for row in rows.select_related("outcome")
    }


def entering(version, instrument, *, until):
    """By bar and side what wants to enter with today's candles, up to a bar, where no signal has the slot."""
    plan = compiled(version)
    bars = load_series(instrument=instrument.pk, timeframe=version.timeframe, end=until + 1)
    runner = Runner(plan.plan, instruments=1)
    inputs = plan.strategy_plan.inputs([output.copy() for output in runner.advance(bars)], runner.ready)
    found = set()
    for name in SIDES.values():
        wants = np.flatnonzero(_side(getattr(inputs, name), np.arange(len(bars)))[0] > 0)
        # An exit that is decided but leaves later: whoever looks in between finds the slot taken.
        past = SlotPast.read(
            version=version.pk, instrument=instrument.pk, side=name, times=bars.time, fill="close"
        )
        found |= {(time, name) for time in bars.time[wants].tolist() if past.taken_by(time) is None}
    return found


def rows_of(version, instrument):
    """The bars and sides of all rows."""
    rows = Signal.objects.filter(version=version, instrument=instrument).values_list("bar_time", "side")
    return {(to_ms(moment), side) for moment, side in rows}


def _life(outcome):
    values = (getattr(outcome, name) for name in LIFE)
    return tuple(to_ms(one) if hasattr(one, "tzinfo") else one for one in values)


def ended(version, instruments):
    """The published signals of some instruments that are over, as the newest revision tells of them."""
    rows = Signal.objects.filter(version=version, state="published", instrument__in=instruments)
    return {
        (row.instrument.symbol, to_ms(row.bar_time), row.side): (
            (row.stop, tuple(row.targets)),
            _life(row.revisions.order_by("-pk").first() or row.outcome),
        )
        for row in rows.select_related("instrument", "outcome").exclude(outcome__state__in=Outcome.RUNNING)
    }
