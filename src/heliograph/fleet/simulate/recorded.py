"""The same plan and the same policy over a load that was recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heliograph.fleet.scaling import Policy
from heliograph.fleet.simulate.capacity import DAY_S, TAIL, Capacity, TooMuch
from heliograph.fleet.simulate.costs import Costs
from heliograph.fleet.simulate.load import Load
from heliograph.fleet.simulate.plant import Plant
from heliograph.fleet.simulate.result import Simulated
from heliograph.fleet.simulate.run import simulate

# Nobody needs to know that a load could grow further than this.
LARGEST_MARGIN = 64.0
MARGIN_STEPS = 7


@dataclass(frozen=True, slots=True)
class RecordedAsked:
    """A load of `seconds`, and what is wanted of it. `rows` were stored in that time, by table."""

    load: Load
    seconds: float
    within_s: float
    headroom_pct: float
    first_workers: int
    states: int
    rows: Mapping[str, int]


def plan_recorded(asked: RecordedAsked, costs: Costs, policy: Policy, *, says: Sequence[str]) -> Capacity:
    """The least number of workers that would have been enough, and what the policy would have done.

    TooMuch where single steps took longer than all may. `says` tell where the load is from.
    """
    policy = replace(policy, targets=replace(policy.targets, cpu_pct=None, memory_pct=None))
    workers = _workers(asked)
    ages = _ages(asked.load, workers, 1.0)
    plant = Plant(workers=asked.first_workers, start_s=costs.start_s)
    scaled = simulate(asked.load, plant, policy, seconds=asked.seconds)
    memory = workers * costs.process_bytes + asked.states * costs.state_bytes
    days = asked.seconds / DAY_S
    rows = {name: round(count / days) for name, count in asked.rows.items()}
    return Capacity(
        workers=workers,
        margin=_margin(asked, workers),
        age_p50_s=float(np.quantile(ages, 0.5)),
        age_p95_s=float(np.quantile(ages, 0.95)),
        age_p99_s=float(np.quantile(ages, TAIL)),
        busy_pct=100 * float(asked.load.service_s.sum()) / (workers * asked.seconds),
        memory_bytes=round(memory),
        memory_per_worker_bytes=round(memory / workers),
        rows_per_day=rows,
        bytes_per_day={name: round(count * costs.bytes_per_row[name]) for name, count in rows.items()},
        scaled=scaled,
        assumptions=(*says, *_assumptions(asked, costs, policy, scaled)),
    )


def _workers(asked: RecordedAsked) -> int:
    """The least number with which all would have been in time, by doubling and halving."""
    longer = 1 + asked.headroom_pct / 100
    alone = float(np.quantile(asked.load.service_s, TAIL)) * longer
    if alone > asked.within_s:
        raise TooMuch(
            f"One recorded step in a hundred takes {alone:.2f} s or more, the headroom included, longer than "
            f"the {asked.within_s:g} s that all may take; allow more with --within."
        )
    most = 1
    while not _is_enough(asked, most, longer):
        most *= 2
    least = most // 2
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if _is_enough(asked, middle, longer) else (middle, most)
    return most


def _margin(asked: RecordedAsked, workers: int) -> float:
    """How many times as long each step may take, and 99 % are still in time."""
    low, high = 1.0, 2.0
    while high < LARGEST_MARGIN and _is_enough(asked, workers, high):
        low, high = high, 2 * high
    for _ in range(MARGIN_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _is_enough(asked, workers, middle) else (low, middle)
    return low


def _is_enough(asked: RecordedAsked, workers: int, longer: float) -> bool:
    return float(np.quantile(_ages(asked.load, workers, longer), TAIL)) <= asked.within_s


def _ages(load: Load, workers: int, longer: float) -> np.ndarray:
    """The age of each step, were each to take so many times as long."""
    plant = Plant(workers, look_every_s=DAY_S)
    end = float(load.due_s[-1])
    return simulate(replace(load, service_s=load.service_s * longer), plant, seconds=end + 1).age_s


def _assumptions(asked: RecordedAsked, costs: Costs, policy: Policy, scaled: Simulated) -> list[str]:
    return [
        "A step became due when its candles were stored and the step before it of its shard was done; what "
        "it took is what was recorded, however many workers there are.",
        "Steps are taken in the order in which they became due; sending and taking a message costs nothing.",
        f"All is in time if {TAIL:.0%} of the steps are done {asked.within_s:g} s after they were due, "
        f"also if each takes {asked.headroom_pct:g} % longer.",
        f"The policy is the one that is set here, {policy.least:,} to {policy.most:,} workers, from "
        f"{asked.first_workers:,} on, for {scaled.seconds / 3600:.1f} hours; CPU and memory of a step are "
        "not recorded, so their targets are left out.",
        f"A worker is ready {costs.start_s:.1f} s after it was asked for.",
        f"A worker takes {costs.process_bytes / 1e6:,.0f} MB, and {costs.state_bytes:,.0f} bytes for each of "
        f"{asked.states:,} instruments of a strategy.",
        "Rows of a day are those of the recorded time, in proportion; nothing is deleted.",
        *costs.sources,
    ]
