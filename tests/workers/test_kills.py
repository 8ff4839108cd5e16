"""Processes that are killed at any moment leave whole steps or nothing."""

from benchmarks.drills.kills import drill
from tests.workers.running import home_folder


def test_rows_and_notices_are_the_same_however_often_workers_leaders_and_children_are_killed():
    with home_folder() as home:
        report = drill(home, kills=100, bars=40, seed=1, say=lambda _: None)

    assert (report.kills, report.lost, report.doubled, report.wrong) == (100, 0, 0, [])
    assert (report.evaluations, report.parked) == (40 * 40, 0)
    assert set(report.by_kind) == {"child", "worker", "leader"}
    assert report.signals > 100
