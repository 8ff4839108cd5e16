"""The tree of an expression keeps the words, the node and the parts of each clause."""

import pytest

from heliograph.engine.graph import Graph
from heliograph.engine.language import canonical, clauses, parse


def sketch(clause):
    """A clause as nested plain values."""
    line = (clause.kind, clause.name, clause.text, clause.truth)
    return (*line, [sketch(child) for child in clause.children]) if clause.children else line


def test_a_condition_is_a_tree_of_its_clauses_in_reading_order():
    text = (
        "crosses_above(ema(close, fast), 100) and 0 < rsi(close,14)[1] <= 70 and not close > on('1h', open)"
    )

    tree = clauses(text, graph=Graph(), params={"fast": 12.0}, timeframe="5m")

    close = ("input", "close", "close", False)
    rsi = ("ago", "1", "rsi(close,14)[1]", False, [("call", "rsi", "rsi(close,14)", False, [close])])
    assert sketch(tree) == (
        *("and", "and", text, True),
        [
            (
                *("crossing", "crosses_above", "crosses_above(ema(close, fast), 100)", True),
                [("call", "ema", "ema(close, fast)", False, [close]), ("number", "100", "100", False)],
            ),
            (
                *("and", "and", "0 < rsi(close,14)[1] <= 70", True),
                [
                    ("compare", "<", "0 < rsi(close,14)[1]", True, [("number", "0", "0", False), rsi]),
                    ("compare", "<=", "rsi(close,14)[1] <= 70", True, [rsi, ("number", "70", "70", False)]),
                ],
            ),
            (
                *("not", "not", "not close > on('1h', open)", True),
                [
                    (
                        *("compare", ">", "close > on('1h', open)", True),
                        [close, ("on", "1h", "on('1h', open)", False, [("input", "open", "open", False)])],
                    )
                ],
            ),
        ],
    )


def test_columns_count_from_the_first_character_also_over_lines():
    tree = clauses("  close > 1\n  and open > 2", graph=Graph())

    assert [(clause.text, clause.column) for clause in tree.children] == [("close > 1", 3), ("open > 2", 19)]


def test_parts_that_are_written_twice_are_one_node():
    graph = Graph()

    tree = clauses("ema(close, 12) > 1 and ema(close,12)  < 2", graph=graph)

    first, second = (clause.children[0].node for clause in tree.children)
    assert first is second
    assert first is parse("ema(close, 6 * 2)", graph=graph)


def test_a_clause_inside_on_is_shown_on_the_base_bars():
    graph = Graph()

    tree = clauses("on('1h', on('4h', close > open))", graph=graph, timeframe="5m")
    inner = tree.children[0].children[0]

    assert inner.node.domain == ("1h", "4h")
    assert inner.shown(graph) is tree.node
    assert inner.before(graph) is parse("on('1h', on('4h', (close > open)[1]))", graph=graph)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("close>open", " close  >\n open "),
        ("on('1h',close)", 'on("1h", close)'),
        ("sma( close , 3 )", "sma(close,3)"),
    ],
)
def test_layout_does_not_count_in_the_canonical_form(text, same):
    assert canonical(text) == canonical(same)


def test_what_is_said_counts_in_the_canonical_form():
    assert canonical("a and b") != canonical("a or b")


def test_periods_may_be_arithmetic_of_numbers_and_parameters():
    graph = Graph()

    assert parse("sma(close, 2 * slow)", graph=graph, params={"slow": 26.0}) is parse(
        "sma(close, 52)", graph=graph
    )
    assert parse("close[slow / 2]", graph=graph, params={"slow": 26.0}) is parse("close[13]", graph=graph)


def test_values_may_be_named_by_their_parameters():
    graph = Graph()

    named = parse("macd(close, signal=9, slow=26, fast=12)", graph=graph)

    assert named is parse("macd(close, 12, 26, 9)", graph=graph)
