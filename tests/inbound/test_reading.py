"""Alerts as people send them are read, and what cannot be followed is refused in a sentence."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.inbound.errors import BadAlert
from heliograph.inbound.reading import Body, Reading

MORNING = datetime(2026, 1, 2, 10, tzinfo=UTC)


def read(body):
    content = (
        body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    )
    return Body.of(content).reading()


def wrong(body):
    with pytest.raises(BadAlert) as caught:
        read(body)
    return str(caught.value)


FULL = {
    "secret": "hush",
    "ticker": "BTCUSDT",
    "exchange": "BINANCE",
    "action": "buy",
    "close": "64000.5",
    "stop": "63,000",
    "tp1": 65000,
    "tp2": "66000",
    "time": "2026-01-02T10:00:00Z",
    "timenow": "2026-01-02T11:00:01Z",
    "interval": "60",
    "plot_0": "12.5",
}


def test_json_with_the_placeholders_of_tradingview_is_read():
    assert read(FULL) == Reading(
        symbol="BTCUSDT",
        exchange="BINANCE",
        action="long",
        stop=63_000.0,
        targets=(65_000.0, 66_000.0),
        time=MORNING,
        fired=datetime(2026, 1, 2, 11, 0, 1, tzinfo=UTC),
        timeframe="1h",
    )


def test_the_secret_is_taken_out_and_not_kept():
    body = Body.of(json.dumps(FULL).encode())
    assert (body.secret, "hush" in body.text) == ("hush", False)
    text = Body.of(b"secret=hush-hush buy BINANCE:BTCUSDT stop=1")
    assert (text.secret, text.text) == ("hush-hush", "secret=*** buy BINANCE:BTCUSDT stop=1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("buy BINANCE:BTCUSDT", Reading("BINANCE:BTCUSDT", "", "long")),
        ("Trend on BTCUSDT: sell @ 64000 stop=65000", Reading("BTCUSDT", "", "short", stop=65_000.0)),
        (
            "SELL: NASDAQ:GOOG, target=120 target2=110",
            Reading("NASDAQ:GOOG", "", "short", targets=(120.0, 110.0)),
        ),
        ("close BTC/USDT", Reading("BTC/USDT", "", "exit")),
        ("exit_long ETHUSDT.P id=7", Reading("ETHUSDT.P", "", "exit", side="long", id="7")),
        (
            "EMA cross up!\nbuy BTCUSDT\ntime=2026-01-02T10:00:00Z",
            Reading("BTCUSDT", "", "long", time=MORNING),
        ),
        (
            "Trend (9, 21): order buy @ 0.15 filled on BTCUSDT. New strategy position is 0.15",
            Reading("BTCUSDT", "", "long"),
        ),
        ("X: order sell @ 2 filled on GOOG. New strategy position is -2", Reading("GOOG", "", "short")),
        ("X: order sell @ 2 filled on GOOG. New strategy position is 0", Reading("GOOG", "", "exit")),
    ],
)
def test_lines_of_text_are_read(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"action": "BUY"}, ("long", "")),
        ({"side": "Enter Long"}, ("long", "")),
        ({"signal": "go-short"}, ("short", "")),
        ({"action": "close_short"}, ("exit", "short")),
        ({"action": "sell", "market_position": "flat"}, ("exit", "")),
        ({"market_position": "short"}, ("short", "")),
        ({"action": "buy", "market_position": "long"}, ("long", "")),
    ],
)
def test_actions_have_many_words(words, expected):
    found = read({"symbol": "GOOG"} | words)
    assert (found.action, found.side) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [("1", "1m"), ("240", "4h"), ("D", "1d"), ("1W", "1w"), ("M", "1M"), ("4h", "4h"), ("7", "7")],
)
def test_intervals_of_tradingview_are_timeframes(text, name):
    assert read({"symbol": "GOOG", "action": "buy", "interval": text}).timeframe == name


@pytest.mark.parametrize("stop", ["NaN", "", "na", "null", None])
def test_a_level_that_is_not_there_is_none(stop):
    assert read({"symbol": "GOOG", "action": "buy", "stop": stop}).stop is None


def test_moments_are_read_as_iso_and_as_numbers():
    for moment in (
        "2026-01-02T10:00:00Z",
        "2026-01-02T11:00:00+01:00",
        "2026-01-02 10:00",
        1767348000,
        "1767348000000",
    ):
        assert read({"symbol": "GOOG", "action": "buy", "time": moment}).time == MORNING


OK = {"symbol": "GOOG", "action": "buy"}
WRONG = [
    (b"", "The body is empty"),
    (b"\xff\xfe", "no text in UTF-8"),
    (b"a\x00b", "The body is empty"),
    ("{", "begins like JSON and is none"),
    ('{"symbol": GOOG}', "are all placeholders of texts in quotes?"),
    ('{"symbol": "A1", "symbol": "B1"}', "a field stands there twice"),
    ("[" * 9, "names no `action`"),
    ('{"a":' * 5_000, "begins like JSON and is none"),
    ({"action": "buy"}, "The alert names no `symbol`"),
    ({"symbol": "GOOG"}, "The alert names no `action`"),
    (OK | {"action": "hold"}, "`hold` is no action; there are buy, sell,"),
    (OK | {"action": ["buy"]}, "`action` must be a text."),
    (OK | {"stopp": 1}, "There is no field `stopp` in an alert. Did you mean `stop`?"),
    (OK | {"stop": 1, "sl": 2}, "says again what another field says already"),
    (OK | {"stop": "cheap"}, "`stop` must be a price above 0, not cheap."),
    (OK | {"stop": -5}, "`stop` must be a price above 0, not -5."),
    (OK | {"stop": True}, "must be a price above 0"),
    (OK | {"stop": {"a": 1}}, "must be a price above 0"),
    (OK | {"stop": 1e301}, "must be a price above 0"),
    (OK | {"targets": [1, 2, 3, 4]}, "at most 3 targets, not 4"),
    (OK | {"targets": "5, 5"}, "The targets must differ"),
    (OK | {"time": "tomorrow"}, "`time` must be a moment such as"),
    (OK | {"time": "9999999999999999999"}, "`time` must be a moment"),
    (OK | {"symbol": "{{ticker}}"}, "TradingView did not fill in this placeholder"),
    (OK | {"symbol": "X" * 65}, "`symbol` must be at most 64 letters on one line."),
    (OK | {"market_position": "short"}, "parts of one are not followed"),
    ("buy and sell GOOG", "The text says both `buy` and `sell`."),
    ("buy GOOG stopp=1", "There is no field `stopp` in an alert. Did you mean `stop`?"),
    ("X: order sell @ 2 filled on GOOG. New strategy position is 1", "parts of one are not followed"),
]


@pytest.mark.parametrize(("body", "sentence"), WRONG)
def test_what_cannot_be_followed_is_refused_in_a_sentence(body, sentence):
    assert sentence in wrong(body)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_no_body_breaks_it(content):
    with suppress(BadAlert):
        Body.of(content).reading()


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=20)),
    lambda inside: st.one_of(
        st.lists(inside, max_size=3), st.dictionaries(st.text(max_size=5), inside, max_size=3)
    ),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["symbol", "action", "stop", "targets", "tp1", "time", "timenow", "interval", "id", "secret"]
)


@given(st.dictionaries(KEYS, VALUES))
def test_no_json_breaks_it(fields):
    with suppress(BadAlert):
        Body.of(json.dumps({"symbol": "GOOG", "action": "buy"} | fields).encode()).reading()
