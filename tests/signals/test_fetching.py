"""Data modes at an exchange: candles are fetched before a shard is evaluated, where its strategy says so."""

from datetime import timedelta

import pytest

from heliograph.market.models import Feed
from heliograph.market.sources.exchange.poll import poll_due
from heliograph.signals.generate import generate
from heliograph.signals.models import Evaluation, Progress
from heliograph.signals.strategies import add_strategy
from tests.market.exchange.conftest import BTC, FIVE, exchange, klines, shared_binance
from tests.market.exchange.stored import fill, watch
from tests.signals.world import BUSY

__all__ = ["exchange", "shared_binance"]
ETH = "ETH/USDT"


def world(exchange, mode, *, fresh=2):
    """Two watched instruments up to now, and a strategy of this mode that has evaluated them."""
    at = exchange.clock.now
    watches = watch([BTC, ETH], since=at - 20 * FIVE, at=at)
    fill(watches, at=at)
    poll_due(at=at)
    text = BUSY.replace('"1h"', '"5m"').replace("'4h'", "'1h'")
    add_strategy(text=f'{text}\n[data]\nmode = "{mode}"\nfresh = {fresh}\n', at=at)
    generate(at=at)
    return watches


def one_comes(exchange, watches, bars=1):
    """Bars close; the venue is asked for those of the first instrument alone."""
    exchange.clock.advance(300 * bars + 1)
    at = exchange.clock.now
    fill(watches[:1], at=at)
    asked = klines(exchange)
    generate(at=at)
    return klines(exchange) - asked


def newest():
    """The mode of the newest evaluation, and whether all stand at the same bar."""
    evaluation = Evaluation.objects.filter(kind="advance").order_by("pk").last()
    return evaluation.mode, evaluation.reason, len(set(Progress.objects.get().watermarks))


@pytest.mark.parametrize(("mode", "bars", "asked"), [("live", 1, 1), ("hybrid", 1, 0), ("hybrid", 2, 1)])
def test_live_asks_for_what_lacks_the_newest_bar_and_hybrid_for_what_is_stale(
    exchange, shared_binance, mode, bars, asked
):
    watches = world(exchange, mode)

    assert one_comes(exchange, watches, bars) == asked


def test_what_was_fetched_is_evaluated_with_the_rest(exchange, shared_binance):
    watches = world(exchange, "live")

    one_comes(exchange, watches)

    assert newest() == ("live", "", 1)


def test_where_fetching_fails_the_stored_candles_are_used_and_the_reason_is_kept(exchange, shared_binance):
    watches = world(exchange, "live")
    exchange.clock.advance(301)
    fill(watches[:1], at=exchange.clock.now)
    exchange.inject("html", times=50)

    generate(at=exchange.clock.now)
    generate(at=exchange.clock.now + timedelta(hours=1))

    mode, reason, _ = newest()
    assert (mode, "stored candles alone, since fetching failed: " in reason) == ("database", True)
    assert Feed.objects.exclude(error="").exists()


def test_what_has_nothing_due_is_asked_for_when_its_bar_closes_by_those_who_poll(exchange, shared_binance):
    world(exchange, "live")
    exchange.clock.advance(301)
    asked = klines(exchange)

    poll_due(at=exchange.clock.now)
    generate(at=exchange.clock.now)

    assert (klines(exchange) - asked, newest()) == (2, ("live", "", 1))
