"""A child that dies or stands still is started again."""

import os
import signal
import sys

from heliograph.kit.wait import wait_until
from heliograph.workers.children import LONGEST_STILL, Child
from heliograph.workers.programs import Program

SLEEPS = (sys.executable, "-c", "import signal; signal.pause()")


def child(tmp_path, *, has_pulse):
    program = Program("sleeper", SLEEPS, has_pulse=has_pulse)
    made = Child(program, env=dict(os.environ), log=tmp_path / "sleeper.log", longest_pause=0.0)
    made.start()
    return made


def end(made):
    made.ask_to_end()
    made.end(seconds=5)


def stand_still(tmp_path):
    """As if it had last touched its file long ago."""
    pulse = tmp_path / "sleeper.pulse"
    long_ago = pulse.stat().st_mtime - LONGEST_STILL - 1
    os.utime(pulse, (long_ago, long_ago))


def test_a_worker_that_stands_still_is_killed_and_started_again(tmp_path):
    made = child(tmp_path, has_pulse=True)
    first = made.pid
    assert made.look() is None
    stand_still(tmp_path)

    assert made.look() == "sleeper stood still for 45 s and was killed"
    assert wait_until(lambda: made.pid is None, seconds=60)
    assert made.look().startswith("sleeper was killed by signal 9; it is started again in 0 s")
    assert made.look() == "sleeper is started again"
    # Its pulse is fresh: it is given time to start.
    assert (made.look(), made.pid not in {None, first}) == (None, True)
    end(made)


def test_a_program_without_a_pulse_may_be_as_still_as_it_likes(tmp_path):
    made = child(tmp_path, has_pulse=False)

    assert (made.look(), (tmp_path / "sleeper.pulse").exists()) == (None, False)
    made._process.send_signal(signal.SIGKILL)
    assert wait_until(lambda: made.pid is None, seconds=60)
    assert made.look().startswith("sleeper was killed by signal 9")
    end(made)
