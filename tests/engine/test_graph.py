"""Nodes and plans that our own code must not ask for, and a step that fails beside others."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from heliograph.engine.frame import Frame
from heliograph.engine.functions import FUNCTIONS
from heliograph.engine.graph import Builder, Graph
from heliograph.engine.lengths import bar_ms
from heliograph.engine.plan import Plan, Step
from heliograph.engine.side_by_side import SideBySide


def test_a_node_of_another_domain_or_number_of_arguments_is_refused():
    graph = Graph()
    close, inner = graph.input("close"), graph.input("close", ("4h",))
    with pytest.raises(ValueError, match="add takes 2 nodes"):
        graph.apply("add", [close])
    with pytest.raises(ValueError, match="add takes 2 nodes of domain"):
        graph.apply("add", [close, inner])
    with pytest.raises(ValueError, match="is not of domain"):
        graph.hold("1d", inner)
    with pytest.raises(ValueError, match="bars have no colour"):
        graph.input("colour")
    with pytest.raises(ValueError, match="hold it"):
        Plan.compile([inner], graph, timeframe="1h")


def test_an_argument_of_the_wrong_kind_is_refused():
    builder = Builder(Graph())
    close = builder.input("close")
    with pytest.raises(TypeError, match="no whole number"):
        FUNCTIONS["atr"].build(builder, [14.5])
    with pytest.raises(TypeError, match="is a series"):
        FUNCTIONS["bb_upper"].build(builder, [close, 20, close])


def test_the_length_of_a_bar_is_that_of_its_timeframe():
    day = 86_400_000
    assert [bar_ms((), "1h"), bar_ms(("4h", "1d"), "1h"), bar_ms(("1M",), None)] == [day / 24, day, 31 * day]
    with pytest.raises(ValueError, match="needs that of the base bars"):
        bar_ms((), None)


def test_a_step_that_fails_ends_the_others_and_is_told():
    steps = [Step("", (), (), 0, (number,)) for number in range(3)]
    steps.append(Step("", (0, 1, 2), (), 0, (3,)))
    done = []

    def work(number: int) -> None:
        if number == 1:
            raise ZeroDivisionError
        done.append(number)

    frame = Frame(steps=[[(work, (number,))] for number in range(4)])
    with ThreadPoolExecutor(2) as pool, pytest.raises(ZeroDivisionError):
        SideBySide(steps).run(frame, pool, 2)
    assert 3 not in done


def test_steps_run_after_those_that_they_need():
    steps = [
        Step("", (), (), 0, (0,)),
        Step("", (0,), (), 0, (1,)),
        Step("", (), (), 0, (2,)),
        Step("", (1, 2), (), 0, (3,)),
    ]
    done: list[int] = []
    frame = Frame(steps=[[(done.append, (number,))] for number in range(4)])
    with ThreadPoolExecutor(2) as pool:
        SideBySide(steps).run(frame, pool, 2)
    assert (sorted(done), done[-1], done.index(0) < done.index(1)) == ([0, 1, 2, 3], 3, True)
