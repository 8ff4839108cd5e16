"""An alert is taken from whom it should come, in time, and once."""

import json
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection

from heliograph.engine.timeframe import Timeframe
from heliograph.inbound.accept import accept
from heliograph.inbound.bars import bar_of
from heliograph.inbound.errors import (
    BadAlert,
    BadSource,
    NoSuchSource,
    NotLetIn,
    TooManyAlerts,
    WrongAddress,
)
from heliograph.inbound.follow import follow_alerts
from heliograph.inbound.models import Alert, Source
from heliograph.inbound.sources import TRADINGVIEW, Asked, add_source, list_sources, remove_source
from heliograph.market.models import Replay
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.models import Signal, StrategyVersion
from heliograph.signals.strategies import add_strategy
from tests.inbound.conftest import Desk
from tests.signals.world import BUSY, START, feed_one, make_venue, walk

pytestmark = pytest.mark.django_db

BUY = '{"symbol": "BTCUSDT", "action": "buy"}'


def refused(desk, bar, text, **named):
    found = desk.alert(bar, text, **named)
    assert found.alert.state == Alert.State.REFUSED
    return found.alert.reason


@pytest.mark.parametrize("name", ["BINANCE:BTCUSDT", "BTCUSDT", "BTC/USDT", "btc-usdt", "BINANCE:BTCUSDT.P"])
def test_symbols_of_tradingview_find_the_instrument(desk, name):
    desk.feed(4)
    alert = desk.alert(5, json.dumps({"symbol": name, "action": "buy"})).alert
    assert (alert.state, alert.instrument, alert.bar_time) == ("waiting", desk.instrument, desk.open(5))


def test_a_perpetual_contract_is_found_before_its_pair(desk):
    desk.feed(4)
    batch, (contract,) = make_venue("swaps", symbols=("BTC/USDT:USDT",))
    feed_one(batch, contract, walk(3, 5))
    assert desk.alert(5, '{"symbol": "BYBIT:BTCUSDT.P", "action": "buy"}').alert.instrument == contract
    assert desk.alert(5, BUY).alert.instrument == desk.instrument


def test_what_is_stored_twice_needs_the_exchange_or_the_venue_of_the_source(desk):
    desk.feed(4)
    batch, (other,) = make_venue("binance")
    feed_one(batch, other, walk(3, 5))
    assert refused(desk, 5, BUY) == (
        "BTC/USDT is stored at binance, file; add the source with --venue to say which."
    )
    named = '{"symbol": "BINANCE:BTCUSDT", "action": "buy"}'
    assert desk.alert(5, named).alert.instrument == other
    _, secret = add_source("second", asked=Asked(), venue="file", at=desk.open(0))
    found = accept("second", BUY.encode(), secret=secret, at=desk.close(5))
    assert found.alert.instrument == desk.instrument


def test_the_secret_may_stand_in_the_body(desk):
    desk.feed(4)
    body = json.dumps({"symbol": "BTCUSDT", "action": "buy", "secret": desk.secret})
    alert = desk.alert(5, body, secret="").alert
    assert (alert.state, desk.secret in alert.body) == ("waiting", False)


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 43, "\udcff"])
@pytest.mark.parametrize("name", ["desk", "nobody"])
def test_who_has_no_secret_learns_nothing(desk, name, secret):
    with pytest.raises(NotLetIn, match="no such source, or the secret is not its own"):
        accept(name, BUY.encode(), secret=secret, at=desk.close(5))
    assert Alert.objects.count() == 0


def test_the_secret_itself_is_not_stored(desk):
    source = Source.objects.get()
    assert desk.secret not in str(source.__dict__)
    assert len(desk.secret) >= 43


def test_a_repeat_is_known_and_not_stored_twice(desk):
    desk.feed(4)
    first, again = desk.alert(5, BUY), desk.alert(5, BUY, at=desk.close(5, seconds=40))
    assert (first.is_known, again.is_known, first.alert) == (False, True, again.alert)
    desk.feed(5)
    follow_alerts(at=desk.close(5))
    assert desk.alert(5, BUY, at=desk.close(5, seconds=50)).is_known
    # The same words a bar later are another alert.
    assert not desk.alert(6, BUY).is_known
    assert Signal.objects.count() == 1


