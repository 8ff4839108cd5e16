"""A server is destroyed and comes back from its archive: as of a moment, and as of the newest there is.

`python -m benchmarks.drills.restore [SECONDS]`: rows are written all the while; a base backup is taken and
the log archived. At a moment all rows are hashed; some seconds later the server is killed and its data
deleted. Restored to that moment the hashes must be equal, and notices held back. `rpo_seconds`: how much of
what had been acknowledged is missing when it is restored to its newest moment; `rto_seconds`: from the end of
the one server to the first answer of the other.
"""

import argparse
import json
import shutil
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from benchmarks.drills.parts.archived import Archived, Writer, heliograph
from benchmarks.drills.parts.command import Say, run_in_folder
from heliograph.backup.archive.place import Archive
from heliograph.backup.contents import Contents, contents, differences, frozen
from heliograph.kit.wait import wait_until

NEWEST = "SELECT max(subject::int), extract(epoch FROM max(created_at))::float8 FROM notices_notice"
HELD = "SELECT reason FROM notices_quarantine WHERE ended_at IS NULL"


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found; `rows` were acknowledged, `rows_missing` are not in the newest moment."""

    drill: str
    hashes_equal: bool
    rpo_seconds: float
    rto_seconds: float
    archive_timeout_seconds: int
    rows: int
    rows_missing: int
    trial_rows: int
    tables: int
    seconds: float
    wrong: list[str]


def drill(home: Path, *, seconds: float, timeout: int, say: Say) -> Report:
    """Write for so many seconds before the moment, and as many after it."""
    began = time.monotonic()
    archive = Archive(home / "archive", "only for the drill")
    env = {"HELIOGRAPH_ARCHIVE": str(archive.folder), "HELIOGRAPH_BACKUP_PASSPHRASE": "only for the drill"}
    server = Archived(home, archive)
    server.prepare(timeout=timeout)
    server.start()
    try:
        heliograph("notices", "list", "--database-url", server.url, env=env)
        writer = Writer(server.url)
        say("a base backup, while rows are written")
        with writer.writing():
            heliograph("archive", "base", "--database-url", server.url, env=env)
            time.sleep(seconds)
        moment, expected = _moment(server.url, archive)
        say(f"{writer.acknowledged[0]:,} rows at {moment:%H:%M:%S}; a trial, as the timer makes it")
        trial = json.loads(heliograph("archive", "drill", *_account(server), "--json", env=env))
        say(f"{trial['rows']:,} rows in {trial['seconds']} s; writing on")
        with writer.writing():
            time.sleep(seconds)
            destroyed = time.monotonic()
            server.kill()
        shutil.rmtree(server.data)
        say("destroyed; its newest moment")
        _come_back(server, "latest", env)
        rto = time.monotonic() - destroyed
        number, last = _newest(server.url)
        say(f"{number:,} of {writer.acknowledged[0]:,} rows after {rto:.1f} s; now as of the moment")
        server.kill()
        shutil.rmtree(server.data)
        _come_back(server, moment.isoformat(), env)
        wrong = [*_unlike(server.url, expected), *_sends(server.url)]
    finally:
        server.end()
    written, at = writer.acknowledged
    return Report(
        drill="restore",
        hashes_equal=not wrong,
        rpo_seconds=round(max(0.0, at - last), 2),
        rto_seconds=round(rto, 1),
        archive_timeout_seconds=timeout,
        rows=written,
        rows_missing=written - number,
        trial_rows=trial["rows"],
        tables=len(expected),
        seconds=round(time.monotonic() - began, 1),
        wrong=wrong,
    )


def _come_back(server: Archived, to: str, env: dict[str, str]) -> None:
    heliograph("archive", "restore", "--to", to, "--into", server.data, *_account(server), env=env)
    server.start()


def _account(server: Archived) -> tuple[str, ...]:
    return ("--account", server.ground.account.name) if server.ground.account else ()


def _moment(url: str, archive: Archive) -> tuple[datetime, Contents]:
    """A moment in which nothing is written and that the archive holds, and what is there."""
    with frozen(url) as (connection, _):
        found = contents(connection)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row
        # So that a later transaction is behind it, without which nobody knows that it was reached.
        connection.execute("SELECT pg_logical_emit_message(true, 'drill', 'behind')")
        connection.commit()
        last = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert last
    if not wait_until(lambda: last[0] in archive.segments(), seconds=60, every=0.1):
        raise SystemExit(f"Segment {last[0]} was not archived.")
    return row[0], found


def _newest(url: str) -> tuple[int, float]:
    with psycopg.connect(url) as connection:
        row = connection.execute(NEWEST).fetchone()
    assert row
    return int(row[0]), float(row[1])


def _unlike(url: str, expected: Contents) -> list[str]:
    """Tables whose rows are others, but that in which the restore says that nothing may be sent."""
    with frozen(url) as (connection, _):
        found = contents(connection)
    return [line for line in differences(found, expected) if not line.startswith("notices_quarantine ")]


def _sends(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [] if connection.execute(HELD).fetchone() else ["notices are not held back"]


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=60.0)
    parser.add_argument("--timeout", type=int, default=10, help="The archive_timeout, in seconds.")
    asked = parser.parse_args()
    report = run_in_folder(
        lambda home, say: drill(home, seconds=asked.seconds, timeout=asked.timeout, say=say)
    )
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
