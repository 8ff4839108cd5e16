"""A venue with a few instruments and a delivery of candles."""

from datetime import UTC, datetime

import pytest

from heliograph.market.models import Batch, Instrument, Venue

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def venue(db):
    return Venue.objects.create(name="file")


@pytest.fixture
def batch(venue):
    return Batch.objects.create(venue=venue, kind=Venue.Kind.FILE, name="a.csv", started_at=NOW)


@pytest.fixture
def btc(venue):
    return Instrument.objects.create(venue=venue, symbol="BTC/USDT")


@pytest.fixture
def eth(venue):
    return Instrument.objects.create(venue=venue, symbol="ETH/USDT")
