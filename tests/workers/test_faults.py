"""Databases that are killed, emptied or cut off lose and double nothing."""

from benchmarks.drills.faults import drill
from tests.workers.running import home_folder


def test_rows_and_notices_are_the_same_whatever_happens_to_redis_and_postgresql():
    with home_folder() as home:
        report = drill(home, faults=10, bars=10, seed=3, say=lambda _: None)

    assert (report.faults, report.lost, report.doubled, report.wrong) == (10, 0, 0, [])
    assert report.evaluations == 10 * 40
    assert len(report.by_kind) > 4
