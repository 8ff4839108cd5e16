"""The clients of the drill `exchange_day`, a process each: streams, polls and strategies.

Prints `ready`, and then listens to the streams of the venue, polls and heals over REST, or runs the
strategies, until its input ends. All go by the clock of the exchange, which lines of the input tell.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import import_module

# In real seconds; a bar of five minutes takes half a second of them.
QUIET = 2.0
IDLE = 0.02


@dataclass(frozen=True, slots=True)
class SharedClock:
    """The clock of the exchange in another process: monotonic time is the same for all of a machine."""

    began_ms: float
    began: float
    speed: float

    def now(self) -> datetime:
        """The time at the exchange."""
        return datetime.fromtimestamp(
            (self.began_ms + (time.monotonic() - self.began) * 1000 * self.speed) / 1000, UTC
        )

    def written(self) -> str:
        """For the input of the other process."""
        return json.dumps(asdict(self))


class Told:
    """The clock as the input told it last."""

    def read(self) -> bool:
        """Wait for the next line; False at the end of the input."""
        line = sys.stdin.readline()
        if line:
            self._clock = SharedClock(**json.loads(line))
        return bool(line)

    def follow(self, stop: threading.Event) -> None:
        """Read on until the input ends, and then stop all."""
        while self.read():
            pass
        stop.set()

    def now(self) -> datetime:
        """The time at the exchange."""
        return self._clock.now()


Now = Callable[[], datetime]


def ask_on(now: Now, stop: threading.Event) -> None:
    """Poll what is due and heal gaps, until told to stop."""
    from django.db import OperationalError

    from heliograph.market.sources.exchange.heal import heal_due
    from heliograph.market.sources.exchange.poll import AT_ONCE, CLAIM, poll
    from heliograph.market.sources.exchange.watched import take_due

    while not stop.is_set():
        try:
            watches = take_due(at=now(), until=now() + CLAIM, most=AT_ONCE)
            poll(watches, now=now)
            if not heal_due(now=now) and not watches:
                stop.wait(IDLE)
        except OperationalError as fault:
            # As a task of the workers: it failed, its watches are due again when its claim has lapsed.
            print(f"a poll failed: {str(fault).splitlines()[0]}", file=sys.stderr)


def evaluate_on(now: Now, stop: threading.Event) -> None:
    """Evaluate what is due, until told to stop."""
    from heliograph.signals.generate import generate

    while not stop.is_set():
        generate(at=now(), stop=stop.is_set)
        stop.wait(IDLE)


async def listen_on(now: Now, stop: threading.Event) -> None:
    """Keep the streams of the venue, until told to stop."""
    from heliograph.market.models import Venue
    from heliograph.market.sources.exchange.arrivals import subscriptions
    from heliograph.market.sources.exchange.errors import VenueFault
    from heliograph.market.sources.exchange.listening import Pace
    from heliograph.market.sources.exchange.stream import VenueStream

    venue = await asyncio.to_thread(Venue.objects.get)
    series = await asyncio.to_thread(subscriptions, venue)
    pace = Pace(quiet=QUIET, gather=0.05, first_pause=0.05, longest_pause=0.2)
    stopped = asyncio.create_task(asyncio.to_thread(stop.wait))
    while not stop.is_set():
        stream = VenueStream(venue, series, now=now, changed=_nobody, due=_nobody, pace=pace)
        running = asyncio.create_task(stream.run())
        await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
        running.cancel()
        with suppress(asyncio.CancelledError, VenueFault):
            await running


def _nobody(*_: object) -> None:
    """Nobody is rung: the loops look by themselves."""


def stream_on(now: Now, stop: threading.Event) -> None:
    """Listen in an event loop, until told to stop."""
    asyncio.run(listen_on(now, stop))


ROLES = {"streams": stream_on, "polls": ask_on, "strategies": evaluate_on}


def main() -> None:
    """Until the input ends."""
    import django

    django.setup()
    import_module("ccxt.pro")
    print("ready", flush=True)
    told, stop = Told(), threading.Event()
    told.read()
    threading.Thread(target=told.follow, args=(stop,), daemon=True).start()
    ROLES[sys.argv[1]](told.now, stop)


if __name__ == "__main__":
    main()
