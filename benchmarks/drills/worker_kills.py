"""Kills the worker at random moments while it generates over the sample; the signals must not tell.

`python -m benchmarks.drills.worker_kills [KILLS]`: each round starts from a fresh copy of the loaded sample,
kills the generating process several times, lets it finish, and compares all rows with those of an undisturbed
run.
"""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.drills.databases import contents, copy_database, differences, drop_database
from heliograph.kit.clock import utc_now
from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import embedded
from heliograph.workers.place import in_home

GENERATE = "from benchmarks.drills.worker_kills import generate_here; generate_here()"
LOAD = "from benchmarks.drills.worker_kills import load_here; load_here()"
KILLS_A_ROUND = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What a drill found. Only kills that came before the process was done by itself are counted."""

    kills: int
    rounds: int
    seconds: float
    signals: int
    wrong: list[str]


def drill(home: Path, *, kills: int, seed: int) -> Report:
    """Kill that many times, in rounds; what differs from an undisturbed run stands in `wrong`."""
    dice = random.Random(seed)
    began = time.monotonic()
    with embedded(Home.open(home)) as urls:
        url = urls["database_url"]
        _run(LOAD, url)
        usual, expected = _undisturbed(url)
        done = rounds = 0
        wrong: list[str] = []
        while done < kills and not wrong:
            target = copy_database(url, "drill_round", of="heliograph")
            for _ in range(min(KILLS_A_ROUND, kills - done)):
                # What is left to do takes ever less time: a run that came to its end closes the round.
                whole = _kill_once(target, after=dice.uniform(0, usual))
                if whole is not None:
                    usual = min(usual, whole)
                    break
                done += 1
            rounds += 1
            _run(GENERATE, target)
            wrong = differences(contents(target), expected)
        drop_database(url, "drill_round")
    seconds = time.monotonic() - began
    return Report(done, rounds, seconds, len(expected["signals"]), wrong)


def load_here() -> None:
    """Load the whole sample, its held-back bars too, and the sample strategies."""
    with in_home():
        from heliograph.market.models import Replay
        from heliograph.market.sources.replay.play import play_due
        from heliograph.market.sources.replay.samples import SAMPLES
        from heliograph.market.sources.replay.venue import load_sample
        from heliograph.workers.sample import add_sample_strategies

        for sample in SAMPLES:
            load_sample(sample, at=utc_now())
        add_sample_strategies(at=utc_now())
        Replay.objects.update(seconds_per_bar=1e-6)
        while Replay.objects.filter(finished_at=None).exists():
            play_due(at=utc_now())


def generate_here() -> None:
    """What a worker does when it is rung: generate, then settle. Says when it begins."""
    with in_home():
        from heliograph.signals.generate import generate
        from heliograph.signals.settle import settle

        sys.stdout.write("begins\n")
        sys.stdout.flush()
        generate(at=utc_now())
        settle(at=utc_now())


def _undisturbed(url: str) -> tuple[float, dict[str, list[tuple[object, ...]]]]:
    """The seconds that a run takes, and what stands in the rows in the end."""
    target = copy_database(url, "drill_round", of="heliograph")
    process = _start(GENERATE, target)
    began = time.monotonic()
    _finish(process)
    return time.monotonic() - began, contents(target)


def _kill_once(url: str, *, after: float) -> float | None:
    """Kill a run after that many seconds; if it was done before, the seconds that it took."""
    process = _start(GENERATE, url)
    began = time.monotonic()
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    took = time.monotonic() - began
    return None if _closed(process) == -signal.SIGKILL else took


def _run(code: str, url: str) -> None:
    _finish(_start(code, url, wait=code == GENERATE))


def _finish(process: "subprocess.Popen[bytes]") -> None:
    code = _closed(process)
    if code:
        raise SystemExit(f"A process that nobody killed ended with code {code}.")


def _closed(process: "subprocess.Popen[bytes]") -> int:
    assert process.stdout
    process.stdout.close()
    return process.wait()


def _start(code: str, url: str, *, wait: bool = True) -> "subprocess.Popen[bytes]":
    env = {**os.environ, "DATABASE_URL": url, "HELIOGRAPH_SECRET_KEY": "drill"}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env)
    assert process.stdout
    if wait:
        process.stdout.readline()
    return process


def main() -> None:
    """Print what a drill of 100 kills, or of as many as are asked for, found."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with TemporaryDirectory(prefix="heliograph-drill-") as folder:
        os.chmod(folder, 0o711)
        report = drill(Path(folder), kills=kills, seed=20_261_124)
    print(
        f"{report.kills} kills in {report.rounds} rounds, {report.seconds:.0f} s: "
        f"{report.signals} signals, {'the same' if not report.wrong else 'DIFFERENT'}"
    )
    for line in report.wrong:
        print(line)
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
