"""A reduced form of the drill: the load comes and goes on real workers."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from benchmarks.drills.parts.waiting_workers import number_of, recorded_starts

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def later(seconds):
    return NOON + timedelta(seconds=seconds)


def test_a_start_that_is_not_known_is_the_mean_of_the_others():
    """Worker 3 came twice, and of its first start nothing is left; worker 4 was never ready."""
    asked = [(NOON, 1, 3), (later(60), 3, 2), (later(90), 2, 4)]
    ready = {1: later(-9), 2: later(3), 3: later(95)}

    assert recorded_starts(asked, ready) == [3.0, 4.0, 5.0, 4.0]
    assert recorded_starts(asked, {1: later(-9)}) == []
    assert number_of("w12@here") == 12


def test_ten_times_the_load_brings_workers_and_loses_nothing():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.drills.scaling", "--short"],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("HELIOGRAPH_")},
        timeout=240,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["drill"], told["lost"]) == ("scaling", 0)
    assert told["actions"][0]["from"] == 1
    assert all(one["reason"].startswith(("Up from", "Down from")) for one in told["actions"])
    assert 1 < told["real"]["most_workers"] <= 3
    assert 1 < told["simulated"]["most_workers"] <= 3
