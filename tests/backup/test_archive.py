"""An archive restores a server as of any moment; what is wrong with it is said, and nothing else goes in."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.drills.restore import drill
from heliograph.backup.archive.check import check_base, gaps
from heliograph.backup.archive.place import Archive, Base
from heliograph.backup.archive.take import Keep, kept, prune
from heliograph.backup.errors import BadBackup
from tests.cli.conftest import refused
from tests.workers.running import home_folder

FIRST = "000000010000000000000002"
EXAMPLE = Base(
    name="20260105T031500Z",
    began_at=datetime(2026, 1, 5, 3, 15, tzinfo=UTC),
    ended_at=datetime(2026, 1, 5, 3, 16, tzinfo=UTC),
    first_segment=FIRST,
    last_segment=FIRST,
    size=3,
    sha256="",
    database="heliograph",
    superuser="postgres",
    server="7",
    postgres="15.20",
    segment_bytes=16 << 20,
    release="0",
)


def test_a_destroyed_server_comes_back_as_of_a_moment_with_the_same_rows_and_sends_nothing():
    with home_folder() as home:
        report = drill(home, seconds=1.5, timeout=1, say=lambda _: None)
    assert (report.hashes_equal, report.wrong) == (True, [])
    # What was written behind the moment was lost on purpose: else it would prove nothing.
    assert report.rows > report.rows_missing >= 0
    assert report.tables > 90
    assert report.trial_rows > 100


def segment(number):
    return f"0000000100000000{number:08X}"


@pytest.fixture
def place(tmp_path):
    """An archive with a base backup of each day of 100 days, and the log from the first on."""
    archive = Archive(tmp_path / "archive")
    archive.prepare()
    for day in range(100):
        at = EXAMPLE.began_at + timedelta(days=day)
        base = replace(
            EXAMPLE,
            name=at.strftime("%Y%m%dT%H%M%SZ"),
            began_at=at,
            ended_at=at + timedelta(minutes=1),
            first_segment=segment(2 + day),
        )
        (archive.bases_folder / f"{base.name}.json").write_text(base.to_json())
        archive.base_file(base).write_bytes(b"abc")
        (archive.log_folder / segment(2 + day)).write_bytes(b"")
    return archive


def test_days_weeks_and_months_are_kept_and_the_log_behind_the_oldest(place):
    bases = place.bases()
    names = kept(bases, Keep(daily=7, weekly=4, monthly=12))
    # Worked out by hand: a week of days; Sundays; ends of months.
    assert sorted(name[:8] for name in names) == [
        *("20260131", "20260228", "20260329", "20260331", "20260405"),
        *(f"202604{day:02}" for day in range(8, 15)),
    ]

    gone, logs = prune(place, Keep(daily=7, weekly=4, monthly=12))
    assert (len(gone), logs) == (88, 26)
    assert place.segments()[0] == place.bases()[0].first_segment == segment(2 + 26)
    assert prune(place, Keep(daily=7, weekly=4, monthly=12)) == ([], 0)


def test_a_hole_in_the_log_and_a_changed_base_backup_are_seen(place):
    newest, oldest = place.bases()[-1], place.bases()[0]
    assert gaps(place, oldest) == []
    (place.log_folder / segment(50)).unlink()
    (place.log_folder / segment(51)).unlink()
    assert gaps(place, oldest) == [segment(50), segment(51)]
    assert gaps(place, newest) == []
    with pytest.raises(BadBackup, match="its hash differs"):
        check_base(place, newest)


def test_the_log_is_kept_once_and_another_of_the_same_name_is_refused(tmp_path, heliograph, monkeypatch):
    monkeypatch.setenv("HELIOGRAPH_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setenv("HELIOGRAPH_BACKUP_PASSPHRASE", "of the archive")
    source, back = tmp_path / "log", tmp_path / "back"
    whole = os.urandom(100_000) + bytes(3_000_000)
    source.write_bytes(whole)
    assert heliograph("archive", "wal", source, FIRST).code == 0
    assert heliograph("archive", "wal", source, FIRST).code == 0
    assert heliograph("archive", "fetch", FIRST, back).code == 0
    assert back.read_bytes() == whole
    kept_file = tmp_path / "archive/wal" / FIRST
    assert kept_file.stat().st_size < 200_000
    assert whole[:50] not in kept_file.read_bytes()

    source.write_bytes(whole[:-1] + b"x")
    assert "holds another log of the same name" in refused(heliograph("archive", "wal", source, FIRST))
    assert "is no file of PostgreSQL's log" in refused(heliograph("archive", "wal", source, "../etc/passwd"))
    assert heliograph("archive", "fetch", segment(9), back).code == 1
    monkeypatch.setenv("HELIOGRAPH_BACKUP_PASSPHRASE", "another")
    assert "does not open" in refused(heliograph("archive", "fetch", FIRST, back))


def test_what_cannot_be_restored_is_said_in_a_sentence(place, tmp_path, heliograph):
    there = ("--archive", place.folder, "--account", "nobody")
    into = tmp_path / "data"
    early = heliograph("archive", "restore", *there, "--into", into, "--to", "2026-01-05T03:00:00Z")
    assert "holds no base backup before 2026-01-05 03:00:00 UTC" in refused(early)
    assert "its hash differs" in refused(heliograph("archive", "restore", *there, "--into", into))
    (tmp_path / "full").mkdir()
    (tmp_path / "full/a").touch()
    assert "is not empty" in refused(heliograph("archive", "restore", *there, "--into", tmp_path / "full"))
    assert not into.exists()
