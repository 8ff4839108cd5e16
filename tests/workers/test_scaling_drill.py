"""A reduced form of the drill: the load comes and goes on real workers."""

import json
import os
import subprocess
import sys


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
