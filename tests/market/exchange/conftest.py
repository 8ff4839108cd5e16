"""An emulated exchange and a venue of ours that asks it."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from heliograph.market.models import Venue
from heliograph.market.sources.exchange.venues import add_venue
from tests.emulated_exchange import Market, running

START = datetime(2024, 3, 4, tzinfo=UTC)
FIVE = timedelta(minutes=5)
MARKET = Market.made_up(symbols=["BTC/USDT", "ETH/USDT", "SOL/USDT"], timeframe="5m", start=START, bars=600)
BTC = "BTC/USDT"
# Often enough that no test waits for its slot.
FAST = 2000


@pytest.fixture
def exchange():
    """Stands still 100 bars after its start; a test moves its clock on."""
    with running(MARKET, at=START + 100 * FIVE, speed=0) as running_exchange:
        yield running_exchange


@pytest.fixture
def binance(exchange, db):
    """The venue of ours, its list read. Only the thread of the test sees its rows."""
    return venue_at(exchange)


@pytest.fixture
def shared_binance(exchange, transactional_db):
    """The same for what asks from several threads."""
    return venue_at(exchange)


@pytest.fixture
def url(servers, transactional_db):
    """The database of the test, for those who connect by themselves."""
    name = connection.settings_dict["NAME"]
    return servers["database_url"].replace("/heliograph?", f"/{name}?")


@pytest.fixture
def end_sessions(url):
    """Ends every session but that of the test, as by a crash and restart of the server."""
    connection.ensure_connection()
    ours = connection.connection.info.backend_pid

    def end():
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
                [ours],
            )

    return end


def venue_at(exchange, *, name="binance", priority=100):
    """A venue that asks this exchange."""
    add_venue(
        "binance", at=exchange.clock.now, name=name, url=exchange.url, priority=priority, per_second=FAST
    )
    return Venue.objects.get(name=name)


def klines(exchange):
    """How often it was asked for candles."""
    return exchange.served.requests["/api/v3/klines"]
