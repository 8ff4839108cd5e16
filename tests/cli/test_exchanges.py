"""`heliograph venue`, `watch` and `unwatch`, against the emulated exchange."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from heliograph.market.models import Series, Venue, Watch
from tests.cli.conftest import refused
from tests.emulated_exchange import Market, running

BARS = 400
FIVE = timedelta(minutes=5)


@pytest.fixture
def exchange(transactional_db):
    """An exchange of today, since commands live by our clock."""
    start = datetime.fromtimestamp(datetime.now(UTC).timestamp() // 300 * 300, UTC) - BARS * FIVE
    market = Market.made_up(symbols=["BTC/USDT", "ETH/USDT"], timeframe="5m", start=start, bars=2 * BARS)
    with running(market, at=datetime.now(UTC)) as running_exchange:
        yield running_exchange


@pytest.fixture
def binance(exchange, heliograph):
    answer = heliograph("venue", "add", "binance", "--url", exchange.url, "--per-second", 1000)
    assert (answer.code, answer.out, answer.err) == (
        0,
        "binance: 2 symbols listed; 2 new, 0 back, 0 delisted.\n",
        "",
    )
    return exchange


def test_two_commands_are_all_that_a_user_needs(binance, heliograph):
    answer = heliograph("watch", "BTC/USDT", "BINANCE:ETHUSDT", "--timeframe", "5m", "--since", "1d")
    bars = Series.objects.first().bars
    # The bars that opened within a day and are over.
    assert bars in (287, 288)
    assert (answer.code, answer.out, answer.err) == (0, f"2 series watched, {2 * bars} bars fetched.\n", "")
    listed = json.loads(heliograph("watch", "--list", "--json").out)["items"]
    facts = ("venue", "symbol", "timeframe", "bars", "feeds", "source", "unserved", "error")
    assert [[one[name] for name in facts] for one in listed] == [
        ["binance", symbol, "5m", bars, ["binance"], "binance", 0, ""] for symbol in ("BTC/USDT", "ETH/USDT")
    ]


def test_a_fault_of_the_exchange_is_one_sentence_and_the_command_goes_on_when_repeated(binance, heliograph):
    words = ("watch", "BTC/USDT", "--timeframe", "5m", "--since", "1d")
    binance.inject("html", times=50)
    failed = heliograph(*words)
    assert (failed.code, failed.out) == (3, "")
    assert failed.err.splitlines()[-1] == "binance: it answered with a web page."
    binance.inject("html", times=-50)
    again = heliograph(*words)
    assert (again.code, again.out.startswith("1 series watched, 28"), Watch.objects.count()) == (0, True, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("venue", "add", "binanse"), "There is no exchange 'binanse'; did you mean binance?"),
        (
            ("watch", "BTC/USDT", "--timeframe", "5m"),
            "No exchange was added yet; `heliograph venue add binance` adds one.",
        ),
        (
            ("watch", "BTC/USDT", "--timeframe", "5m", "--venue", "kraken"),
            "There is no venue 'kraken'; `heliograph venue add kraken` adds it.",
        ),
        (("watch", "BTC/USDT"), "Say which bars are wanted, such as --timeframe 5m."),
        (
            ("unwatch", "BTC/USDT"),
            "BTC/USDT is not watched; `heliograph watch --list` shows what is.",
        ),
        (
            ("venue", "remove", "kraken"),
            "There is no venue 'kraken'; `heliograph venue add kraken` adds it.",
        ),
    ],
)
def test_wrong_use_is_one_sentence(db, heliograph, words, sentence):
    assert refused(heliograph(*words)) == sentence


def test_a_venue_with_watches_or_candles_is_not_removed(binance, heliograph):
    heliograph("watch", "BTC/USDT", "--timeframe", "1h", "--since", "1d")
    assert refused(heliograph("venue", "remove", "binance")) == (
        "Series are watched at binance; end that first: `heliograph watch --list`."
    )
    ended = heliograph("unwatch", "BTC-USDT")
    assert (ended.code, ended.out) == (0, "1 series no longer watched; the candles stay.\n")
    assert refused(heliograph("venue", "remove", "binance")) == (
        "binance has delivered candles, which stay; a venue with candles is not removed."
    )


def test_a_venue_without_candles_goes(binance, heliograph):
    assert heliograph("venue", "sync").out == "binance: 2 symbols listed; 0 new, 0 back, 0 delisted.\n"
    listed = json.loads(heliograph("venue", "list", "--json").out)["items"]
    assert [(one["name"], one["listed"], one["error"]) for one in listed] == [("binance", 2, "")]
    assert heliograph("venue", "remove", "binance").out == "binance is removed.\n"
    assert Venue.objects.count() == 0


def test_nothing_is_stored_of_a_venue_that_does_not_answer(db, heliograph):
    answer = heliograph("venue", "add", "binance", "--url", "http://127.0.0.1:9", "--per-second", 1000)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.splitlines()[-1].startswith("binance: no answer for its list of symbols (")
    assert Venue.objects.count() == 0
