"""How old backups are, whether their log is whole, and how trials and copies went."""

import os
from datetime import timedelta

import pytest

from heliograph.backup.archive.place import Archive
from heliograph.backup.archive.told import COPIED, TRIED, tell
from tests.backup.test_archive import EXAMPLE, FIRST
from tests.monitor.looking import look_at, values

LATER = EXAMPLE.ended_at + timedelta(hours=1)


@pytest.fixture
def archive(tmp_path, monkeypatch):
    monkeypatch.setenv("HELIOGRAPH_ARCHIVE", str(tmp_path))
    made = Archive(tmp_path)
    made.prepare()
    return made


def look(*names):
    return values("backup", *(f"backup_{name}" for name in names), at=LATER)


def test_where_no_archive_is_named_nothing_is_measured(monkeypatch):
    monkeypatch.delenv("HELIOGRAPH_ARCHIVE", raising=False)
    assert look_at("backup", at=LATER) == {}


def test_an_empty_archive_is_as_bad_as_an_old_one(archive):
    assert look("age_seconds") == [50 * 3_600]


def test_the_age_of_the_newest_its_log_and_what_is_missing_of_it(archive):
    (archive.bases_folder / f"{EXAMPLE.name}.json").write_text(EXAMPLE.to_json())
    for number in (0, 1, 4):
        file = archive.log_folder / f"{FIRST[:-1]}{2 + number}"
        file.touch()
        os.utime(file, (0, LATER.timestamp() - 90))
    assert look("age_seconds", "log_age_seconds", "missing_segments") == [3_600, 90, 2]


def test_trials_and_copies_are_counted_until_one_goes_well(archive):
    (archive.bases_folder / f"{EXAMPLE.name}.json").write_text(EXAMPLE.to_json())
    assert look("trial_age_seconds") == ["nothing to measure: no restore was tried yet"]
    tell(archive, TRIED, at=EXAMPLE.ended_at)
    for _ in range(2):
        tell(archive, TRIED, at=LATER, error="its hash differs")
        tell(archive, COPIED, at=LATER, error="no answer")
    assert look("failed_trials", "trial_age_seconds", "failed_copies") == [2, 3_600, 2]
    tell(archive, COPIED, at=LATER)
    assert look("failed_copies", "copy_age_seconds") == [0, 0]
