"""What a venue lists comes and goes; its history stays."""

from datetime import timedelta

import pytest

from heliograph.market.models import Instrument, Listing, Venue, Watch
from heliograph.market.sources.exchange.client import Market
from heliograph.market.sources.exchange.errors import BadAnswer, Delisted, NoSuchSymbol, NoSuchTimeframe
from heliograph.market.sources.exchange.poll import poll_due
from heliograph.market.sources.exchange.universe import (
    Synced,
    store_markets,
    sync_due,
    sync_universe,
)
from heliograph.market.sources.exchange.venues import list_venues
from heliograph.market.sources.exchange.watches import add_watches
from tests.market.exchange.conftest import BTC, FIVE, START, klines
from tests.market.exchange.stored import fill, stored, watch

ETH = "ETH/USDT"
AT = START + 100 * FIVE
DAY = timedelta(days=1)


def names(*, without=()):
    return [Market(symbol, True, None) for symbol in (BTC, ETH, "SOL/USDT") if symbol not in without]


def test_a_symbol_that_goes_and_comes_back_has_two_listings(exchange, binance):
    exchange.delist(ETH)
    gone = sync_universe(binance, at=AT + DAY)
    assert gone == Synced("binance", listed=2, delisted=1)
    assert Instrument.objects.get(symbol=ETH).delisted_at == AT + DAY
    back = store_markets(binance, names(), at=AT + 2 * DAY)
    assert back == Synced("binance", listed=3, back=1)
    spans = Listing.objects.filter(instrument__symbol=ETH).order_by("listed_at")
    assert list(spans.values_list("listed_at", "delisted_at")) == [(AT, AT + DAY), (AT + 2 * DAY, None)]
    assert Instrument.objects.get(symbol=ETH).delisted_at is None


def test_reading_the_list_again_changes_nothing(exchange, binance):
    before = list(Listing.objects.values())
    assert sync_universe(binance, at=AT + DAY) == Synced("binance", listed=3)
    assert list(Listing.objects.values()) == before


def test_a_list_that_leaves_out_most_symbols_delists_none(binance):
    many = [Market(f"C{n}/USDT", True, None) for n in range(40)]
    store_markets(binance, names() + many, at=AT)
    with pytest.raises(BadAnswer) as raised:
        store_markets(binance, names(), at=AT + DAY)
    assert str(raised.value) == (
        "binance: its list names 3 symbols and leaves out 40 of 43 that it had; nothing is taken for"
        " delisted."
    )
    assert Instrument.objects.exclude(delisted_at=None).count() == 0


def test_lists_are_read_each_hour_and_one_that_fails_does_not_stop_the_others(exchange, binance):
    Venue.objects.create(
        name="dead", kind="exchange", exchange="kraken", url="http://127.0.0.1:9", interval_ms=1
    )
    assert [one.venue for one in sync_due(at=AT)] == ["dead"]
    assert sync_due(at=AT + timedelta(minutes=1)) == []
    later = sync_due(at=AT + timedelta(hours=1))
    assert [(one.venue, one.listed, bool(one.refused)) for one in later] == [
        ("binance", 3, False),
        ("dead", 0, True),
    ]
    errors = {one.name: one.error for one in list_venues()}
    assert errors["binance"] == ""
    assert errors["dead"].startswith("dead: no answer for its list of symbols (")


def test_what_cannot_be_watched_is_said_with_a_remedy(exchange, binance):
    exchange.delist(ETH)
    sync_universe(binance, at=AT + DAY)
    with pytest.raises(NoSuchSymbol) as unknown:
        watch(["BTC/USD"], since=START, at=AT)
    with pytest.raises(Delisted) as gone:
        watch([BTC, "ETH-USDT"], since=START, at=AT)
    Venue.objects.create(name="kraken", kind="exchange", exchange="kraken", synced_at=AT)
    with pytest.raises(NoSuchTimeframe) as lacking:
        add_watches([BTC], timeframe="3m", since=START, at=AT, venue="kraken")
    assert [str(one.value) for one in (unknown, gone, lacking)] == [
        "binance does not trade BTC/USD; did you mean BTC/USDT?",
        "binance has not traded ETH/USDT since 2024-03-05; nothing new comes of it.",
        "kraken has no candles of 3m; it has 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w.",
    ]
    # All or none.
    assert Watch.objects.count() == 0


def test_a_delisted_series_is_read_to_its_end_and_then_left_alone(exchange, binance):
    [one] = watch([ETH], since=START + 90 * FIVE, at=exchange.clock.now)
    fill([one], at=exchange.clock.now)
    exchange.clock.advance(310)
    exchange.delist(ETH)
    sync_universe(binance, at=exchange.clock.now)
    for _ in range(3):
        exchange.clock.advance(310)
        poll_due(at=exchange.clock.now)
    asked = klines(exchange)
    for _ in range(20):
        exchange.clock.advance(310)
        poll_due(at=exchange.clock.now)
    assert (len(stored(one.instrument)), klines(exchange) - asked) == (11, 0)
