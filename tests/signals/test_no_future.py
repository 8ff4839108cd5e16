"""Signals never use a bar after their own, outcomes never one after their exit."""

import numpy as np
import pytest

from heliograph.engine.exits import Exits
from heliograph.engine.runner import Runner
from heliograph.market.sources.replay.samples import SAMPLES, read_sample
from heliograph.signals.compiled import compile_text
from heliograph.workers.sample import sample_strategies

CUTS = 200
MOMENTS = {"candidates": "bar_time", "entries": "entry_time", "parts": "time", "exits": "exit_time"}


@pytest.mark.parametrize("text", sample_strategies(), ids=lambda text: compile_text(text).checked.name)
def test_data_cut_after_any_bar_tells_the_same_story_up_to_there(text):
    compiled = compile_text(text)
    sample = next(one for one in SAMPLES if one.timeframe == compiled.timeframe.name)
    bars = read_sample(sample).bars
    whole = told(compiled, bars)
    cuts = np.random.default_rng(8).integers(1, len(bars), CUTS)

    for cut in cuts.tolist():
        assert told(compiled, bars.upto(cut)) == until(whole, int(bars.time[cut - 1]))

    assert len(whole["candidates"]) > 30
    assert len(whole["exits"]) > 10


def told(compiled, bars):
    """All that happens over these bars: by kind, when and what."""
    runner = Runner(compiled.plan, instruments=bars.instruments)
    exits = Exits(compiled.rules, instruments=bars.instruments)
    events = exits.advance(bars, compiled.inputs(runner, runner.advance(bars), enters=True))
    # The text of a number tells all its bits, and unknown equals unknown.
    return {
        kind: [(int(row[moment]), repr(row.tolist())) for row in getattr(events, kind)]
        for kind, moment in MOMENTS.items()
    }


def until(whole, last):
    """What of a story has happened by the bar at `last`."""
    return {kind: [one for one in rows if one[0] <= last] for kind, rows in whole.items()}
