"""Those who write into watches and feeds at once lock them in one order, and so never in a circle."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from heliograph.kit.wait import wait_until
from heliograph.market.models import Feed, Watch
from heliograph.market.sources.exchange.arrivals import (
    Arrival,
    ask_over_rest,
    store_arrivals,
    subscriptions,
)
from heliograph.market.sources.exchange.errors import VenueDown
from heliograph.market.sources.exchange.feeds import note_failure, note_success
from heliograph.market.sources.exchange.poll import poll
from heliograph.market.sources.exchange.skew import VenueClock
from heliograph.market.sources.exchange.watched import load_watches
from heliograph.market.sources.exchange.watches import add_watches, remove_watches
from heliograph.market.wire import to_ms
from tests.market.exchange.conftest import BTC, FIVE
from tests.market.exchange.stored import fill, watch

SYMBOLS = [BTC, "ETH/USDT", "SOL/USDT"]


@pytest.fixture
def watches(exchange, shared_binance):
    """Three series, whose first rows lie behind the others in their tables: a scan comes to them last."""
    made = watch(SYMBOLS, since=exchange.clock.now - 10 * FIVE, at=exchange.clock.now)
    fill(made, at=exchange.clock.now)
    Watch.objects.update(polled_at=exchange.clock.now)
    for model in (Watch, Feed):
        first = model.objects.order_by("pk").first()
        for _ in range(5):
            first.save()
    return load_watches([one.pk for one in made])


def feeds_of(watches):
    return list(Feed.objects.filter(watch__in=watches).order_by("-pk"))


def stream(exchange, watches, venue):
    now = exchange.clock.now
    candle = (to_ms(now - FIVE), 10.0, 11.0, 9.0, 10.5, 3.0)
    told = [Arrival(one, candle) for one in reversed(subscriptions(venue))]
    store_arrivals(told, venue=venue, clock=VenueClock(lambda: now, 0.0), at=now)


def ask(exchange, watches, venue):
    ask_over_rest([one.pk for one in reversed(watches)])


def ask_rest(exchange, watches, venue):
    poll(list(reversed(watches)), now=lambda: exchange.clock.now)


def fail(exchange, watches, venue):
    note_failure(feeds_of(watches), VenueDown("binance", "no answer."), at=exchange.clock.now)


def succeed(exchange, watches, venue):
    note_success(feeds_of(watches), at=exchange.clock.now)


def begin_again(exchange, watches, venue):
    since = exchange.clock.now - timedelta(days=1)
    add_watches(list(reversed(SYMBOLS)), timeframe="5m", since=since, at=exchange.clock.now)


def end(exchange, watches, venue):
    remove_watches(list(reversed(SYMBOLS)))


@pytest.mark.parametrize(
    ("model", "act"),
    [
        *((Watch, act) for act in (stream, ask, ask_rest, begin_again, end)),
        *((Feed, act) for act in (stream, fail, succeed, begin_again)),
    ],
)
def test_who_waits_for_the_first_row_holds_no_later_one(exchange, shared_binance, watches, model, act):
    first, *_, last = model.objects.order_by("pk").values_list("pk", flat=True)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            model.objects.select_for_update().get(pk=first)
            doing = thread.submit(_in_thread, act, exchange, watches, shared_binance)
            assert wait_until(lambda: _somebody_waits() or doing.done(), seconds=60)
            assert not doing.done()
            # Raises if it is locked.
            model.objects.select_for_update(nowait=True).get(pk=last)
        doing.result()


def _in_thread(act, *arguments):
    try:
        with connection.cursor() as rows:
            # So that a statement which does not care comes across its rows as they lie.
            for way in ("indexscan", "bitmapscan", "nestloop", "mergejoin"):
                rows.execute(f"SET enable_{way} = off")
        act(*arguments)
    finally:
        connection.close()


def _somebody_waits():
    with connection.cursor() as rows:
        rows.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
        return rows.fetchone()[0] > 0
