"""A day of 5-minute candles for 500 instruments from an exchange at its worst: all stored, none forming.

`python -m benchmarks.drills.exchange_day [--instruments N] [--hours H] [--seconds S]`: the exchange is the
emulated one of the tests, on the loopback and at speed; the client is the product's, in its own process.
"""

import argparse
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.drills.parts.command import Say, run
from benchmarks.drills.parts.exchange_client import ROLES, SharedClock
from benchmarks.parts.database import database
from tests.emulated_exchange import Exchange, Faults, Market, running
from tests.emulated_exchange.faults import CANDLE

START = datetime(2026, 3, 2, tzinfo=UTC)
FIVE = timedelta(minutes=5)
# Bars before the day, fetched over REST first, and behind it, in which the last gaps heal.
HISTORY, TAIL = 60, 120
# How long all may take to be right once the last fault is over, in real seconds.
PATIENCE = 120.0
# So far behind the newest bar of half of the instruments may be before the exchange slows down.
BEHIND = timedelta(minutes=30)
RATES = {
    **{"late": 0.01, "revised": 0.01, "missing": 0.005, "lost": 0.0005, "duplicated": 0.01},
    **dict.fromkeys(("future", "zero", "contradictory"), 0.002),
    **{"banned": 0.0003, "limited": 0.001, "down": 0.002, "html": 0.002, "truncated": 0.002, "cut": 0.002},
    **{"stall": 0.0003, "disconnect": 0.01, "quiet": 0.01},
}
STORED = """
SELECT array_agg(instrument_id), array_agg(open_time), array_agg(open), array_agg(high), array_agg(low),
       array_agg(close), array_agg(volume)
FROM candle WHERE timeframe = '5m'
"""
STRATEGY = """
name = "Exchange day"
timeframe = "5m"
# Others fetch: what is fetched for an evaluation goes by the clock of this machine, not by the exchange's.
[data]
mode = "database"
[long]
enter = "crosses_above(ema(close, 3), ema(close, 8))"
exit = "crosses_below(close, ema(close, 8))"
stop = "close - 1.5 * atr(5)"
targets = ["close + 1 * atr(5)", "close + 3 * atr(5)"]
expires = 20
[short]
enter = "crosses_below(ema(close, 3), ema(close, 8)) and close < on('1h', ema(close, 3))"
stop = "close + 1.5 * atr(5)"
targets = ["close - 2 * atr(5)"]
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found. `final_candles_missing` are absent or have another value than the final one;
    `forming_evaluated` are values ever stored that the exchange never called final."""

    drill: str
    instruments: int
    faults: int
    final_candles_missing: int
    forming_evaluated: int
    seconds: float
    candles: int
    evaluated: int
    signals: int
    corrections: int
    requests: int
    messages: int
    by_kind: dict[str, int]
    # The first few of what is missing or was never final.
    wrong: list[str]

    @property
    def failed(self) -> bool:
        """Whether a promise was broken, or nothing was asked of it."""
        return bool(self.final_candles_missing or self.forming_evaluated or not self.evaluated)


@dataclass(frozen=True, slots=True)
class Day:
    """What is traded, and when. `ends` is the close of the last bar that is judged."""

    instruments: int
    hours: float
    seconds: float
    # So many times the usual faults: a short day meets all kinds.
    worse: float = 1.0

    @property
    def begins(self) -> datetime:
        return START + HISTORY * FIVE

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(hours=self.hours)

    @property
    def speed(self) -> float:
        return self.hours * 3600 / self.seconds

    def market(self) -> Market:
        bars = HISTORY + round(timedelta(hours=self.hours) / FIVE) + TAIL
        return Market.made_up(symbols=self.instruments, timeframe="5m", start=START, bars=bars, moves=0.004)

    def faults(self) -> Faults:
        # A stall outlasts the client's time-out; a socket that falls silent stays so.
        rates = {kind: rate * self.worse for kind, rate in RATES.items()}
        return Faults(
            seed=20261125, rates=rates, stall_s=15, quiet_s=86_400, heal_s=1800, skew_s=-3, forming_updates=1
        )


