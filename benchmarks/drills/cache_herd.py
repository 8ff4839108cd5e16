"""Two hundred processes, each started anew, ask one cold key: it is computed once.

make drill NAME=cache-herd ARGS="--processes 200"
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import embedded
from heliograph.kit.wait import wait_until

ASK = """
import os, sys, time
from heliograph.kit.cache import cache, cached

@cached(key="herd:{name}", ttl=60)
def compute(name: str) -> int:
    with open(sys.argv[1], "a") as file:
        file.write("once\\n")
    time.sleep(1)
    return os.getpid()

sys.stdin.read(1)
print(compute("one"))
"""


def herd(count: int, folder: Path, urls: dict[str, str]) -> dict[str, object]:
    """Start them, let them go at once, those first that have imported, and compare what they got."""
    place = {"REDIS_URL": urls["redis_url"], "DATABASE_URL": urls["database_url"]}
    calls, (gate, opened) = folder / "calls", os.pipe()
    children = []
    for number in range(count):
        children.append(
            subprocess.Popen(
                [sys.executable, "-c", ASK, str(calls)],
                env={**os.environ, **place},
                stdin=gate,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        print(f"\r{number + 1} of {count} started", end="", file=sys.stderr)
    os.close(gate)
    begin = time.perf_counter()
    os.write(opened, b"x" * count)
    os.close(opened)
    answers = {child.communicate()[0].strip() for child in children}
    print(file=sys.stderr)
    return {
        "computed": len(calls.read_text().split()),
        "answers": len(answers),
        "failed": sum(child.returncode != 0 for child in children),
        "seconds": round(time.perf_counter() - begin, 2),
    }


def main() -> None:
    """Run the herd in a home of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heliograph-drill-") as folder:
        os.chmod(folder, 0o711)
        home = Home.open(Path(folder) / "home")
        with embedded(home) as urls:
            found = herd(asked.processes, Path(folder), urls)
        wait_until(lambda: not home.lock("keeper").is_taken(), seconds=30)
    print(json.dumps({"drill": "cache-herd", "processes": asked.processes, **found}))
    sys.exit((found["computed"], found["answers"], found["failed"]) != (1, 1, 0))


if __name__ == "__main__":
    main()
