"""The exits against outcomes that others worked out."""

import csv
import json
from datetime import datetime, timedelta

import numpy as np
import pytest

from heliograph.engine.bars import Bars
from heliograph.engine.exits import EXIT_REASONS, Exits, Inputs, Rules, SideInputs, SideRules
from heliograph.engine.exits.replay import Published, replay_signal
from tests.engine.exit_cases import level, marks
from tests.reference import shared

# Where the rules differ, and how.
OTHER_RULES = {
    "tc8": "trailing stop",
    "tc10": "trailing stop",
    "tc12": "trailing stop",
    "tc16": "its target moves with time",
    "tc18": "its target moves with time",
    "tc20": "its target moves with time",
    "tc22": "trailing stop",
    "tc24": "trailing stop, and its target moves with time",
    "tc32": "trailing stop",
    "tc34": "trailing stop",
    "tc36": "trailing stop",
    "tc38": "trailing stop",
    "tc40": "entry at a limit price",
    "tc42": "entry at a limit price",
    "tc44": "exit at a limit price",
    "tc46": "exit at a limit price",
    "tc48": "entry at a limit price",
    "tc50": "entry at a limit price",
    "tc52": "entry at a limit price",
}
SAME_RULES = ("tc0", "tc2", "tc4", "tc6", "tc14", "tc26", "tc28", "tc30")
REASONS = {"EXIT_SIGNAL": "exit", "STOP_LOSS": "stop", "ROI": "target"}


def freqtrade_cases():
    """The cases of freqtrade's backtest by their names."""
    cases = json.loads(shared("reference/freqtrade_backtest_cases.json").read_text())["cases"]
    return {case["id"]: case for case in cases}


def test_every_case_of_freqtrade_is_either_run_or_explained():
    assert sorted(freqtrade_cases()) == sorted([*OTHER_RULES, *SAME_RULES])


@pytest.mark.parametrize("name", SAME_RULES)
def test_freqtrade_s_cases_end_alike(name):
    case = freqtrade_cases()[name]
    table = np.array([row[:10] for row in case["data"]], dtype=float)
    fields = dict(zip(("open", "high", "low", "close", "volume"), table[:, 1:6].T, strict=True))
    bars = Bars.single(table[:, 0].astype(np.int64), **fields)
    (expected,) = case["trades"]
    is_short = expected.get("is_short", False)
    way, enter, leave = (-1, 8, 9) if is_short else (1, 6, 7)
    # It measures stop and target from the entry, the open of the bar after the signal, and as a part of
    # the margin.
    entry, lever = bars.open[0, expected["open_tick"]], case.get("leverage", 1.0)
    side = SideInputs(
        enter=table[None, :, enter].copy(),
        exit=table[None, :, leave].copy() if case.get("use_exit_signal") else None,
        stop=level(bars, entry * (1 + way * case["stop_loss"] / lever)),
        targets=[level(bars, entry * (1 + way * case["roi"]["0"] / lever))],
    )
    named = SideRules(stop=True, fractions=(1.0,))
    rules = Rules(short=named, fee_pct=0) if is_short else Rules(long=named, fee_pct=0)
    inputs = Inputs(short=side) if is_short else Inputs(long=side)
    (made,) = Exits(rules, instruments=1).advance(bars, inputs).exits

    assert (made["entry_time"], made["exit_time"]) == (expected["open_tick"], expected["close_tick"])
    assert EXIT_REASONS[made["reason"]] == REASONS[expected["exit_reason"]]
    if lever == 1.0:
        assert made["return_pct"] / 100 == pytest.approx(case["profit_perc"], abs=5e-4)


@pytest.mark.parametrize("run", range(4))
def test_triple_barriers_are_touched_at_the_same_times_with_the_same_returns(run):
    rows = list(
        csv.DictReader(shared("reference/triple_barrier_dollar_bar_close.csv").read_text().splitlines())
    )
    reference = json.loads(shared("reference/triple_barrier_mlfinpy.json").read_text())["runs"][run]
    times = [datetime.fromisoformat(row["date_time"]) for row in rows]
    # Only closes are known, so each bar is its close.
    close = np.array([float(row["close"]) for row in rows])
    bars = Bars.single(np.arange(len(rows)), open=close, high=close, low=close, close=close, volume=close)
    returns = {label["t0"]: label["ret"] for label in reference["labels"]}
    compared = 0
    for event in reference["events"]:
        start = times.index(datetime.fromisoformat(event["t0"]))
        outcome = barriers(bars, times, start, event["trgt"], reference["params"])
        if len(outcome.exits):
            assert str(times[outcome.exits["exit_time"][0]]) == event["t1"]
            if event["t0"] in returns:
                assert outcome.exits["return_pct"][0] / 100 == pytest.approx(returns[event["t0"]], rel=1e-9)
                compared += 1
    assert compared >= 7


def barriers(bars, times, start, target, params):
    """A long from a close with a target and a stop at multiples of `target`, left at the close one day
    later.
    """
    profit, loss = (multiple * target for multiple in params["pt_sl"])
    ahead = bars.slice(start, len(bars))
    at = ahead.close[0, 0]
    vertical = []
    if params["vertical"]:
        limit = times[start] + timedelta(days=params["vertical"]["num_days"])
        vertical = [k - start for k in range(start, len(times)) if times[k] >= limit][:1]
    signal = Published(side=1, time=int(ahead.time[0]), stop=at * (1 - loss), targets=(at * (1 + profit),))
    rules = Rules(long=SideRules(stop=True, fractions=(1.0,)), fill="close", fee_pct=0)
    return replay_signal(signal, rules, ahead, exit=marks(ahead, vertical))
