"""A client of the soak: it asks the API four times a second, tries again for five seconds, and keeps a row of
each request; the figures are sums over these rows.
"""

import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

EACH_SECONDS, TRY_SECONDS, PAUSE_SECONDS, RETRIED_SECONDS = 0.25, 3.0, 0.2, 5.0
PATHS = ("signals?limit=5", "strategies", "instruments?limit=5", "health")
TABLES = """
CREATE TABLE asked (at REAL, path TEXT, seconds REAL, tries INTEGER, status INTEGER);
CREATE TABLE fault (kind TEXT, began REAL, ended REAL);
"""
# A client that was answered at last, in time, was served.
AVAILABLE = "SELECT count(*), sum(status = 200) FROM asked"
BY_KIND = """
SELECT f.kind, count(DISTINCT f.began), count(a.at), coalesce(sum(a.status <> 200), 0),
       coalesce(sum(a.tries > 1), 0), coalesce(max(a.seconds), 0)
FROM fault f LEFT JOIN asked a ON a.at BETWEEN f.began - 5 AND f.ended + 10
GROUP BY f.kind ORDER BY f.kind
"""
SLOWEST = "SELECT seconds FROM asked WHERE status = 200 ORDER BY seconds"


def rows_of(file: Path) -> sqlite3.Connection:
    """The rows of a soak; each statement is its own transaction."""
    return sqlite3.connect(file, isolation_level=None, timeout=30)


def make_rows(file: Path) -> None:
    """The tables of requests and of faults, empty."""
    with rows_of(file) as rows:
        rows.executescript(TABLES)


@contextmanager
def asking(address: str, token: str, *, file: Path) -> Iterator[None]:
    """Ask in a thread of its own, for a block."""
    over = Event()
    thread = Thread(target=_ask_on, args=(address, token, file, over), name="client")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _ask_on(address: str, token: str, file: Path, over: Event) -> None:
    rows, number, due = rows_of(file), 0, time.monotonic()
    while not over.wait(max(0.0, due - time.monotonic())):
        path = PATHS[number % len(PATHS)]
        at, began = time.time(), time.monotonic()
        status, tries = _ask(f"{address}/api/v1/{path}", token)
        rows.execute(
            "INSERT INTO asked VALUES (?, ?, ?, ?, ?)", (at, path, time.monotonic() - began, tries, status)
        )
        number, due = number + 1, max(due + EACH_SECONDS, time.monotonic() - RETRIED_SECONDS)


def _ask(url: str, token: str) -> tuple[int, int]:
    """The last status (0: none came) and the number of tries, all begun within the time a client gives."""
    until, tries = time.monotonic() + RETRIED_SECONDS, 0
    while True:
        tries += 1
        status = _try(url, token, seconds=min(TRY_SECONDS, max(0.1, until - time.monotonic())))
        if status == 200 or time.monotonic() + PAUSE_SECONDS >= until:
            return status, tries
        time.sleep(PAUSE_SECONDS)


def _try(url: str, token: str, *, seconds: float) -> int:
    asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(asked, timeout=seconds) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0