def test_an_id_makes_two_the_same_whatever_else_they_say(desk):
    desk.feed(4)
    first = desk.alert(5, '{"symbol": "BTCUSDT", "action": "buy", "id": "a-7", "close": 1}')
    again = desk.alert(9, '{"symbol": "BTCUSDT", "action": "buy", "id": "a-7", "close": 2}')
    assert (again.is_known, again.alert) == (True, first.alert)


def test_one_that_is_refused_is_kept_with_its_reason_and_known_when_it_comes_again(desk):
    text = '{"symbol": "ETHUSDT", "action": "buy"}'
    assert refused(desk, 5, text).startswith("There are no 1h candles of ETHUSDT (ETH/USDT); import them")
    assert desk.alert(5, text).is_known
    assert refused(desk, 6, "{").startswith("The body begins like JSON")
    assert refused(desk, 7, b"x" * 20_000) == "An alert has at most 16,384 bytes."
    assert [item.refused for item in list_sources()] == [3]


@pytest.mark.parametrize(
    "text",
    [
        '{"symbol": "BTCUSDT", "action": "buy", "stop": "\\u0000"}',
        '{"symbol": "BTCUSDT", "action": "buy", "stop": "\\ud800"}',
        '{"symbol": "BTCUSDT", "action": "buy", "\\u0000\\ud800": 1}',
        '{"symbol": "\\u0000", "action": "buy"}',
        '{"symbol": "BTCUSDT", "action": "\\ud800"}',
        b"buy \x00",
        b"\xff",
    ],
)
def test_what_the_database_cannot_hold_is_refused_and_kept(desk, text):
    assert refused(desk, 5, text)
    assert Alert.objects.count() == 1


def test_another_timeframe_needs_another_source(desk):
    desk.feed(4)
    assert "of the timeframe 4h, the source of 1h" in refused(
        desk, 5, '{"symbol": "BTCUSDT", "action": "buy", "interval": "240"}'
    )


HOUR = Timeframe.parse("1h")
TEN = datetime(2026, 1, 2, 10, tzinfo=UTC)


def bar(named, clock, frame=HOUR):
    return to_datetime(bar_of(frame, named=named, clock=clock))


@pytest.mark.parametrize(
    ("after", "named", "expected"),
    [
        # Nothing named: the bar that has just closed, else the one under way.
        (timedelta(seconds=1), None, TEN - timedelta(hours=1)),
        (timedelta(seconds=60), None, TEN - timedelta(hours=1)),
        (timedelta(seconds=61), None, TEN),
        (timedelta(minutes=59), None, TEN),
        # The bar itself named, as {{time}} does.
        (timedelta(seconds=30), TEN - timedelta(hours=1), TEN - timedelta(hours=1)),
        (timedelta(minutes=25), TEN, TEN),
        (timedelta(minutes=25), TEN + timedelta(minutes=20), TEN),
    ],
)
def test_an_alert_belongs_to_the_bar_at_whose_close_a_signal_of_ours_would_be(after, named, expected):
    assert bar(named, TEN + after) == expected


def test_one_that_comes_too_late_or_names_the_future_is_refused():
    with pytest.raises(
        BadAlert, match="09:00 UTC closed 61 s before the alert came; it must come within 60 s"
    ):
        bar(TEN - timedelta(hours=1), TEN + timedelta(seconds=61))
    with pytest.raises(BadAlert, match="11:00 UTC, which has not begun"):
        bar(TEN + timedelta(hours=1), TEN + timedelta(minutes=59))
    # Half a bar, where that is shorter.
    with pytest.raises(BadAlert, match="within 30 s"):
        bar(TEN, TEN + timedelta(seconds=91), Timeframe.parse("1m"))


def test_nobody_can_make_up_a_past(desk):
    desk.feed(50)
    told = {"symbol": "BTCUSDT", "action": "buy", "time": desk.open(20).isoformat()}
    assert "closed 30 h before the alert came" in refused(desk, 50, json.dumps(told))
    told = {"symbol": "BTCUSDT", "action": "buy", "timenow": desk.open(49).isoformat()}
    assert "more than 5 minutes ago" in refused(desk, 50, json.dumps(told))
    told = {"symbol": "BTCUSDT", "action": "buy", "timenow": desk.open(60).isoformat()}
    assert "which is in the future" in refused(desk, 51, json.dumps(told))


