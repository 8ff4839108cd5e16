"""The load that was, for `heliograph capacity --recorded`."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from heliograph.cli.output import UNKNOWN, clock, counted, number, show_table, utc

if TYPE_CHECKING:
    import numpy as np

    from heliograph.fleet.simulate.capacity import Asked, Capacity
    from heliograph.fleet.simulate.costs import Costs
    from heliograph.workers.recorded import Recorded

# A close should be done in a tenth of the time to the next, and nobody waits longer than this.
SHARE, LONGEST_S = 0.1, 60.0
DAY_S = 86_400.0
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass(frozen=True, slots=True)
class Was:
    """A recorded load, and on which rows it stands, in a sentence."""

    load: "Recorded"
    stands_on: str


def usual_within_s(interval_s: float) -> float:
    """How soon work should be done after a close, where nobody said."""
    return min(interval_s * SHARE, LONGEST_S)


def read_load(since: datetime, *, at: datetime) -> "Recorded":
    """The load that is stored since then."""
    from heliograph.workers.recorded import recorded_load

    return recorded_load(since=since, at=at)


def plan_was(
    load: "Recorded", costs: "Costs", *, within: float | None, headroom: float
) -> "tuple[Was, Asked, Capacity]":
    """What it needs, under the policy that is set here."""
    from heliograph.fleet.simulate.capacity import Asked
    from heliograph.fleet.simulate.recorded import RecordedAsked, plan_recorded
    from heliograph.kit.env import Environment
    from heliograph.signals.universe import SHARD_SIZE
    from heliograph.workers.scaling_settings import ScalingSettings

    policy = ScalingSettings.read(Environment()).policy
    within_s = within or usual_within_s(load.interval_s)
    was = Was(load, _stands_on(load))
    asked = RecordedAsked(
        load=load.load,
        seconds=load.seconds,
        within_s=within_s,
        headroom_pct=headroom,
        first_workers=load.seen.first_workers if load.seen else max(policy.least, 1),
        states=load.states,
        rows=load.rows,
    )
    told = Asked(
        instruments=load.instruments,
        strategies=load.strategies,
        interval_s=load.interval_s,
        timeframe=", ".join(load.timeframes),
        within_s=within_s,
        shard_size=SHARD_SIZE,
        headroom_pct=headroom,
    )
    return was, told, plan_recorded(asked, costs, policy, says=[was.stands_on])


def show_was(was: Was, planned: "Capacity") -> None:
    """What really happened beside the simulated policy."""
    load, scaled, seen = was.load, planned.scaled, was.load.seen
    lines = [
        [f"age {name}", f"{number(real, 2)} s", f"{number(scaled.age_quantile_s(QUANTILES[name]), 2)} s"]
        for name, real in _quantiles(load.age_s).items()
    ]
    hours = scaled.worker_seconds / scaled.seconds * 24
    lines += [
        ["workers at most", f"{seen.most_workers:,}" if seen else UNKNOWN, f"{scaled.most_workers:,}"],
        ["worker-hours a day", number(_hours(was), 1), number(hours, 1)],
        ["changes", f"{seen.changes:,}" if seen else UNKNOWN, f"{len(scaled.changes):,}"],
    ]
    print()
    show_table(["of that load", ">as it was", ">simulated"], lines)


def was_as_json(was: Was) -> dict[str, object]:
    """What really happened; what was not recorded is null."""
    load, seen = was.load, was.load.seen
    return {
        "from": utc(load.begin),
        "to": utc(load.end),
        "evaluations": len(load.age_s),
        "evaluations_left_out": load.left_out,
        "looks": seen.looks if seen else 0,
        "pool": seen.pool if seen else None,
        "age_seconds": _quantiles(load.age_s),
        "most_workers": seen.most_workers if seen else None,
        "worker_hours_per_day": _hours(was),
        "changes": seen.changes if seen else None,
        "stands_on": was.stands_on,
    }


def _stands_on(load: "Recorded") -> str:
    looked = (
        f"and {counted(load.seen.looks, 'look')} of the pool {load.seen.pool}"
        if load.seen
        else "and no look of a pool: how many workers there were is not recorded"
    )
    less = f"; {load.left_out:,} older ones are left out" if load.left_out else ""
    rows = counted(len(load.age_s), "stored evaluation")
    return f"It stands on {rows} from {clock(load.begin)} to {clock(load.end)} UTC{less}, {looked}."


def _hours(was: Was) -> float | None:
    seen = was.load.seen
    return seen.worker_seconds / seen.seconds * 24 if seen and seen.seconds else None


def _quantiles(ages: "np.ndarray") -> dict[str, float]:
    import numpy as np

    return {name: float(np.quantile(ages, share)) for name, share in QUANTILES.items()}
