"""Servers with one queue each, simulated: pieces of work arrive, are given to one, and wait there.

A piece is of a key (a shard). Its node is warm if it did the key's piece before; a cold one takes longer.
Times are in mean service times of a warm piece on a server of speed 1.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

from heliograph.fleet.placement.candidate import Candidate

# The strategies reckon in milliseconds and seconds.
MEAN_MS = 100.0
PEAK_DECAY = 10_000.0 / MEAN_MS

Give = Callable[[str, Sequence[Candidate]], str]


@dataclass(frozen=True, slots=True)
class Load:
    """What comes: how many pieces, of how many keys, and how busy the servers are (1: all of the time).

    `spread` is the sigma of the logarithm of a service time: 1 is a heavy tail. `cold` is what a cold piece
    takes in addition, on average.
    """

    speeds: Sequence[float]
    arrivals: int = 200_000
    keys: int = 1_000
    busy: float = 0.85
    spread: float = 1.0
    cold: float = 0.0
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Waited:
    """Waiting in service times, share of warm pieces, and the most time worked over the fair share."""

    mean: float
    p50: float
    p99: float
    warm: float
    imbalance: float


@dataclass(slots=True)
class Server:
    """One server: when it is free, what it holds, and its latency as `note_done` keeps it."""

    name: str
    speed: float
    weight: float
    free_at: float = 0.0
    worked: float = 0.0
    outstanding: int = 0
    latency: float | None = None
    told_at: float = 0.0

    def seen(self, now: float) -> Candidate:
        """What a strategy sees of it."""
        age = (now - self.told_at) * MEAN_MS / 1000
        latency = None if self.latency is None else self.latency * MEAN_MS
        return Candidate(self.name, self.weight, self.outstanding, latency, age)

    def take(self, work: float, now: float) -> tuple[float, float]:
        """Put a piece at the end of the queue; when it begins and ends."""
        begins = max(self.free_at, now)
        self.free_at = begins + work / self.speed
        self.worked += work / self.speed
        self.outstanding += 1
        return begins, self.free_at

    def tell(self, took: float, now: float) -> None:
        """A piece is done."""
        self.outstanding -= 1
        if self.latency is None or took >= self.latency:
            self.latency = took
        else:
            self.latency = took + (self.latency - took) * math.exp(-(now - self.told_at) / PEAK_DECAY)
        self.told_at = now


def simulate(load: Load, give: Give, *, weights: Sequence[float]) -> Waited:
    """Gives each piece to the server that `give` names, and looks how long it waits."""
    servers = [
        Server(f"node-{number}", speed, weight)
        for number, (speed, weight) in enumerate(zip(load.speeds, weights, strict=True), 1)
    ]
    by_name = {server.name: server for server in servers}
    times, keys, works, colds = _pieces(load)
    last: dict[int, str] = {}
    under_way: list[tuple[float, float, str]] = []
    waits = np.zeros(load.arrivals)
    warm = 0
    for piece, now in enumerate(times):
        while under_way and under_way[0][0] <= now:
            ended, took, name = heappop(under_way)
            by_name[name].tell(took, ended)
        key = keys[piece]
        name = give(f"shard:{key}", [server.seen(now) for server in servers])
        is_warm = last.get(key) == name
        warm += is_warm
        last[key] = name
        begins, ends = by_name[name].take(works[piece] + (0.0 if is_warm else colds[piece]), now)
        waits[piece] = begins - now
        heappush(under_way, (ends, ends - begins, name))
    # If each were busy for the same time.
    fair = sum(server.worked * server.speed for server in servers) / sum(load.speeds)
    return Waited(
        mean=float(waits.mean()),
        p50=float(np.quantile(waits, 0.5)),
        p99=float(np.quantile(waits, 0.99)),
        warm=warm / load.arrivals,
        imbalance=max(server.worked for server in servers) / fair,
    )


Floats = npt.NDArray[np.float64]


def _pieces(load: Load) -> tuple[list[float], list[int], list[float], list[float]]:
    """Times of arrival, keys, service times, and what a cold piece takes in addition."""
    dice = np.random.default_rng(load.seed)
    rate = load.busy * sum(load.speeds)
    times: Floats = np.cumsum(dice.exponential(1 / rate, load.arrivals))
    keys = dice.integers(0, load.keys, load.arrivals)
    # A lognormal of mean 1.
    works = np.exp(dice.normal(-(load.spread**2) / 2, load.spread, load.arrivals))
    return times.tolist(), keys.tolist(), works.tolist(), (load.cold * works).tolist()
