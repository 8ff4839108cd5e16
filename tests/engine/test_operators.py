"""Operators over unknown values, and over numbers that are known beforehand."""

import itertools

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.fold import FOLDS
from heliograph.engine.graph import Graph
from heliograph.engine.plan import Plan
from heliograph.engine.primitives import PRIMITIVES
from heliograph.engine.runner import Runner

NAN = np.nan
VALUES = (0.0, 1.0, -1.0, 2.5, -0.3, 1e-310, 1e200, -7e200, 3.0, NAN)


@pytest.mark.parametrize("op", FOLDS)
def test_a_folded_operator_gives_what_its_kernel_gives(op):
    count = PRIMITIVES[op].inputs
    rows = list(itertools.product(VALUES, repeat=count))
    fields = np.array(rows).T
    graph = Graph()
    inputs = [graph.input(name) for name in ("open", "high", "low")[:count]]
    columns = dict(zip(("open", "high", "low"), fields, strict=False))
    bars = Bars.single(
        np.arange(len(rows)), **{name: columns.get(name, np.ones(len(rows))) for name in INPUTS}
    )
    got = Runner(Plan.compile([graph.apply(op, inputs)], graph), instruments=1).advance(bars)[0][0]
    folded = [graph.apply(op, [graph.constant(value) for value in row]).value for row in rows]
    np.testing.assert_array_equal(got, folded)


@pytest.mark.parametrize("op", [name for name in FOLDS if PRIMITIVES[name].inputs == 2])
@pytest.mark.parametrize("constant", VALUES)
def test_a_constant_operand_gives_what_an_array_of_it_gives(op, constant):
    graph = Graph()
    close, same = graph.input("close"), graph.input("open")
    number = graph.constant(constant)
    nodes = [
        graph.apply(op, args) for args in ([close, number], [close, same], [number, close], [same, close])
    ]
    values = np.array(VALUES)
    fields = dict.fromkeys(INPUTS, values) | {"open": np.full(len(values), constant)}
    outputs = Runner(Plan.compile(nodes, graph), instruments=1).advance(
        Bars.single(np.arange(len(values)), **fields)
    )
    left, left_array, right, right_array = (output[0] for output in outputs)
    # At a missing bar a constant is no more known than anything else.
    has = ~np.isnan(values)
    np.testing.assert_array_equal([left[has], right[has]], [left_array[has], right_array[has]])
    assert np.isnan([left[~has], right[~has]]).all()


def _truth(op: str, *values: float) -> float:
    graph = Graph()
    return graph.apply(op, [graph.constant(value) for value in values]).value


def test_logic_is_kleenes():
    table = {
        "and": [[1, 0, NAN], [0, 0, 0], [NAN, 0, NAN]],
        "or": [[1, 1, 1], [1, 0, NAN], [1, NAN, NAN]],
    }
    for op, expected in table.items():
        got = [[_truth(op, a, b) for b in (1, 0, NAN)] for a in (1, 0, NAN)]
        np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal([_truth("not", a) for a in (1, 0, NAN)], [0, 1, NAN])
    np.testing.assert_array_equal(
        [_truth("if_else", *args) for args in ((1, 5, NAN), (0, NAN, 6), (0, 5, NAN), (NAN, 5, 5))],
        [5, 6, NAN, NAN],
    )


def test_what_is_no_number_is_unknown():
    cases = [("div", 1, 0), ("mod", 1, 0), ("log", 0), ("log", -1), ("sqrt", -1), ("mul", 1e200, 1e200)]
    assert all(np.isnan(_truth(op, *values)) for op, *values in cases)


def test_equal_nodes_are_one():
    graph = Graph()
    close = graph.input("close")
    one, same = (graph.apply("sma", [close], (5,)) for _ in range(2))
    other = graph.apply("sma", [close], (6,))
    assert (one is same, one is other, graph.constant(NAN) is graph.constant(NAN)) == (True, False, True)
    assert graph.constant(0.0) is not graph.constant(-0.0)
