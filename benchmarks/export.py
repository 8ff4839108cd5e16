"""Exports of a million signals: rows a second, the memory of the web process, and what others wait meanwhile.

`python -m benchmarks.export [--signals N]`: each format from a web process of its own, read over HTTP, while
another client asks for /healthz twenty times a second.
"""

import argparse
import csv
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.parts.database import database
from benchmarks.parts.million import fill
from heliograph.kit.wait import wait_until

PIECE = 1 << 20
HEADS = (
    *("format", "rows", "seconds", "rows/s", "us/row", "MB", "first ms", "before MB", "peak MB"),
    *("p50 ms", "worst ms"),
)
EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Export:
    """One file. `cpu_us_per_row` is of the web process, which on a busy machine says more than the clock;
    `others` are what those waited who asked for /healthz meanwhile."""

    format: str
    rows: int
    seconds: float
    rows_per_s: float
    cpu_us_per_row: float
    mb: float
    first_byte_ms: float
    rss_before_mb: float
    rss_peak_mb: float
    others_p50_ms: float
    others_worst_ms: float


@contextmanager
def web(headers: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """A web process of its own, warm."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "heliograph.config.asgi:application",
        "--log-level",
        "warning",
    ]
    with subprocess.Popen([*command, "--port", str(port)]) as child:
        address = f"http://127.0.0.1:{port}"
        try:
            if not wait_until(lambda: _answers(f"{address}/api/v1/signals?limit=1", headers), seconds=300):
                raise SystemExit("The web process did not come up.")
            yield address, psutil.Process(child.pid)
        finally:
            child.terminate()


def measure(name: str, address: str, process: psutil.Process, headers: dict[str, str], path: Path) -> Export:
    """Read one export into a file, and count what came."""
    before, spent = process.memory_info().rss, _cpu(process)
    waits: list[float] = []
    done = threading.Event()
    # The kernel's own peak begins anew.
    with suppress(OSError):
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    other = threading.Thread(target=_ask_meanwhile, args=(f"{address}/healthz", waits, done))
    other.start()
    begin = time.perf_counter()
    asked = urllib.request.Request(f"{address}/api/v1/signals?state=all&format={name}", headers=headers)
    with urllib.request.urlopen(asked, timeout=3600) as answer, path.open("wb") as file:
        first = None
        while piece := answer.read1(PIECE):
            first = first or time.perf_counter()
            file.write(piece)
    seconds, spent = time.perf_counter() - begin, _cpu(process) - spent
    done.set()
    other.join()
    waits.sort()
    rows = COUNT[name](path)
    return Export(
        format=name,
        rows=rows,
        seconds=seconds,
        rows_per_s=rows / seconds,
        mb=path.stat().st_size / 1e6,
        first_byte_ms=1000 * ((first or begin) - begin),
        cpu_us_per_row=1e6 * spent / max(rows, 1),
        rss_before_mb=before / 1e6,
        rss_peak_mb=_peak(process) / 1e6,
        others_p50_ms=1000 * waits[len(waits) // 2],
        others_worst_ms=1000 * waits[-1],
    )


def _ask_meanwhile(address: str, waits: list[float], done: threading.Event) -> None:
    while not done.wait(EVERY):
        begin = time.perf_counter()
        # Who is not answered at all has waited so long.
        with suppress(TimeoutError), urllib.request.urlopen(address, timeout=60) as answer:
            answer.read()
        waits.append(time.perf_counter() - begin)


def _answers(address: str, headers: dict[str, str]) -> bool:
    with (
        suppress(OSError),
        urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer,
    ):
        return bool(answer.status == 200)
    return False


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _peak(process: psutil.Process) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def _csv_rows(path: Path) -> int:
    with path.open(newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _parquet_rows(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.ParquetFile(path).metadata.num_rows)


def _json_rows(path: Path) -> int:
    with open(path) as file:
        return len(json.load(file))


COUNT = {"csv": _csv_rows, "parquet": _parquet_rows, "json": _json_rows}


def _row(one: Export) -> list[str]:
    return [value if isinstance(value, str) else f"{value:,.0f}" for value in asdict(one).values()]


def reader() -> dict[str, str]:
    """The headers of a program that may read."""
    from heliograph.accounts.people import add_person
    from heliograph.accounts.tokens import add_token
    from heliograph.kit.clock import utc_now

    at = utc_now()
    made = add_token("export", person=add_person("export", role="viewer", at=at), scope="read", at=at)
    return {"Authorization": f"Bearer {made.secret}"}


def main() -> None:
    """Print a table for people, then a JSON line for each format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=1_000_000, metavar="N")
    asked = parser.parse_args()
    found = []
    with database() as folder:
        begin = time.perf_counter()
        fill(asked.signals)
        print(f"{asked.signals:,} signals stored in {time.perf_counter() - begin:.0f} s\n")
        os.environ |= {"HELIOGRAPH_API_READS": "0"}
        headers = reader()
        for name in COUNT:
            with web(headers) as (address, process), tempfile.NamedTemporaryFile(dir=folder) as file:
                found.append(measure(name, address, process, headers, Path(file.name)))
    for line in (HEADS, *map(_row, found)):
        print("".join(f"{word:>11}" for word in line))
    print()
    for one in found:
        print(json.dumps({"benchmark": "export", **asdict(one)}))


if __name__ == "__main__":
    main()
