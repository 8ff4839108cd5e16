"""No text, however strange, raises anything but the error of the language."""

from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.engine.functions import FUNCTIONS
from heliograph.engine.graph import Graph
from heliograph.engine.language import BadExpression, canonical, clauses

PIECES = st.sampled_from(
    [
        *(
            "open",
            "close",
            "volume",
            "fast",
            "true",
            "false",
            "and",
            "or",
            "not",
            "on",
            "'1h'",
            "'4h'",
            "if",
            "in",
        ),
        *(
            "(",
            ")",
            "[",
            "]",
            ",",
            "+",
            "-",
            "*",
            "/",
            "%",
            "<",
            "<=",
            "==",
            "!=",
            "=",
            "**",
            ".",
            ":",
            "0",
            "1",
        ),
        *("14", "2.5", "1e3", "10001", "x", "\n", " ", "é", "\0", "'", '"', "#", *FUNCTIONS),
    ]
)


def read(text):
    """The clause of a text, None if it is refused properly."""
    try:
        return clauses(text, graph=Graph(), params={"fast": 12.0}, timeframe="5m")
    except BadExpression as error:
        refusal = error
    assert 1 <= refusal.column <= len(text) + 1
    assert refusal.caret().count("\n") == 1
    return None


@given(st.text(max_size=200))
def test_random_text_is_read_or_refused(text):
    read(text)


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=25).map(" ".join))
def test_random_pieces_of_the_language_are_read_or_refused(text):
    read(text)


@settings(max_examples=300)
@given(st.lists(PIECES, min_size=1, max_size=12).map(" ".join))
def test_what_is_read_reads_the_same_in_its_canonical_form(text):
    clause = read(text)
    if clause is not None:
        again = read(canonical(text))
        assert (again.node.op, again.truth) == (clause.node.op, clause.truth)
        assert canonical(canonical(text)) == canonical(text)
