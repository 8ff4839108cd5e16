"""Whoever is killed while receivers fail, every notice arrives, signed and under one id."""

import socket

from benchmarks.drills.parts.receiver import receiving
from benchmarks.drills.parts.unreliable import Unreliable
from benchmarks.drills.webhooks import SECRET, drill
from heliograph.kit.wait import wait_until
from tests.workers.running import home_folder


def test_a_request_that_is_cut_off_is_none():
    """A sender is killed between its headers and its body."""
    with receiving() as receiver:
        with socket.create_connection(("127.0.0.1", receiver.port)) as line:
            line.sendall(b"POST /hook HTTP/1.1\r\nwebhook-id: a\r\nContent-Length: 100\r\n\r\n{")
        assert wait_until(lambda: receiver.cut == 1, seconds=60)
        assert receiver.requests == []


def test_all_notices_arrive_at_a_receiver_that_fails_while_senders_are_killed():
    answers = Unreliable(SECRET, fail=0.3, silent=0.02, seed=7)
    with home_folder() as home:
        report = drill(home, notices=200, kills=5, answers=answers, say=lambda _: None)

    assert (report.notices, report.missing, report.bad_signatures, report.wrong) == (200, 0, 0, [])
    assert report.kills == 5
    assert report.requests > 250
    assert {"500", "503", "reset"} <= report.failures.keys()
    assert report.requests == 200 + report.repeats + sum(report.failures.values())
