"""State, readiness and lengths of a plan."""

import tracemalloc

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.errors import BadBars, BadSnapshot
from heliograph.engine.graph import Graph
from heliograph.engine.language import parse
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner
from tests.engine.series import bits, evaluate, plan_of, random_bars


def test_a_snapshot_of_some_instruments_moves_them_into_another_runner():
    plan = plan_of(["ema(close, 5) + sma(close, 7)", "on('4h', rsi(close, 3))"])
    bars = random_bars(1, instruments=4)
    runner = Runner(plan, instruments=4)
    runner.advance(bars.upto(300))
    moved = Runner(plan, instruments=2)
    moved.restore(runner.snapshot(rows=[3]), rows=[1])
    moved.restore(runner.snapshot(rows=[0]), rows=[0])
    rest = bars.slice(300, 700)
    two = Bars(time=rest.time, **{name: getattr(rest, name)[[0, 3]] for name in INPUTS})
    for got, expected in zip(moved.advance(two), runner.advance(rest), strict=True):
        np.testing.assert_array_equal(bits(got), bits(expected[[0, 3]]))


def test_a_snapshot_of_all_may_be_restored_one_by_one():
    # More instruments than are kept without room between the rows of the state.
    plan, bars = (
        plan_of(["ema(close, 5) + sma(close, 7)", "highest(high, 9)"]),
        random_bars(1, instruments=70),
    )
    runner, other = Runner(plan, instruments=70), Runner(plan, instruments=70)
    runner.advance(bars.upto(300))
    other.restore(runner.snapshot(), rows=list(range(70)))
    assert runner.snapshot(rows=list(range(70))) == other.snapshot() == runner.snapshot()
    rest = bars.slice(300, 400)
    for got, expected in zip(other.advance(rest), runner.advance(rest), strict=True):
        np.testing.assert_array_equal(bits(got), bits(expected))


def test_no_instruments_have_a_state_too():
    plan = plan_of(["ema(close, 5)"])
    runner = Runner(plan, instruments=0)
    runner.restore(runner.snapshot())
    assert runner.snapshot(rows=[]) == Runner(plan, instruments=0).snapshot()


def test_a_snapshot_of_another_plan_or_size_is_refused():
    snapshot = Runner(plan_of(["ema(close, 5)"]), instruments=2).snapshot()
    for expression, instruments in (("ema(close, 6)", 2), ("ema(close, 5)", 3)):
        with pytest.raises(BadSnapshot, match="replay the candles"):
            Runner(plan_of([expression]), instruments=instruments).restore(snapshot)
    with pytest.raises(BadSnapshot):
        Runner(plan_of(["ema(close, 5)"]), instruments=2).restore(snapshot[:-1])
    with pytest.raises(BadSnapshot):
        Runner(plan_of(["ema(close, 5)"]), instruments=2).restore(b"")


def test_bars_of_another_number_of_instruments_are_refused():
    with pytest.raises(BadBars, match="3 instruments"):
        Runner(plan_of(["close"]), instruments=2).advance(random_bars(1))


def test_no_bars_give_no_values():
    runner = Runner(plan_of(["close", "sma(close, 2)"]), instruments=3)
    assert [values.shape for values in runner.advance(random_bars(1).upto(0))] == [(3, 0), (3, 0)]


def test_what_expressions_share_is_computed_once():
    plan = plan_of(
        ["sma(close, 20)", "bb_upper(close, 20, 2)", "bb_lower(close, 20, 2)", "sma(close, 20) > 3"]
    )
    assert [step.kernel for step in plan.base.steps] == [
        "averages.sma",
        "averages.stddev",
        "elementwise.mul",
        "elementwise.add",
        "elementwise.sub",
        "elementwise.gt",
    ]


def _sides(**sides: str) -> Plan:
    graph = Graph()
    nodes = {name: [parse(text, graph=graph, timeframe="1h")] for name, text in sides.items()}
    return Plan.compile([], graph, sides=nodes, timeframe="1h")