def drill(day: Day, *, say: Say) -> Report:
    """Serve a day, and judge what was stored of it."""
    with database(), running(day.market(), Faults(), at=day.begins, speed=0) as calm:
        say(f"{day.instruments} instruments, their history first")
        prepare(calm, say=say)
        with running(day.market(), day.faults(), at=day.begins, speed=0) as exchange:
            _move_venue(exchange)
            began = time.monotonic()
            with following(exchange, speed=day.speed) as client:
                look_on(exchange, client, day, say=say)
            say("judging")
            return judge(exchange, day, seconds=time.monotonic() - began)


def prepare(exchange: Exchange, *, say: Say) -> None:
    """The venue, its watches with some history, and a strategy that trades often."""
    from heliograph.market.sources.exchange.backfill import backfill
    from heliograph.market.sources.exchange.venues import add_venue
    from heliograph.market.sources.exchange.watched import load_watches
    from heliograph.market.sources.exchange.watches import add_watches
    from heliograph.signals.strategies import add_strategy

    class Told:
        arguments: dict[str, object] = {}  # noqa: RUF012

        def report(self, done: int, **_: object) -> None:
            if done % 5000 == 0:
                say(f"{done:,} bars of history")

    now = exchange.clock.now
    add_venue("binance", at=now, url=exchange.url, per_second=2000)
    watches = add_watches(exchange.market.symbols, timeframe="5m", since=START, at=now)
    backfill(load_watches([one.pk for one in watches]), run=Told(), now=lambda: now)
    add_strategy(text=STRATEGY, stage="live", at=now)


def _move_venue(exchange: Exchange) -> None:
    """From now on the venue is to be found at another address."""
    from heliograph.market.models import Venue, Watch

    Venue.objects.update(url=exchange.url)
    Watch.objects.update(due_at=None)


Clients = list[subprocess.Popen[str]]


