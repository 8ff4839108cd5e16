"""Each finding covers the words that are wrong, and a suggestion put in their place is right."""

import pytest

from heliograph.engine.strategy import BadStrategy, Strategy

RIGHT = """\
name = "x"
timeframe = "1h"
[universe]
include = ["*"]
[params]
fast = {default = 12, min = 5, max = 30}
[long]
enter = '''
  crosses_above(ema(close, fast), ema(close, n=26))
  and close > open'''
exit = "rsi(close, 14) > 70"
expires = 48
[execution]
fill = "close"
"""


def first_finding(text):
    with pytest.raises(BadStrategy) as caught:
        Strategy.parse(text)
    return caught.value.findings[0]


def covered(text, finding):
    """The piece of the text that a finding points at, and where it ends."""
    start = sum(len(line) + 1 for line in text.split("\n")[: finding.line - 1]) + finding.column - 1
    return start, start + finding.length


@pytest.mark.parametrize(
    ("right", "wrong", "word", "suggestion"),
    [
        ("ema(close, fast)", "emaa(close, fast)", "emaa", "ema"),
        ("rsi(close, 14)", "rsi(clse, 14)", "clse", "close"),
        ("ema(close, fast)", "ema(close, fasst)", "fasst", "fast"),
        ("n=26", "nn=26", "nn", "n"),
        ("rsi(close, 14)", "rsi(close, 014)", "014", "14"),
        ("exit =", "exitt =", "exitt", "exit"),
        ("[universe]", "[universse]", "[universse]", "[universe]"),
        ('"close"\n', '"clos"\n', '"clos"', '"close"'),
        ('timeframe = "1h"', 'timeframe = "1hh"', '"1hh"', '"1h"'),
        ("max = 30", "maxx = 30", "maxx", "max"),
        ("expires = 48", "expires = 0.5", "0.5", None),
        ("expires = 48", "expires = [4, 8]", "[4, 8]", None),
        ("rsi(close, 14) > 70", "rsi(close, 14) = 70", "=", None),
        ("rsi(close, 14) > 70", "rsi(close, 14) >", '"', None),
        ("timeframe =", 'data.mod = "live"\ntimeframe =', "data.mod", None),
    ],
)
def test_a_finding_covers_the_wrong_words_and_its_suggestion_mends_them(right, wrong, word, suggestion):
    text = RIGHT.replace(right, wrong, 1)
    finding = first_finding(text)
    start, end = covered(text, finding)

    assert (text[start:end], finding.suggestion) == (word, suggestion)
    if suggestion:
        assert text[:start] + suggestion + text[end:] == RIGHT


def test_in_an_escaped_text_the_length_counts_the_characters_of_the_file():
    text = RIGHT.replace('"rsi(close, 14) > 70"', '"\\u0065maa(close, 14) > 70"')
    finding = first_finding(text)
    start, end = covered(text, finding)

    assert text[start:end] == "\\u0065maa"
    assert text[:start] + finding.suggestion + text[end:] == RIGHT.replace("rsi(", "ema(")
