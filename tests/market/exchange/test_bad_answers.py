"""What an exchange can get wrong: a sentence each, counted, nothing lost, and other work goes on."""

from datetime import timedelta

import numpy as np
import pytest

from heliograph.market.models import Allowance, Feed, Venue
from heliograph.market.sources.exchange.answers import check_candles
from heliograph.market.sources.exchange.client import Client, Market
from heliograph.market.sources.exchange.errors import (
    BadAnswer,
    BadUrl,
    ClockWrong,
    KeyWithoutRights,
    NoSuchExchange,
    NotServed,
    RateLimited,
    VenueDown,
)
from heliograph.market.sources.exchange.poll import poll_due
from heliograph.market.sources.exchange.skew import read_clock
from heliograph.market.sources.exchange.venues import add_venue
from tests.emulated_exchange import Faults, running
from tests.market.exchange.conftest import BTC, FIVE, MARKET, START, venue_at
from tests.market.exchange.stored import fill, findings, stored, watch

SINCE = int(START.timestamp() * 1000)


def ask(venue, *, symbol=BTC):
    return Client(venue).candles(symbol, "5m", since=SINCE, limit=100)


@pytest.mark.parametrize(
    ("kind", "fault", "sentence"),
    [
        ("down", VenueDown, "binance: no answer for BTC/USDT 5m (HTTP 503: "),
        ("cut", VenueDown, "binance: no answer for BTC/USDT 5m (NetworkError)."),
        ("html", BadAnswer, "binance: it answered with a web page."),
        ("truncated", BadAnswer, "binance: it answered with JSON that breaks off or is none."),
    ],
)
def test_a_fault_that_lasts_is_one_sentence(exchange, binance, kind, fault, sentence):
    client = Client(binance)
    client.know_markets()
    exchange.inject(kind, times=3)
    with pytest.raises(fault) as raised:
        client.candles(BTC, "5m", since=SINCE, limit=100)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize("kind", ["down", "cut", "html", "truncated", "limited"])
def test_a_fault_that_passes_costs_a_retry(exchange, binance, kind):
    client = Client(binance)
    client.know_markets()
    exchange.inject(kind)
    assert len(client.candles(BTC, "5m", since=SINCE, limit=100)) == 100


def test_a_ban_keeps_every_process_quiet_until_it_ends(binance):
    with running(MARKET, Faults(retry_after_s=60), at=START + 100 * FIVE, speed=0) as banning:
        Venue.objects.filter(pk=binance.pk).update(url=banning.url)
        venue = Venue.objects.get(pk=binance.pk)
        client = Client(venue)
        client.know_markets()
        banning.inject("banned")
        with pytest.raises(RateLimited) as first:
            client.candles(BTC, "5m", since=SINCE, limit=100)
        asked = banning.served.all_requests
        with pytest.raises(RateLimited) as second:
            Client(venue).clock()
        assert (banning.served.all_requests, second.value.until) == (asked, first.value.until)
    allowance = Allowance.objects.get(venue=binance)
    assert (allowance.refusals, allowance.refused_until) == (1, first.value.until)
    assert str(first.value) == (
        f"binance: no more requests before {first.value.until:%Y-%m-%d %H:%M:%S} UTC; waiting until then."
    )


def test_a_symbol_that_is_not_served_is_named(binance):
    with pytest.raises(NotServed) as raised:
        ask(binance, symbol="DOGE/USDT")
    assert str(raised.value) == (
        "binance: it does not serve DOGE/USDT 5m (BadSymbol: does not have market symbol DOGE/USDT)."
    )


def test_an_unknown_exchange_is_refused_with_the_nearest(db):
    with pytest.raises(NoSuchExchange) as raised:
        add_venue("binanse", at=START)
    assert str(raised.value) == "There is no exchange 'binanse'; did you mean binance?"


@pytest.mark.parametrize("url", ["foo", "file:///etc/passwd", "http://[::1", "http://x:99999999", "http://"])
def test_an_address_that_is_none_is_refused(db, url):
    with pytest.raises(BadUrl) as raised:
        add_venue("binance", at=START, url=url)
    assert str(raised.value).startswith(f"'{url}' is no address of an exchange; write it like https://")
    assert not Venue.objects.exists()


def test_a_password_in_an_address_is_refused_and_not_repeated(db):
    with pytest.raises(BadUrl) as raised:
        add_venue("binance", at=START, url="http://me:secret@mirror.example")
    assert "secret" not in str(raised.value)


def test_candles_that_cannot_be_are_refused_and_counted_and_the_others_stored(exchange, binance):
    [one] = watch([BTC], since=START - 5 * FIVE, at=exchange.clock.now)
    for kind in ("zero", "future"):
        exchange.inject(kind)
    fill([one], at=exchange.clock.now)
    truth = exchange.truth(BTC)
    assert np.array_equal(stored(one.instrument), np.delete(truth, 50, axis=0))
    assert findings() == {"not_positive": 1, "future": 1, "forming": 1}
    # The refused one is a gap, which is asked for again.
    exchange.clock.advance(1000)
    poll_due(at=exchange.clock.now)
    assert np.array_equal(stored(one.instrument), exchange.truth(BTC))


