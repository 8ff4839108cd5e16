"""What an expression means, against an interpreter of our own that knows neither graph nor arrays.

It works on one bar after another with Python's numbers and `None` for unknown, as the language's page says.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.engine.bars import Bars
from heliograph.engine.graph import Graph
from heliograph.engine.language import parse
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner

HOUR = 3_600_000
FIELDS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Piece:
    """An expression: how it is written, and its value at each bar that exists, None where unknown."""

    text: str
    values: Callable[[list[dict]], list]


def finite(value):
    return value if value is not None and math.isfinite(value) else None


def known(compute):
    """Applies to known values only; what cannot be computed or is not finite is unknown."""

    def apply(*values):
        if any(value is None for value in values):
            return None
        try:
            return finite(compute(*values))
        except (ArithmeticError, ValueError):
            return None

    return apply


def both(a, b):
    if False in (a, b):
        return False
    return None if None in (a, b) else True


def either(a, b):
    if True in (a, b):
        return True
    return None if None in (a, b) else False


def chosen(condition, a, b):
    return None if condition is None else a if condition else b


ARITHMETIC = {
    "+": known(lambda a, b: a + b),
    "-": known(lambda a, b: a - b),
    "*": known(lambda a, b: a * b),
    "/": known(lambda a, b: a / b),
    "%": known(lambda a, b: a % b),
}
COMPARISONS = {
    "<": known(lambda a, b: a < b),
    "<=": known(lambda a, b: a <= b),
    ">": known(lambda a, b: a > b),
    ">=": known(lambda a, b: a >= b),
    "==": known(lambda a, b: a == b),
    "!=": known(lambda a, b: a != b),
}


def over(compute, *pieces):
    return lambda bars: [compute(*row) for row in zip(*(piece.values(bars) for piece in pieces), strict=True)]


def ago(piece, count):
    return lambda bars: (
        [None] * min(count, len(bars))
        + piece.values(bars)[: len(bars) - count or None][: max(len(bars) - count, 0)]
    )


def crossing(a, b, *, up):
    def values(bars):
        first, second = a.values(bars), b.values(bars)
        before = zip([None, *first[:-1]], [None, *second[:-1]], strict=True) if bars else ()
        rows = zip(before, zip(first, second, strict=True), strict=True)
        was, now = (COMPARISONS["<="], COMPARISONS[">"]) if up else (COMPARISONS[">="], COMPARISONS["<"])
        return [both(was(*past), now(*present)) for past, present in rows]

    return values


def windowed(piece, count, compute):
    """Of the last `count` known values; unknown where this bar's is, or while there are fewer."""

    def values(bars):
        seen, found = [], []
        for value in piece.values(bars):
            seen += [] if value is None else [value]
            found.append(None if value is None or len(seen) < count else compute(seen[-count:]))
        return found

    return values


def inputs():
    fields = st.sampled_from(FIELDS)
    return fields.map(lambda name: Piece(name, lambda bars: [bar[name] for bar in bars]))


def constants():
    return st.sampled_from(["0", "1", "2.5", "3", "10"]).map(
        lambda text: Piece(text, lambda bars: [float(text)] * len(bars))
    )


def numbers_from(numbers, conditions):
    ops, counts = st.sampled_from(sorted(ARITHMETIC)), st.integers(0, 3)
    return st.one_of(
        st.builds(
            lambda o, a, b: Piece(f"({a.text} {o} {b.text})", over(ARITHMETIC[o], a, b)),
            ops,
            numbers,
            numbers,
        ),
        numbers.map(lambda a: Piece(f"(-{a.text})", over(known(lambda x: -x), a))),
        numbers.map(lambda a: Piece(f"abs({a.text})", over(known(abs), a))),
        st.builds(lambda a, b: Piece(f"min({a.text}, {b.text})", over(known(min), a, b)), numbers, numbers),
        st.builds(lambda a, b: Piece(f"max({a.text}, {b.text})", over(known(max), a, b)), numbers, numbers),
        st.builds(lambda a, n: Piece(f"({a.text})[{n}]", ago(a, n)), numbers, counts),
        st.builds(
            lambda a, n: Piece(f"highest({a.text}, {n + 1})", windowed(a, n + 1, max)), numbers, counts
        ),
        st.builds(
            lambda c, a, b: Piece(f"if_else({c.text}, {a.text}, {b.text})", over(chosen, c, a, b)),
            conditions,
            numbers,
            numbers,
        ),
    )


