"""The real `ccxt.pro` client listens to the emulated exchange."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import ccxt
import ccxt.pro
import pytest

from tests.emulated_exchange import Faults, Market, point_ccxt_at, running

START = datetime(2024, 3, 4, tzinfo=UTC)
FIVE = timedelta(minutes=5)
MARKET = Market.made_up(symbols=3, timeframe="5m", start=START, bars=300)
SYMBOL = "M001/USDT"
PAIRS = [[symbol, "5m"] for symbol in MARKET.symbols]
# Seconds that no test needs when all is well.
LONG = 10


def ms(moment):
    return int(moment.timestamp() * 1000)


@asynccontextmanager
async def client(exchange):
    made = ccxt.pro.binance({"enableRateLimit": False})
    point_ccxt_at(made, exchange.url)
    await made.load_markets()
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def raw(exchange, path):
    async with aiohttp.ClientSession() as session, session.ws_connect(exchange.url + path) as socket:
        yield socket


async def until(condition):
    """Let the loop run until the condition holds."""
    async with asyncio.timeout(LONG):
        while not condition():
            await asyncio.sleep(0.001)


async def heard(socket, *, finals):
    """The messages until so many final ones have come."""
    messages = []
    async with asyncio.timeout(LONG):
        while sum(message["k"]["x"] for message in messages) < finals:
            message = json.loads((await socket.receive()).data)
            messages += [message.get("data", message)] if "result" not in message else []
    return messages


def test_ccxt_watches_a_candle_form_and_close():
    async def watch(exchange):
        async with client(exchange) as made, asyncio.timeout(LONG):
            seen = []
            while not seen or seen[-1][0] < ms(START + 2 * FIVE):
                watching = asyncio.create_task(made.watch_ohlcv(SYMBOL, "5m"))
                await until(lambda: exchange.served.subscriptions)
                exchange.clock.advance(100)
                # A copy: ccxt goes on writing into the row that it gave.
                seen.append(list((await watching)[-1]))
            return seen

    with running(MARKET, at=START + FIVE, speed=0) as exchange:
        seen = asyncio.run(watch(exchange))
        finals = exchange.finals(SYMBOL, START + FIVE)
    told = [tuple(row[1:]) in finals for row in seen if row[0] == ms(START + FIVE)]
    assert (told[0], told[-1]) == (False, True)


def test_ccxt_watches_many_symbols_at_speed():
    async def watch(exchange):
        last = {}
        async with client(exchange) as made, asyncio.timeout(LONG):
            watching = asyncio.create_task(made.watch_ohlcv_for_symbols(PAIRS))
            await until(lambda: exchange.served.subscriptions == len(PAIRS))
            exchange.clock.run(6_000)
            await watching
            while len(last) < 3 or min(last.values()) < ms(START + 20 * FIVE):
                for symbol, frames in (await made.watch_ohlcv_for_symbols(PAIRS)).items():
                    last[symbol] = frames["5m"][-1][0]
        return last

    with running(MARKET, at=START, speed=0) as exchange:
        last = asyncio.run(watch(exchange))
        assert exchange.served.final_messages >= 60
    assert set(last) == set(MARKET.symbols)


def test_ccxt_notices_a_connection_that_is_cut_and_comes_back_when_asked_again():
    async def watch(exchange):
        async with client(exchange) as made, asyncio.timeout(LONG):
            watching = asyncio.create_task(made.watch_ohlcv(SYMBOL, "5m"))
            await until(lambda: exchange.served.subscriptions)
            exchange.inject("disconnect")
            exchange.clock.advance(300)
            rows = await watching
            with pytest.raises(ccxt.NetworkError):
                await made.watch_ohlcv(SYMBOL, "5m")
            watching = asyncio.create_task(made.watch_ohlcv(SYMBOL, "5m"))
            await until(lambda: exchange.served.subscriptions == 2)
            exchange.clock.advance(300)
            return rows, await watching

    with running(MARKET, Faults(forming_updates=0), at=START + FIVE, speed=0) as exchange:
        before, after = asyncio.run(watch(exchange))
        assert (exchange.served.connections, exchange.served.faults["disconnect"]) == (2, 1)
    assert (before[-1][0], after[-1][0]) == (ms(START + FIVE), ms(START + 2 * FIVE))


def test_a_quiet_stream_says_nothing_while_others_hear_all():
    async def listen(exchange):
        async with raw(exchange, "/ws/m001usdt@kline_5m") as quiet:
            await until(lambda: exchange.served.subscriptions == 1)
            exchange.inject("quiet")
            exchange.clock.advance(300)
            first = await heard(quiet, finals=1)
            async with raw(exchange, "/ws/m001usdt@kline_5m") as other:
                await until(lambda: exchange.served.subscriptions == 2)
                exchange.clock.advance(600)
                return first, await heard(other, finals=2), await _waits(quiet)

    faults = Faults(forming_updates=0, quiet_s=1800)
    with running(MARKET, faults, at=START, speed=0) as exchange:
        first, others, waiting = asyncio.run(listen(exchange))
    assert ([message["k"]["t"] for message in first], waiting) == ([ms(START)], False)
    assert [message["k"]["t"] for message in others] == [ms(START + FIVE), ms(START + 2 * FIVE)]


async def _waits(socket):
    """Whether a message is there."""
    try:
        async with asyncio.timeout(0.05):
            await socket.receive()
    except TimeoutError:
        return False
    return True


def test_late_missing_lost_revised_and_duplicated_candles_go_over_the_socket_as_they_are_told():
    names = "m000usdt@kline_5m/m001usdt@kline_5m/m002usdt@kline_5m"

    async def listen(exchange):
        async with raw(exchange, f"/stream?streams={names}") as one:
            await until(lambda: exchange.served.subscriptions == 3)
            exchange.clock.advance(305)
            first = await heard(one, finals=2)
            exchange.clock.advance(300)
            return first + await heard(one, finals=3)

    with running(MARKET, Faults(forming_updates=0, late_s=30), at=START, speed=0) as exchange:
        for kind, symbol in (("late", 0), ("duplicated", 1), ("lost", 2)):
            exchange.mark(kind, MARKET.symbols[symbol], START)
        for kind, symbol in (("missing", 0), ("revised", 1)):
            exchange.mark(kind, MARKET.symbols[symbol], START + FIVE)
        messages = asyncio.run(listen(exchange))
        true = [MARKET.candles[row, bar, 3] for row, bar in ((1, 0), (1, 0), (0, 0), (1, 1), (2, 1))]
        closes = [float(message["k"]["c"]) for message in messages]
    told = [(message["s"], message["k"]["t"]) for message in messages]
    first, second = ms(START), ms(START + FIVE)
    assert told == [("M001USDT", first)] * 2 + [
        ("M000USDT", first),
        ("M001USDT", second),
        ("M002USDT", second),
    ]
    assert [close == value for close, value in zip(closes, true, strict=True)] == [
        True,
        True,
        True,
        False,
        True,
    ]


def test_subscribing_and_unsubscribing_are_answered_and_heeded():
    async def talk(exchange):
        async with raw(exchange, "/ws") as socket:
            answers = []
            for method, params in (
                ("SUBSCRIBE", ["m000usdt@kline_5m", "m001usdt@kline_15m"]),
                ("UNSUBSCRIBE", ["m000usdt@kline_5m"]),
                ("LIST_SUBSCRIPTIONS", None),
                ("DANCE", None),
            ):
                await socket.send_json({"method": method, "params": params, "id": 7})
                answers.append(await socket.receive_json())
            exchange.clock.advance(900)
            return answers, await heard(socket, finals=1)

    with running(MARKET, Faults(forming_updates=0), at=START, speed=0) as exchange:
        answers, messages = asyncio.run(talk(exchange))
    assert answers[:3] == [{"result": value, "id": 7} for value in (None, None, ["m001usdt@kline_15m"])]
    assert "error" in answers[3]
    assert [(one["s"], one["k"]["i"], one["k"]["x"]) for one in messages] == [("M001USDT", "15m", True)]