@contextmanager
def following(exchange: Exchange, *, speed: float) -> Iterator[Clients]:
    """The product's clients in processes of their own, while the clock of the exchange runs."""
    command = [sys.executable, "-m", "benchmarks.drills.parts.exchange_client"]
    clients = [
        subprocess.Popen([*command, role], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for role in ROLES
    ]
    try:
        for client in clients:
            assert client.stdout
            client.stdout.readline()
        go_on(exchange, clients, speed=speed)
        yield clients
    finally:
        for client in clients:
            assert client.stdin
            client.stdin.close()
        for client in clients:
            _end(client)


def _end(client: subprocess.Popen[str]) -> None:
    try:
        client.wait(timeout=60)
    except subprocess.TimeoutExpired:
        client.kill()
        client.wait()


def go_on(exchange: Exchange, clients: Clients, *, speed: float) -> None:
    """Let the clock of all run at a speed."""
    exchange.clock.run(speed)
    for client in clients:
        assert client.stdin
        print(SharedClock(*exchange.clock.began).written(), file=client.stdin, flush=True)


def pace(exchange: Exchange, clients: Clients, day: Day) -> None:
    """Slow the clock down while the client is far behind: the machine is too slow for that speed, or busy."""
    from heliograph.market.models import Series

    opens = sorted(Series.objects.values_list("last_open", flat=True))
    behind = exchange.clock.now - opens[len(opens) // 2]
    is_slow = exchange.clock.speed < day.speed
    if not is_slow and behind > BEHIND:
        # Not to a stand: what failed is asked again some time later.
        go_on(exchange, clients, speed=day.speed / 4)
    elif is_slow and behind < BEHIND / 2:
        go_on(exchange, clients, speed=day.speed)


def look_on(exchange: Exchange, clients: Clients, day: Day, *, say: Say) -> None:
    """Until all is right behind the end of the day, or the patience is over."""
    told, deadline = exchange.clock.now, 0.0
    while True:
        time.sleep(0.5)
        pace(exchange, clients, day)
        if ended := [client.returncode for client in clients if client.poll() is not None]:
            raise SystemExit(f"A client ended with {ended[0]}.")
        now = exchange.clock.now
        if now - told >= timedelta(hours=1):
            told = now
            say(f"{now:%H:%M}: {exchange.served.final_messages:,} told, {_faults(exchange, day)} faults")
        if now < day.ends + 2 * FIVE:
            continue
        deadline = deadline or time.monotonic() + PATIENCE
        if time.monotonic() > deadline or (_is_evaluated(day) and not missing(exchange, day)):
            return


def missing(exchange: Exchange, day: Day) -> list[str]:
    """The final candles of the day that are not stored, or with another value."""
    found = []
    for symbol, stored in _stored().items():
        truth = exchange.truth(symbol)
        truth = truth[truth[:, 0] < day.ends.timestamp() * 1000]
        # Most are equal as a whole; only the others are looked at one by one.
        stored = stored[stored[:, 0] < day.ends.timestamp() * 1000]
        if np.array_equal(truth, stored):
            continue
        there = {row[0]: row for row in stored.tolist()}
        found += [
            f"{symbol} {row} is {there.get(row[0])}" for row in truth.tolist() if there.get(row[0]) != row
        ]
    return found


def never_final(exchange: Exchange, day: Day) -> list[str]:
    """The values of the day ever stored that no final candle had, or before their bar was over."""
    from heliograph.market.models import Candle, CandleRevision

    columns = ("instrument__symbol", "open_time", "recorded_at", "open", "high", "low", "close", "volume")
    wrong = []
    for model in (Candle, CandleRevision):
        for symbol, opened, recorded, *values in model.objects.filter(open_time__gte=day.begins).values_list(
            *columns
        ):
            is_over = recorded >= opened + FIVE
            if not is_over or tuple(values) not in exchange.finals(symbol, opened):
                known = exchange.finals(symbol, opened)
                wrong.append(f"{symbol} {opened:%H:%M} as of {recorded:%H:%M:%S} is {values}, not of {known}")
    return wrong


def judge(exchange: Exchange, day: Day, *, seconds: float) -> Report:
    """What is left of the day."""
    from django.db.models import Sum

    from heliograph.market.models import Candle, CandleRevision
    from heliograph.signals.models import Evaluation, Signal

    advanced = Evaluation.objects.filter(kind="advance").aggregate(bars=Sum("bars"))
    by_kind, absent, forming = _by_kind(exchange, day), missing(exchange, day), never_final(exchange, day)
    return Report(
        drill="exchange-day",
        instruments=day.instruments,
        faults=by_kind.total(),
        final_candles_missing=len(absent),
        forming_evaluated=len(forming),
        seconds=round(seconds, 1),
        candles=Candle.objects.count(),
        evaluated=advanced["bars"] or 0,
        signals=Signal.objects.filter(state="published").count(),
        corrections=CandleRevision.objects.count(),
        requests=exchange.served.all_requests,
        messages=exchange.served.final_messages + exchange.served.forming_messages,
        by_kind=dict(by_kind),
        wrong=absent[:5] + forming[:5],
    )


def _stored() -> dict[str, np.ndarray]:
    """Open time in milliseconds and the five values of all stored candles, by symbol."""
    from heliograph.market import wire
    from heliograph.market.models import Instrument

    names = dict(Instrument.objects.values_list("pk", "symbol"))
    of, *columns = wire.fetch_columns(STORED, {})
    values = np.column_stack(columns)
    order = np.lexsort((values[:, 0], of))
    of, values = of[order], values[order]
    ids, starts = np.unique(of, return_index=True)
    found = dict.fromkeys(names.values(), np.empty((0, 6)))
    parts = zip(ids.tolist(), np.split(values, starts[1:]), strict=True)
    return found | {names[pk]: part for pk, part in parts if len(part)}


def _is_evaluated(day: Day) -> bool:
    """Whether the strategy has gone past the end of the day with all instruments."""
    from heliograph.signals.models import Progress

    last = (day.ends - 4 * FIVE).timestamp() * 1000
    marks = [mark for row in Progress.objects.all() for mark in row.watermarks]
    return len(marks) == day.instruments and min(marks) >= last


def _by_kind(exchange: Exchange, day: Day) -> Counter[str]:
    """The faults of the day by kind: candles that were befallen, and how often the others struck."""
    struck = Counter({kind: count for kind, count in exchange.served.faults.items() if kind not in CANDLE})
    for kind in CANDLE:
        struck[kind] = exchange.befallen(kind, since=day.begins, until=min(day.ends, exchange.clock.now))
    return +struck


def _faults(exchange: Exchange, day: Day) -> int:
    return _by_kind(exchange, day).total()


def main() -> None:
    """Run it; the last line of the output is the report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=500)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--seconds", type=float, default=150, help="real seconds that the day takes")
    parser.add_argument("--worse", type=float, default=1, help="so many times the usual faults")
    asked = parser.parse_args()

    day = Day(asked.instruments, asked.hours, asked.seconds, asked.worse)
    report = run(lambda say: drill(day, say=say))
    sys.exit(report.failed)


if __name__ == "__main__":
    main()
