"""Backups: how old the newest is, whether its log is whole, and whether it was restored for trial.

Where no archive is named nothing is measured: the embedded servers are backed up by hand.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from heliograph.backup.archive.check import gaps
from heliograph.backup.archive.place import Archive
from heliograph.backup.archive.told import COPIED, TRIED, Told, told
from heliograph.backup.errors import BadBackup
from heliograph.monitor.measure import NOTHING, Definition, Measure, Rule, known, unknown
from heliograph.monitor.probe import Ground, Probe

HOUR, DAY = 3_600, 86_400
NAME = "HELIOGRAPH_ARCHIVE"
AGE = Definition("backup_age_seconds", "seconds", "since the newest base backup", Rule(26 * HOUR, 50 * HOUR))
LOG_AGE = Definition(
    "backup_log_age_seconds",
    "seconds",
    "since the log was archived last",
    Rule(300, 1_800),
)
MISSING = Definition(
    "backup_missing_segments", "count", "of the log behind the newest base backup, missing", Rule(0, 1)
)
TRIAL_AGE = Definition(
    "backup_trial_age_seconds", "seconds", "since a restore was tried and went well", Rule(8 * DAY, 15 * DAY)
)
TRIALS = Definition("backup_failed_trials", "count", "trials of a restore that failed, in a row", Rule(0, 1))
COPY_AGE = Definition(
    "backup_copy_age_seconds", "seconds", "since the archive was copied elsewhere", Rule(26 * HOUR, 50 * HOUR)
)
COPIES = Definition("backup_failed_copies", "count", "copies elsewhere that failed, in a row", Rule(0, 3))
ALL = (AGE, LOG_AGE, MISSING, TRIAL_AGE, TRIALS, COPY_AGE, COPIES)


def read(ground: Ground) -> Iterator[Measure]:
    """From the folder of the archive, as far as this process may read it."""
    named = os.environ.get(NAME)
    if not named:
        return
    archive = Archive(Path(named))
    try:
        yield from _newest(archive, at=ground.at)
        yield from _acts(told(archive, TRIED), TRIAL_AGE, TRIALS, "no restore was tried yet", at=ground.at)
        yield from _acts(told(archive, COPIED), COPY_AGE, COPIES, "none is made elsewhere", at=ground.at)
    except (OSError, BadBackup) as fault:
        for one in ALL:
            yield unknown(one, str(fault))


def _newest(archive: Archive, *, at: datetime) -> Iterator[Measure]:
    bases, segments = archive.bases(), archive.segments()
    if not bases:
        # Nothing is backed up: as bad as the oldest one.
        yield known(AGE, 50 * HOUR, note="there is no base backup yet")
        return
    newest = bases[-1]
    yield known(AGE, max((at - newest.ended_at).total_seconds(), 0.0), note=newest.name)
    missing = gaps(archive, newest)
    yield known(MISSING, len(missing), note=f"from {missing[0]} on" if missing else "")
    if segments:
        written = (archive.log_folder / segments[-1]).stat().st_mtime
        yield known(LOG_AGE, max(at.timestamp() - written, 0.0), note=segments[-1])


def _acts(
    found: Told | None, age: Definition, failures: Definition, none: str, *, at: datetime
) -> Iterator[Measure]:
    if found is None:
        yield unknown(age, f"{NOTHING}{none}")
        return
    yield known(failures, found.failures, note=found.error)
    if found.good_at:
        yield known(age, max((at - found.good_at).total_seconds(), 0.0))


PROBE = Probe("backup", ALL, read, every=60, rows=False)