@pytest.mark.parametrize("block", [1, 7, 64, 5_000])
def test_a_side_is_ready_once_every_node_of_it_has_been_known(block):
    plan = _sides(
        long="close > sma(close, 20) or rsi(close, 30) > 50", short="on('1d', obv() > sma(close, 2))"
    )
    bars = random_bars(8, instruments=3, count=600)
    inner = evaluate(
        plan_of(["sma(close, 20)", "rsi(close, 30)", "on('1d', obv())", "on('1d', sma(close, 2))"]), bars
    )
    known = [np.argmax(~np.isnan(values), axis=1) for values in inner]
    expected = {"long": np.maximum(known[0], known[1]), "short": np.maximum(known[2], known[3])}
    for threads in (1, 2):
        runner = Runner(plan, instruments=3, threads=threads)
        for start in range(0, len(bars), block):
            part = bars.slice(start, min(start + block, len(bars)))
            runner.advance(part)
            for side, first in expected.items():
                np.testing.assert_array_equal(runner.ready(side), np.clip(first - start, 0, len(part)))
            if start % 3 == 0:
                snapshot = runner.snapshot()
                runner = Runner(plan, instruments=3, threads=threads)
                runner.restore(snapshot)


def test_a_side_of_constants_is_ready_at_once():
    runner = Runner(_sides(long="true"), instruments=3)
    runner.advance(random_bars(1))
    np.testing.assert_array_equal(runner.ready("long"), [0, 0, 0])


def test_a_value_that_never_comes_keeps_its_side_from_being_ready():
    bars = random_bars(1)
    bars.volume[1] = np.nan
    runner = Runner(_sides(long="obv() > 0"), instruments=3)
    runner.advance(bars)
    assert runner.ready("long")[1] == len(bars)


def test_lengths_follow_from_the_graph():
    plan = plan_of(
        [
            "close",
            "sma(close, 20)",
            "sma(sma(close, 20), 10)[5]",
            "macd_hist(close, 12, 26, 9)",
            "adx(14)",
            "stoch_d(14, 3, 3)",
            "on('4h', sma(close, 10))",
            "obv()",
            "vwap()",
        ]
    )
    assert plan.warmup == [0, 19, 33, 33, 27, 17, 42, 0, 0]
    assert plan.settle[:3] == [0, 19, 33]
    assert plan.settle[5:] == [17, 42, np.inf, 24]
    assert plan.settle[3] == pytest.approx(
        33 + np.log(1e-9) / np.log(25 / 27) + np.log(1e-9) / np.log(8 / 10)
    )


def test_the_digest_tells_plans_apart():
    texts = ["ema(close, 5)", "ema(close, 6)", "ema(open, 5)", "on('4h', ema(close, 5))", "ema(close, 5) > 1"]
    digests = {plan_of([text]).digest for text in texts}
    assert len(digests) == len(texts)
    assert plan_of(texts[:1], timeframe="4h").digest not in digests
    assert plan_of(texts[:1]).digest in digests


def test_outputs_may_be_inputs_constants_and_the_same_twice():
    bars = random_bars(2, missing=0.1)
    close, one, again, high = evaluate(plan_of(["close", "1", "close", "high"]), bars)
    np.testing.assert_array_equal(close, bars.close)
    np.testing.assert_array_equal(again, bars.close)
    np.testing.assert_array_equal(high, bars.high)
    np.testing.assert_array_equal(one, np.where(np.isnan(bars.close), np.nan, 1.0))


def test_running_in_blocks_gives_the_same_as_at_once():
    plan, bars = plan_of(["ema(close, 5)"]), random_bars(3)
    parts = [
        (len(part), outputs[0].copy()) for part, outputs in Runner(plan, instruments=3).run(bars, block=64)
    ]
    assert [length for length, _ in parts] == [64] * 10 + [60]
    np.testing.assert_array_equal(
        bits(np.concatenate([p for _, p in parts], axis=1)), bits(evaluate(plan, bars)[0])
    )


def test_a_runner_that_rests_gives_back_the_memory_of_large_blocks_and_goes_on_the_same():
    plan = plan_of(["ema(close, 20) + sma(close, 50)", "rsi(close, 14)"])
    bars = random_bars(5, instruments=200, count=1_001)
    past, last = bars.slice(0, 1_000), bars.slice(1_000, 1_001)
    runner, other = (Runner(plan, instruments=200) for _ in range(2))
    tracemalloc.start()
    try:
        runner.advance(past)
        taken, _ = tracemalloc.get_traced_memory()
        runner.rest()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    other.advance(past)

    # What holds a value for each bar is gone.
    one = past.close.nbytes
    assert kept < one / 4 < 2 * one < taken
    for rested, never in zip(runner.advance(last), other.advance(last), strict=True):
        np.testing.assert_array_equal(bits(rested), bits(never))