def conditions_from(numbers, conditions):
    signs = st.sampled_from(sorted(COMPARISONS))
    return st.one_of(
        st.builds(
            lambda o, a, b: Piece(f"{a.text} {o} {b.text}", over(COMPARISONS[o], a, b)),
            signs,
            numbers,
            numbers,
        ),
        st.builds(chained, signs, signs, numbers, numbers, numbers),
        st.builds(lambda a, b: Piece(f"({a.text} and {b.text})", over(both, a, b)), conditions, conditions),
        st.builds(lambda a, b: Piece(f"({a.text} or {b.text})", over(either, a, b)), conditions, conditions),
        conditions.map(lambda a: Piece(f"(not ({a.text}))", over(known(lambda x: not x), a))),
        conditions.map(lambda a: Piece(f"({a.text})[1]", ago(a, 1))),
        st.builds(
            lambda a, b: Piece(f"crosses_above({a.text}, {b.text})", crossing(a, b, up=True)),
            numbers,
            numbers,
        ),
        st.builds(
            lambda a, b: Piece(f"crosses_below({a.text}, {b.text})", crossing(a, b, up=False)),
            numbers,
            numbers,
        ),
    )


def chained(first, second, a, b, c):
    links = over(COMPARISONS[first], a, b), over(COMPARISONS[second], b, c)
    return Piece(
        f"{a.text} {first} {b.text} {second} {c.text}",
        lambda bars: [both(*pair) for pair in zip(links[0](bars), links[1](bars), strict=True)],
    )


def expressions(depth=3):
    numbers, conditions = (
        st.one_of(inputs(), constants()),
        st.sampled_from(
            [
                Piece("true", lambda bars: [True] * len(bars)),
                Piece("false", lambda bars: [False] * len(bars)),
            ]
        ),
    )
    for _ in range(depth):
        numbers, conditions = (
            st.one_of(numbers, numbers_from(numbers, conditions)),
            st.one_of(conditions_from(numbers, conditions), conditions),
        )
    return st.one_of(numbers, conditions)


PRICE = st.sampled_from([1.0, 2.0, 2.5, 3.0, 10.0])
BAR = st.fixed_dictionaries(
    {**{name: PRICE for name in FIELDS[:4]}, "volume": st.sampled_from([None, 0.0, 1.0, 5.0])}
)


def as_bars(rows):
    columns = {
        name: np.array(
            [math.nan if row is None or row[name] is None else row[name] for row in rows], dtype=float
        )
        for name in FIELDS
    }
    return Bars.single(np.arange(len(rows), dtype=np.int64) * HOUR, **columns)


@settings(max_examples=400, deadline=None)
@given(expressions(), st.lists(st.one_of(st.none(), BAR, BAR, BAR), min_size=1, max_size=12))
def test_an_expression_means_what_the_page_of_the_language_says(piece, rows):
    graph = Graph()
    node = parse(piece.text, graph=graph, timeframe="1h")
    (found,) = Runner(Plan.compile([node], graph, timeframe="1h"), instruments=1).advance(as_bars(rows))

    expected = iter(piece.values([row for row in rows if row is not None]))
    wanted = [None if row is None else next(expected) for row in rows]
    np.testing.assert_array_equal(
        found[0], [math.nan if value is None else float(value) for value in wanted], err_msg=piece.text
    )
