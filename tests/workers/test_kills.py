"""A worker that is killed leaves a whole step or nothing."""

from benchmarks.drills.worker_kills import drill
from tests.workers.running import home_folder


def test_signals_and_outcomes_are_the_same_however_often_the_worker_was_killed():
    with home_folder() as home:
        report = drill(home, kills=3, seed=1)

    assert (report.kills, report.wrong) == (3, [])
    assert report.signals > 500
