"""Whoever is killed while receivers fail, every notice arrives, signed and under one id."""

from benchmarks.drills.parts.unreliable import Unreliable
from benchmarks.drills.webhooks import SECRET, drill
from tests.workers.running import home_folder


def test_all_notices_arrive_at_a_receiver_that_fails_while_senders_are_killed():
    answers = Unreliable(SECRET, fail=0.3, silent=0.02, seed=7)
    with home_folder() as home:
        report = drill(home, notices=300, kills=5, answers=answers, say=lambda _: None)

    assert (report.notices, report.missing, report.bad_signatures, report.wrong) == (300, 0, 0, [])
    assert report.kills == 5
    assert report.requests > 380
    assert {"500", "503", "reset"} <= report.failures.keys()
    assert report.requests == 300 + report.repeats + sum(report.failures.values())
