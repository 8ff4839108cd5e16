"""How many workers a load needs, and what it leaves behind each day."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.errors import UserError
from heliograph.fleet.scaling import Policy, Targets
from heliograph.fleet.simulate.costs import Costs
from heliograph.fleet.simulate.load import Floats, Load
from heliograph.fleet.simulate.plant import Plant
from heliograph.fleet.simulate.result import Simulated
from heliograph.fleet.simulate.run import simulate

DAY_S = 86_400.0
# More would take longer than somebody waits for an answer.
MOST_PIECES = 150_000
FEWEST_CLOSES = 3
MOST_WORKERS = 100_000
TAIL = 0.99


class TooMuch(UserError):
    """No number of workers can do this."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be carried. 99 % of the shards are to be done `within_s` seconds after each close.

    With `headroom_pct` they still are if each takes so much longer.
    """

    instruments: int
    strategies: int
    interval_s: float
    timeframe: str
    within_s: float
    shard_size: int
    headroom_pct: float = 0.0

    @property
    def closes_per_day(self) -> float:
        """Bars of an instrument in a day that never rests."""
        return DAY_S / self.interval_s

    @property
    def shards(self) -> list[int]:
        """The instruments of each shard, of all strategies."""
        whole, rest = divmod(self.instruments, self.shard_size)
        return ([self.shard_size] * whole + ([rest] if rest else [])) * self.strategies


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a load needs. `margin`: so many times the load and 99 % are still done in time.

    `rows_per_day` and `bytes_per_day` are by table. `busy_pct` is of the workers' time. `scaled` is what the
    policy of scaling makes of the same load, in simulated time.
    """

    workers: int
    margin: float
    age_p50_s: float
    age_p95_s: float
    age_p99_s: float
    busy_pct: float
    memory_bytes: int
    memory_per_worker_bytes: int
    rows_per_day: dict[str, int]
    bytes_per_day: dict[str, int]
    scaled: Simulated
    assumptions: tuple[str, ...]


def plan_capacity(asked: Asked, costs: Costs) -> Capacity:
    """The least number of workers that is enough, from a simulation of one close; TooMuch if none is."""
    services = np.array([costs.service_s(size) for size in asked.shards])
    workers = _workers(asked, services * (1 + asked.headroom_pct / 100))
    one = _close(asked, services, workers)
    ages = [one.age_quantile_s(share) or 0.0 for share in (0.5, 0.95, TAIL)]
    rows = _rows(asked, costs)
    memory = workers * costs.process_bytes + asked.instruments * asked.strategies * costs.state_bytes
    scaled = _scaled(asked, costs, services, workers)
    return Capacity(
        workers=workers,
        margin=asked.within_s / ages[2],
        age_p50_s=ages[0],
        age_p95_s=ages[1],
        age_p99_s=ages[2],
        busy_pct=100 * float(services.sum()) / (workers * asked.interval_s),
        memory_bytes=round(memory),
        memory_per_worker_bytes=round(memory / workers),
        rows_per_day=rows,
        bytes_per_day={name: round(count * costs.bytes_per_row[name]) for name, count in rows.items()},
        scaled=scaled,
        assumptions=tuple(_assumptions(asked, costs, scaled)),
    )


def _workers(asked: Asked, services: Floats) -> int:
    """The least number with which a close is done in time."""
    if services.max() > asked.within_s:
        raise TooMuch(
            f"One shard of {asked.shards[0]:,} instruments takes {services.max():.2f} s, longer than the "
            f"{asked.within_s:g} s that all may take; allow more with --within."
        )
    first = max(1, math.ceil(services.sum() / min(asked.within_s, asked.interval_s)))
    for workers in range(min(first, len(services)), MOST_WORKERS):
        age = _close(asked, services, workers).age_quantile_s(TAIL)
        if age is not None and age <= asked.within_s:
            return workers
    raise TooMuch(f"{MOST_WORKERS:,} workers are not enough.")


def _close(asked: Asked, services: Floats, workers: int) -> Simulated:
    load = Load(np.zeros(len(services)), services)
    return simulate(load, Plant(workers, look_every_s=asked.interval_s), seconds=asked.interval_s)


def _scaled(asked: Asked, costs: Costs, services: Floats, workers: int) -> Simulated:
    """The same closes under the policy of scaling, for a day or as much of it as is soon simulated."""
    policy = Policy(
        most=2 * workers,
        targets=Targets(age_s=asked.within_s, memory_pct=None),
        horizon_s=min(60.0, asked.interval_s),
    )
    closes = max(FEWEST_CLOSES, min(round(asked.closes_per_day), MOST_PIECES // len(services)))
    seconds = closes * asked.interval_s
    load = Load.of_closes(
        interval_s=asked.interval_s,
        pieces=len(services),
        service_s=services,
        seconds=seconds,
        what=f"{asked.timeframe} bars",
    )
    plant = Plant(workers=1, start_s=costs.start_s, cpu_share=1.0)
    return simulate(load, plant, policy, seconds=seconds + asked.interval_s)


def _rows(asked: Asked, costs: Costs) -> dict[str, int]:
    bars = asked.instruments * asked.closes_per_day
    evaluated = bars * asked.strategies
    return {
        "candles": round(bars),
        "evaluations": round(len(asked.shards) * asked.closes_per_day),
        "signals": round(evaluated * costs.signals_per_bar),
        "outcomes": round(evaluated * costs.published_per_bar),
    }


def _assumptions(asked: Asked, costs: Costs, scaled: Simulated) -> Sequence[str]:
    steps = f"{len(asked.shards):,} steps at each close of {asked.timeframe}"
    each = f"{1000 * costs.step_s:.1f} ms and {1e6 * costs.instrument_s:.1f} us for each instrument"
    found = f"{costs.signals_per_bar:.2g} candidates a bar, {costs.published_per_bar:.2g} of them published"
    size = f"{costs.process_bytes / 1e6:,.0f} MB, and {costs.state_bytes:,.0f} bytes for each instrument"
    return [
        f"Shards hold up to {asked.shard_size:,} instruments: {steps}.",
        f"A step takes {each}, the database's part included.",
        "Each worker has a processor of its own; the database keeps up with them.",
        f"A close is in time if {TAIL:.0%} of its steps are done {asked.within_s:g} s after its candles, "
        f"also if each takes {asked.headroom_pct:g} % longer.",
        "Markets never rest, every instrument has every bar, and no bar is corrected.",
        f"A strategy finds {found}.",
        f"A worker takes {size} of a strategy.",
        "Sizes are of rows with their indexes, without the write-ahead log; nothing is deleted.",
        f"The policy was simulated over {scaled.seconds / 3600:.1f} hours, from 1 worker on; one is ready "
        f"{costs.start_s:.1f} s after it was asked for.",
        *costs.sources,
    ]