def test_a_candle_whose_high_is_below_its_low_is_refused(exchange, binance):
    [one] = watch([BTC], since=START, at=exchange.clock.now)
    exchange.inject("contradictory")
    fill([one], at=exchange.clock.now)
    assert (len(stored(one.instrument)), findings()) == (99, {"high_below_low": 1})


@pytest.mark.parametrize("skew_s", [-45, 45])
def test_a_venue_whose_clock_is_wrong_is_not_believed(db, skew_s):
    with running(MARKET, Faults(skew_s=skew_s), at=START + 100 * FIVE, speed=0) as wrong:
        venue = venue_at(wrong)
        with pytest.raises(ClockWrong) as raised:
            read_clock(Client(venue), now=lambda: wrong.clock.now)
        assert f"binance: its clock is 45 s {'ahead of' if skew_s > 0 else 'behind'} ours" in str(
            raised.value
        )
        [one] = watch([BTC], since=START + 90 * FIVE, at=wrong.clock.now)
        assert poll_due(at=wrong.clock.now) == 0
        assert (Feed.objects.get(watch=one).error, wrong.served.final_rows) == (str(raised.value), 0)
    venue.refresh_from_db()
    assert venue.skew_ms == pytest.approx(skew_s * 1000, abs=1000)


@pytest.mark.parametrize(("skew_s", "ours_s", "bars"), [(5, 0, 10), (-5, 2, 9), (-5, 6, 10), (5, -3, 9)])
def test_a_bar_is_over_when_it_is_by_both_clocks(db, skew_s, ours_s, bars):
    """`ours_s`: seconds behind the close of the tenth bar, by our clock; the venue's is skewed."""
    at = START + 100 * FIVE + timedelta(seconds=ours_s)
    # What the venue tells is held back by nothing but our judgement: its candles are those of a later moment.
    with running(MARKET, Faults(skew_s=skew_s), at=at, speed=0) as skewed:
        venue_at(skewed)
        [one] = watch([BTC], since=START + 90 * FIVE, at=at)
        fill([one], at=at)
        assert len(stored(one.instrument)) == bars


def test_a_key_without_rights_is_named_and_other_venues_go_on(exchange, binance, monkeypatch):
    [one] = watch([BTC], since=START + 90 * FIVE, at=exchange.clock.now)
    with running(MARKET, at=START + 100 * FIVE, speed=0) as other:
        venue_at(other, name="mirror", priority=200)
        watch([BTC], since=START + 90 * FIVE, at=exchange.clock.now, venue="mirror")
        monkeypatch.setenv("HELIOGRAPH_BINANCE_KEY", "a key")
        monkeypatch.setenv("HELIOGRAPH_BINANCE_SECRET", "a secret")
        assert poll_due(at=exchange.clock.now) == 10
    said = Feed.objects.get(watch=one).error
    with pytest.raises(KeyWithoutRights) as raised:
        Client(binance).markets()
    assert (str(raised.value), said) == (said, raised.value.args[0])
    assert said == (
        "binance: it refuses the key in HELIOGRAPH_BINANCE_KEY for its list of symbols; candles need none:"
        " mend or remove it."
    )


@pytest.mark.parametrize("opens", [-(10**400), -(10**20), -62135597100000, 0, 10**16, 10**400])
@pytest.mark.parametrize("timeframe", ["5m", "1M"])
def test_a_candle_of_no_moment_at_all_is_counted(opens, timeframe):
    good = [SINCE - SINCE % 2_678_400_000, 1, 1, 1, 1, 1] if timeframe == "5m" else []
    checked = check_candles([[opens, 1, 1, 1, 1, 1], good], timeframe=timeframe, clock=SINCE)

    assert (len(checked.rows), checked.findings["unreadable"]) == (len(good) // 6, 2 - len(good) // 6)


@pytest.mark.parametrize(
    ("created", "listed"),
    [(1_709_510_400_000, START), (10**18, None), (-(10**20), None), ("2024-03-04", None), (None, None)],
)
def test_a_listing_of_no_moment_is_unknown_and_the_list_stays_good(binance, monkeypatch, created, listed):
    client = Client(binance)
    one = {"symbol": BTC, "active": True, "created": created}
    monkeypatch.setattr(client._exchange, "load_markets", lambda _: {BTC: one})

    assert client.markets() == [Market(BTC, True, listed)]


def test_json_that_is_too_deep_is_a_bad_answer(binance):
    client = Client(binance)
    client._status = 200

    with pytest.raises(BadAnswer):
        client._parse("[" * 1_000_000)
