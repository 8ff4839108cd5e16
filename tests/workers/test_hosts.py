"""A worker on another host that is cut off is missed by nobody for long."""

import os

import pytest

from benchmarks.drills.hosts import drill
from benchmarks.drills.parts.hosts import missing
from tests.workers.running import home_folder

WHY = missing()


@pytest.mark.skipif(bool(WHY) and not os.environ.get("CI"), reason=WHY or "hosts can be made")
def test_rows_and_notices_are_the_same_when_a_host_of_a_worker_is_cut_off():
    assert not WHY
    with home_folder() as home:
        report = drill(home, seconds=8, bars=8, away=("one",), say=lambda _: None)

    assert (report.lost, report.doubled, report.wrong) == (0, 0, [])
    assert report.signals > 10
    assert [cut.host for cut in report.cuts] == ["one"]
    assert all(cut.pages_back_s is not None and cut.evaluated_s is not None for cut in report.cuts)
