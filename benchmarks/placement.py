"""Ranks the strategies of placement: waiting, warm state, balance, and keys moved when a node goes or comes.

Twenty servers, two of them at half speed, are simulated at a load of 0.85 with service times of a heavy
tail; once as if all state were at hand, and once where a piece on another node than before must first fetch
its state.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from random import Random

from benchmarks.parts.moves import Moved, moved_by
from benchmarks.parts.queueing import Give, Load, Waited, simulate
from heliograph.cli.output import show_table
from heliograph.fleet.placement.candidate import Candidate, Picker, Turns
from heliograph.fleet.placement.least_outstanding import least_outstanding
from heliograph.fleet.placement.peak_ewma import peak_ewma
from heliograph.fleet.placement.rendezvous import rendezvous
from heliograph.fleet.placement.round_robin import round_robin
from heliograph.fleet.placement.smooth_weighted import smooth_weighted
from heliograph.fleet.placement.two_choices import two_choices

PICKERS: dict[str, Picker] = {
    "round_robin": round_robin,
    "smooth_weighted": smooth_weighted,
    "least_outstanding": least_outstanding,
    "two_choices": two_choices,
    "peak_ewma": peak_ewma,
}
NAMES = ("random", *PICKERS, "rendezvous")
# p99 of waiting in service times, and keys moved in per cent when one of eight is lost, measured before
# with another program; a piece that waits behind an overloaded server waits ever longer, so "5,000" only
# says "without end".
KNOWN_P99 = {
    "random": 5_000.0,
    "round_robin": 5_000.0,
    "smooth_weighted": 21.0,
    "least_outstanding": 6.0,
    "two_choices": 10.0,
    "peak_ewma": 8.0,
}
SLOW = 0.5
# A step of 1,000 instruments from the state in memory took 29 ms of CPU, from a checkpoint 110 to 160 ms.
COLD = 3.0


def giver(name: str, *, keys: int, seed: int) -> Give:
    """The strategy as something that gives one piece after the other."""
    dice = Random(seed)
    if name == "random":
        return lambda _, seen: dice.choice(seen).name
    if name == "rendezvous":
        return _sticky([f"shard:{number}" for number in range(keys)])
    turns: Turns = {}

    def give(_: str, seen: Sequence[Candidate]) -> str:
        nonlocal turns
        pick = PICKERS[name](seen, turns, dice)
        turns = pick.turns
        return pick.node

    return give


def _sticky(keys: list[str]) -> Give:
    placed: dict[str, str] = {}

    def give(key: str, seen: Sequence[Candidate]) -> str:
        if not placed:
            placed.update({key: pick.node for key, pick in rendezvous(keys, seen).items()})
        return placed[key]

    return give


def waiting(load: Load, weights: Sequence[float]) -> dict[str, Waited]:
    """All strategies under the same load, with the same dice."""
    found = {}
    for name in NAMES:
        begin = time.perf_counter()
        found[name] = simulate(load, giver(name, keys=load.keys, seed=load.seed), weights=weights)
        took = time.perf_counter() - begin
        print(f"{name}: {took / load.arrivals * 1e6:.0f} us for each piece", file=sys.stderr)
    return found


def show_waiting(title: str, found: dict[str, Waited], *, known: bool) -> None:
    """A table, the best first."""
    columns = ["strategy", ">wait p50", ">wait p99", ">warm", ">most busy"]
    rows = [
        [name, f"{one.p50:,.2f}", f"{one.p99:,.1f}", f"{one.warm:.0%}", f"{one.imbalance:.2f}"]
        + ([_known(KNOWN_P99.get(name))] if known else [])
        for name, one in sorted(found.items(), key=lambda pair: pair[1].p99)
    ]
    show_table([*columns, ">p99 known"] if known else columns, rows, title=title)
    print()


def _known(value: float | None) -> str:
    return "–" if value is None else (f"> {value:,.0f}" if value >= 5_000 else f"{value:,.0f}")


def show_moves(found: dict[str, Moved]) -> None:
    """A table, the one that moves least first."""
    show_table(
        ["who chooses", ">lost node", ">new node", ">fullest / mean"],
        [
            [name, f"{one.lost_pct:.1f} %", f"{one.joined_pct:.1f} %", f"{one.imbalance:.2f}"]
            for name, one in sorted(found.items(), key=lambda pair: pair[1].lost_pct)
        ],
        title="Keys that move when one of 8 nodes is lost (12.5 % lay on it), and when one joins the 8",
    )
    print()


def chart(found: dict[str, Waited]) -> str:
    """The p99 of each strategy as bars on a logarithmic scale."""
    import plotext

    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.title("p99 of waiting, service times")
    figure.plot_size(90, 2 * len(found) + 4)
    ordered = sorted(found.items(), key=lambda pair: -pair[1].p99)
    heights = [math.log10(max(one.p99, 1.0)) for _, one in ordered]
    figure.ruler("x").ticks(list(range(6)), [f"{10**power:,}" for power in range(6)])
    figure.draw(figure.bar([name for name, _ in ordered], heights, orientation="h"))
    lines = plotext.uncolorize(figure.build().string()).splitlines()
    return "\n".join(line.rstrip() for line in lines).rstrip()


def main() -> None:
    """Simulate, and print tables, a plot and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arrivals", type=int, default=200_000)
    parser.add_argument("--servers", type=int, default=20)
    parser.add_argument("--slow", type=int, default=2, help="how many of them run at half speed")
    parser.add_argument("--load", type=float, default=0.85)
    parser.add_argument("--spread", type=float, default=1.0, help="sigma of the logarithm of a service time")
    parser.add_argument("--cold", type=float, default=COLD, help="what a cold piece takes in addition")
    asked = parser.parse_args()
    speeds = [1.0] * (asked.servers - asked.slow) + [SLOW] * asked.slow
    same = Load(speeds, arrivals=asked.arrivals, busy=asked.load, spread=asked.spread)
    weighed = waiting(same, speeds)
    # So busy that nodes which fetch state each time are as busy as those above.
    fetched = Load(
        speeds,
        arrivals=asked.arrivals,
        busy=asked.load / (1 + asked.cold),
        spread=asked.spread,
        cold=asked.cold,
    )
    colds = waiting(fetched, speeds)
    unweighed = waiting(same, [1.0] * asked.servers)
    moves = moved_by()
    show_waiting(f"State at hand everywhere, load {asked.load:.2f}, weights known", weighed, known=True)
    show_waiting("The same, weights not known (all 1)", unweighed, known=False)
    show_waiting(
        f"A cold piece takes {1 + asked.cold:g} times the work; load {fetched.busy:.2f} if all were warm",
        colds,
        known=False,
    )
    show_moves(moves)
    print(chart(weighed))
    result = {
        "benchmark": "placement",
        **vars(asked),
        "weights_known": {name: _json(one) for name, one in weighed.items()},
        "weights_unknown": {name: _json(one) for name, one in unweighed.items()},
        "cold_state": {name: _json(one) for name, one in colds.items()},
        "moved": {
            name: {"lost_pct": one.lost_pct, "joined_pct": one.joined_pct, "fullest_of_mean": one.imbalance}
            for name, one in moves.items()
        },
    }
    print(json.dumps(result))


def _json(one: Waited) -> dict[str, float]:
    return {"p50": one.p50, "p99": one.p99, "warm": one.warm, "most_busy_of_fair": one.imbalance}


if __name__ == "__main__":
    main()
