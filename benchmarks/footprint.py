"""Seconds from the start to a page with signals, cold and warm, and the memory of each process after it.

`python -m benchmarks.footprint [--install]`: cold is an empty home and no compiled kernels; with --install
it is a fresh clone, and the seconds count from `make run`, installation included. Warm is its second start.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.parts.entered import Visitor
from heliograph.kit.wait import wait_until

ROOT = Path(__file__).parents[1]
LONGEST_START = 600


@dataclass(frozen=True, slots=True)
class Start:
    """One start. Seconds until the first page answers, until it shows signals, and until all is ready."""

    name: str
    page_s: float
    signals_s: float
    ready_s: float


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of one process: `rss_mb` counts what it shares with others, `pss_mb` its part of that."""

    process: str
    rss_mb: float
    pss_mb: float


@contextmanager
def started(
    command: Sequence[str], *, folder: Path, env: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """A running command in a process group of its own, ended with Ctrl-C's signal."""
    with subprocess.Popen(command, cwd=folder, env=env, start_new_session=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)


def measure(name: str, process: "subprocess.Popen[bytes]", port: int, *, home: Path) -> Start:
    """See when what is there, from now on."""

    def ready() -> bool:
        return bool(json.loads((home / "up.json").read_text())["ready"])

    began = time.monotonic()
    address = f"http://127.0.0.1:{port}"
    visitor = cache(lambda: Visitor(json.loads((home / "up.json").read_text())))
    seconds = []
    for there in (lambda: _answers(address), lambda: _has_signals(visitor()), ready):
        wait_until(lambda t=there: process.poll() is not None or t(), seconds=LONGEST_START, every=0.1)
        if process.poll() is not None or not there():
            raise SystemExit(f"The {name} start did not come up.")
        seconds.append(time.monotonic() - began)
    return Start(name, *seconds)


def memory_of(home: Path) -> list[Memory]:
    """The processes that serve a home, largest first."""
    state = json.loads((home / "up.json").read_text())
    servers = json.loads((home / "servers.json").read_text())
    named = {
        "supervisor": state["pid"],
        "keeper": servers["keeper"],
        **state["children"],
        **servers["processes"],
    }
    found = []
    for name, pid in named.items():
        process = psutil.Process(pid)
        below = process.children(recursive=True) if name not in {"supervisor", "keeper"} else []
        for part in (process, *below):
            facts = part.memory_full_info()
            label = name if part is process else f"{name}: child"
            found.append(Memory(label, facts.rss / 1e6, facts.pss / 1e6))
    return sorted(found, key=lambda memory: -memory.pss_mb)


def run(install: bool) -> tuple[list[Start], list[Memory]]:
    """A cold and a warm start of one home."""
    with TemporaryDirectory(prefix="heliograph-footprint-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        home, port = folder / "home", _free_port()
        env = {**os.environ, "HELIOGRAPH_HOME": str(home), "HELIOGRAPH_NUMBA_CACHE": str(folder / "kernels")}
        env |= {"DATABASE_URL": "", "REDIS_URL": ""}
        place = _clone(folder / "clone") if install else ROOT
        command = [f"{Path(sys.executable).parent}/heliograph", "up", "--port", str(port)]
        command = ["make", "run", f"ARGS=--port {port}"] if install else command
        starts = []
        for name in ("cold", "warm"):
            with started(command, folder=place, env=env) as process:
                starts.append(measure(name, process, port, home=home))
                # Let the replay play for a while: its first ticks fill caches.
                wait_until(lambda: False, seconds=10)
                memory = memory_of(home)
        return starts, memory


def _clone(folder: Path) -> Path:
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    return folder


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5):
            return True
    except OSError:
        return False


def _has_signals(visitor: Visitor) -> bool:
    try:
        return bool(json.loads(visitor.read("/api/v1/signals?limit=1"))["items"])
    except OSError:
        return False


def main() -> None:
    """Print a table for people, then a JSON line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true")
    starts, memory = run(parser.parse_args().install)
    print(f"{'start':<24}{'first page':>12}{'signals':>12}{'ready':>12}")
    for start in starts:
        print(f"{start.name:<24}{start.page_s:>10.1f} s{start.signals_s:>10.1f} s{start.ready_s:>10.1f} s")
    print(f"\n{'process':<24}{'RSS':>12}{'PSS':>12}")
    for part in memory:
        print(f"{part.process:<24}{part.rss_mb:>9.0f} MB{part.pss_mb:>9.0f} MB")
    print(f"{'all':<24}{sum(m.rss_mb for m in memory):>9.0f} MB{sum(m.pss_mb for m in memory):>9.0f} MB\n")
    for figure in (*starts, *memory):
        print(json.dumps({"benchmark": "footprint", **asdict(figure)}))


if __name__ == "__main__":
    main()
