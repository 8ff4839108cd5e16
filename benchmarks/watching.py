"""What watching costs: processor time of looks and forecasts beside that of the pipeline's benchmark.

The pipeline goes as in `benchmarks.pipeline`, with one worker. Then looks are taken from here at the turn of
their slots, before a worker gets to it, while workers of all queues and the timetable live on: nothing is
wrong. Then forecasts are made from a history of weeks. Each is a share of the processor time that the
pipeline took in as much time.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.parts.cpu import cpu_of
from benchmarks.parts.cpu import servers as server_processes
from benchmarks.parts.desk import Desk, servers, workers
from benchmarks.parts.rows import cpu_seconds
from benchmarks.parts.watched import EVERY, fill_history, look_now
from benchmarks.pipeline import HISTORY, WARM_TICKS, Pace, measure_ticks, ring_and_wait
from heliograph.cli.output import show_table

GOAL_PERCENT = 2.0
VERSIONS = 5
TURN, DAY = 4 * 3_600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor time of something that is done again and again. `percent`: of the pipeline's in that time."""

    times: int
    ms_each: float
    every_s: float
    percent: float


def pipeline_share(desk: Desk, folder: Path, pace: Pace) -> float:
    """Processor seconds of the pipeline in a second."""
    found = measure_ticks(desk, folder, count=1, pace=pace)
    return found.cpu_us_each / 1e6 * desk.each_bar / pace.every


def looks(count: int) -> tuple[float, dict[str, float]]:
    """Mean processor seconds of a look in real time, and milliseconds of each probe alone."""
    from heliograph.kit.clock import utc_now
    from heliograph.monitor.probe import look
    from heliograph.monitor.probes import PROBES
    from heliograph.workers.measuring import ground

    # A process loads once what its probes need.
    alone: dict[str, float] = {}
    for probe in PROBES:
        name = f"{probe.part}, every {probe.every} s"
        alone[name] = alone.get(name, 0.0) + 1000 * _mean(lambda p=probe: look(p, ground(at=utc_now())))
    look_now()
    spent = 0.0
    for number in range(1, count + 1):
        time.sleep(EVERY - time.time() % EVERY)
        before = cpu_seconds()
        look_now()
        spent += cpu_seconds() - before
        _say(f"look {number} of {count}: {1000 * spent / number:.1f} ms each")
    return spent / count, alone


def _expect_old_bars() -> None:
    """The bars of the benchmark are of long ago, so its signals are late and settled late: no look shall be
    one at something that is wrong."""
    from heliograph.monitor.alerts.rules import change_rule

    for name in ("signals-late", "outcomes-behind"):
        change_rule(name, {"enabled": False})


def firing() -> list[str]:
    """The rules whose alerts fire: where something is wrong, a look costs more."""
    from heliograph.monitor.alerts.models import Alert

    return sorted(Alert.objects.filter(state=Alert.State.FIRING).values_list("rule__name", flat=True))


def _mean(act: Callable[[], object], *, times: int = 5) -> float:
    act()
    before = cpu_seconds()
    for _ in range(times):
        act()
    return (cpu_seconds() - before) / times


def forecasts() -> tuple[float, float]:
    """Processor seconds of what is made in each turn, and of what comes to it once a day."""
    from heliograph.monitor.forecasts.models import Forecast

    fill_history()
    daily = _made()
    Forecast.objects.filter(kind=Forecast.Kind.LOAD).delete()
    turn = _made()
    return turn, daily - turn


def _made() -> float:
    from heliograph.workers.forecasting import PROGRAM

    before = _children() + cpu_of(server_processes())
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    subprocess.run(PROGRAM, check=True, env=os.environ | threads)
    return _children() + cpu_of(server_processes()) - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, and print tables and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=2_000)
    parser.add_argument("--ticks", type=int, default=30)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two ticks")
    parser.add_argument("--looks", type=int, default=40, help="one every 15 seconds")
    asked = parser.parse_args()
    with servers() as folder:
        _say("storing the history")
        desk = Desk.open(
            instruments=asked.instruments,
            versions=VERSIONS,
            history=HISTORY,
            bars=asked.ticks + WARM_TICKS,
        )
        _say(f"{asked.ticks} ticks of the pipeline")
        share = pipeline_share(desk, folder, Pace(asked.ticks, asked.every, 1))
        with workers(1, folder=folder, outside=True):
            ring_and_wait(desk, seconds=120)
            _expect_old_bars()
            each, alone = looks(asked.looks)
            wrong = firing()
        turn, daily = forecasts()
    took = {
        "a look": (asked.looks, each, EVERY),
        "forecasts and advice": (1, turn, TURN),
        "what is foreseen once a day": (1, daily, DAY),
    }
    costs = {
        name: Cost(times, 1000 * seconds, every, 100 * seconds / every / share)
        for name, (times, seconds, every) in took.items()
    }
    whole = sum(one.percent for one in costs.values())
    show_table(
        ["probe", ">CPU ms"], [[name, f"{ms:.2f}"] for name, ms in sorted(alone.items(), key=lambda x: -x[1])]
    )
    print()
    show_table(
        ["", ">every s", ">CPU ms", ">% of the pipeline"],
        [
            [name, f"{one.every_s:,.0f}", f"{one.ms_each:,.1f}", f"{one.percent:.2f}"]
            for name, one in costs.items()
        ],
        title=f"The pipeline takes {1000 * share:,.0f} ms of processor time a second",
    )
    print(
        f"{whole:.2f} % in all, of {GOAL_PERCENT:g} allowed"
        + ("" if whole <= GOAL_PERCENT else ": FALLS SHORT")
    )
    told = {name: asdict(one) for name, one in costs.items()}
    result = {"benchmark": "watching", **vars(asked), "pipeline_ms_per_s": 1000 * share}
    print(json.dumps(result | {"costs": told, "probes_ms": alone, "firing": wrong, "percent": whole}))


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    main()
