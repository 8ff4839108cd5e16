"""The program that keeps streams: one process a venue, through restarts of the database, ended in order."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager

import numpy as np
import pytest

from heliograph.market.sources.exchange.listening import Pace
from heliograph.market.sources.exchange.poll import poll_due
from heliograph.workers.lease import HeldLease
from heliograph.workers.stream import Setting, keep_streams
from tests.market.exchange.conftest import BTC, FIVE
from tests.market.exchange.stored import fill, stored, watch

QUICK = Pace(quiet=5.0, gather=0.01, first_pause=0.05, longest_pause=0.2)
LONG = 30


@pytest.fixture
def btc(exchange, shared_binance):
    [one] = watch([BTC], since=exchange.clock.now - 10 * FIVE, at=exchange.clock.now)
    fill([one], at=exchange.clock.now)
    return one


@asynccontextmanager
async def keeping(exchange, url, rung):
    stop = asyncio.Event()
    setting = Setting(url, rung.append, now=lambda: exchange.clock.now, pace=QUICK, look=0.05)
    running = asyncio.create_task(keep_streams(stop, setting))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, LONG)


async def until(condition):
    async with asyncio.timeout(LONG):
        while not condition():
            await asyncio.sleep(0.01)


def close_bar(exchange):
    exchange.clock.advance(150)
    exchange.clock.advance(151)


def test_a_closed_candle_rings_for_the_signals(exchange, btc, url):
    async def follow(rung):
        async with keeping(exchange, url, rung):
            await until(lambda: exchange.served.subscriptions == 1)
            close_bar(exchange)
            await until(lambda: "generate_due" in rung)

    asyncio.run(follow([]))
    assert np.array_equal(stored(btc.instrument), exchange.truth(BTC)[90:])


def test_a_bar_that_is_late_is_asked_for_without_waiting_for_the_timetable(exchange, btc, url):
    exchange.mark("late", BTC, exchange.clock.now)
    exchange.clock.advance(301)
    poll_due(at=exchange.clock.now)

    async def follow(rung):
        async with keeping(exchange, url, rung):
            await until(lambda: exchange.served.subscriptions == 1)
            exchange.clock.advance(10)
            await until(lambda: "poll_due" in rung)

    asyncio.run(follow([]))


def test_a_second_process_waits_until_the_first_has_gone(exchange, btc, url):
    first = HeldLease.attempt(url, name=f"stream {btc.instrument.venue_id}")

    async def follow():
        async with keeping(exchange, url, []):
            # The keeper of the venue runs beside this task and the one that keeps all.
            await until(lambda: len(asyncio.all_tasks()) > 2)
            waited = exchange.served.subscriptions
            first.release()
            await until(lambda: exchange.served.subscriptions == 1)
            return waited

    assert asyncio.run(follow()) == 0


def test_candles_wait_while_the_database_is_away(exchange, btc, url, end_sessions):
    async def follow(rung):
        async with keeping(exchange, url, rung):
            await until(lambda: exchange.served.subscriptions == 1)
            await asyncio.to_thread(end_sessions)
            close_bar(exchange)
            # The lease was lost too: what is said while nobody listens is asked for when it is late.
            for _ in range(20):
                if rung:
                    break
                await asyncio.sleep(0.1)
            else:
                exchange.clock.advance(10)
            await until(lambda: rung)

    rung = []
    asyncio.run(follow(rung))
    if "generate_due" not in rung:
        poll_due(at=exchange.clock.now)
    assert np.array_equal(stored(btc.instrument), exchange.truth(BTC)[90:])


def test_the_program_ends_in_order_when_it_is_told_to(servers, url):
    env = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": servers["redis_url"],
        "HELIOGRAPH_SECRET_KEY": "only for tests",
    }
    program = subprocess.Popen(
        [sys.executable, "-m", "heliograph.workers.stream"], env=env, stderr=subprocess.PIPE
    )

    assert b"looks for exchanges" in program.stderr.readline()
    program.send_signal(signal.SIGTERM)
    _, said = program.communicate(timeout=LONG)
    assert (program.returncode, b"Traceback" in said) == (0, False)