def test_at_a_replay_the_clock_is_that_of_its_bars(desk):
    desk.feed(9)
    Replay.objects.create(
        venue=desk.instrument.venue,
        sample="x",
        timeframe="1h",
        position=desk.open(9),
        ends_at=desk.open(99),
        started_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    found = desk.alert(9, BUY, at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    assert found.alert.bar_time == desk.open(9)


def test_a_source_that_sends_too_much_waits(desk):
    desk.feed(4)
    Source.objects.update(per_minute=3)
    for number in range(3):
        desk.alert(5, json.dumps({"symbol": "BTCUSDT", "action": "buy", "id": number}))
    with pytest.raises(TooManyAlerts, match="3 alerts a minute") as caught:
        desk.alert(5, BUY, at=desk.close(5, seconds=22))
    assert caught.value.after == 40
    # A repeat costs nothing, and a minute later there is room again.
    assert desk.alert(5, json.dumps({"symbol": "BTCUSDT", "action": "buy", "id": 1})).is_known
    assert not desk.alert(5, BUY, at=desk.close(5, seconds=62)).is_known


def test_alerts_come_from_the_addresses_that_a_source_allows(desk):
    desk.feed(4)
    Source.objects.update(addresses=[*TRADINGVIEW, "10.0.0.0/8"])
    assert not desk.alert(5, BUY, address="52.89.214.238").is_known
    assert not desk.alert(6, BUY, address="10.1.2.3").is_known
    for address in ("8.8.8.8", "", "unknown", "::1"):
        with pytest.raises(WrongAddress):
            desk.alert(7, BUY, address=address)


@pytest.mark.django_db(transaction=True)
def test_the_same_alert_many_times_at_once_is_one(transactional_db):
    desk = Desk()
    desk.feed(4)
    found = []

    def send():
        found.append(desk.alert(5, BUY).is_known)
        connection.close()

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(found), Alert.objects.count()) == ([False] + [True] * 7, 1)


@pytest.mark.django_db(transaction=True)
def test_following_many_times_at_once_gives_one_signal(transactional_db):
    desk = Desk()
    desk.feed(4)
    desk.alert(5, BUY)
    desk.feed(60)
    told = []

    def follow():
        told.append(follow_alerts(at=desk.close(60)))
        connection.close()

    threads = [Thread(target=follow) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (
        sum(one.published for one in told) == sum(one.settled for one in told) == Signal.objects.count() == 1
    )


def test_sources_are_listed_with_how_they_fared_and_removed(desk):
    desk.feed(4)
    desk.alert(5, BUY)
    (item,) = list_sources()
    assert (item.name, item.strategy, item.version, item.stage, item.alerts, item.refused) == (
        "desk",
        "desk",
        1,
        "shadow",
        1,
        0,
    )
    assert item.last_alert_at == desk.close(5)
    assert remove_source("desk", at=desk.close(6)).stage == StrategyVersion.Stage.RETIRED
    assert list_sources() == []
    with pytest.raises(NoSuchSource, match="add one with `heliograph inbound add`"):
        remove_source("desk", at=desk.close(6))


def test_a_source_added_again_has_a_new_version_and_a_new_secret(desk):
    remove_source("desk", at=desk.close(6))
    source, secret = add_source("desk", asked=Asked(), at=desk.close(7))
    assert (source.version.number, secret == desk.secret) == (2, False)


WRONG = [
    ({"name": "A b"}, "'A b': a name has up to 64 small letters"),
    ({"name": "desk"}, "There is a source 'desk' already"),
    ({"asked": Asked(timeframe="7m")}, "There is no timeframe '7m'"),
    ({"asked": Asked(expires=0)}, "expires after 1 to 100,000 bars, not 0"),
    ({"venue": "nowhere"}, "There is no venue 'nowhere'"),
    ({"addresses": ["all"]}, "'all' is no address or network"),
    ({"strategy": "Busy"}, "'Busy' is a strategy of ours"),
]


@pytest.mark.parametrize(("more", "sentence"), WRONG)
def test_what_cannot_be_a_source_is_refused_in_a_sentence(desk, more, sentence):
    add_strategy(text=BUSY, at=to_datetime(START))
    given = {"name": "other", "asked": Asked()} | more
    with pytest.raises(BadSource) as caught:
        add_source(given.pop("name"), **given, at=to_datetime(START))
    assert sentence in str(caught.value)


def test_a_month_is_a_bar_as_well():
    month = Timeframe.parse("1M")
    first = datetime(2026, 2, 1, tzinfo=UTC)
    assert bar(None, first + timedelta(seconds=5), month) == datetime(2026, 1, 1, tzinfo=UTC)
    assert to_ms(bar(first, first + timedelta(days=3), month)) == to_ms(first)
