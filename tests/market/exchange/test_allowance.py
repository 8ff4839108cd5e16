"""The pace of a venue is one for all processes."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from heliograph.market.models import Allowance, Venue
from heliograph.market.sources.exchange.allowance import keep_quiet, take_slot
from heliograph.market.sources.exchange.errors import RateLimited


def test_slots_are_spaced_whoever_takes_them(transactional_db):
    venue = Venue.objects.create(name="binance", kind="exchange", exchange="binance")

    def take(_):
        try:
            take_slot(venue.pk, name="binance", step_ms=20)
            return time.monotonic()
        finally:
            connection.close()

    began = time.monotonic()
    with ThreadPoolExecutor(5) as threads:
        times = sorted(threads.map(take, range(15)))
    # The n-th of them may not start before n slots are over; a busy machine may make it later.
    early = [n for n, moment in enumerate(times) if moment - began < n * 0.020 - 0.002]
    assert (early, Allowance.objects.get().requests) == ([], 15)


def test_who_would_wait_too_long_is_told_when_to_come_again(db):
    venue = Venue.objects.create(name="binance", kind="exchange", exchange="binance")
    until = keep_quiet(venue.pk, seconds=100)
    with pytest.raises(RateLimited) as raised:
        take_slot(venue.pk, name="binance", step_ms=20)
    assert (raised.value.until, Allowance.objects.get().requests) == (until, 0)
