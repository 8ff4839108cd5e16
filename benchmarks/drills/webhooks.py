"""10,000 notices to a receiver that fails 30 % of the time, while who sends is killed 100 times by `kill -9`.

`python -m benchmarks.drills.webhooks [--notices N] [--kills N] [--fail SHARE]`: every id must arrive, each
with a signature that the `standardwebhooks` library verifies. Pauses after failures, which are made for
receivers that are gone for hours, are cut short in the rows; leases of the killed are waited for as they are,
but for the last ones.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.drills.parts.command import run_in_folder
from benchmarks.drills.parts.receiver import Receiver, receiving
from benchmarks.drills.parts.senders import Senders, sending
from benchmarks.drills.parts.unreliable import Unreliable
from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import embedded

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SENDERS = 2
PER_CHANNEL = 50
LEAST_CHANNELS = 64
# The last ones are delivered in peace, so that there are always some left for those who are killed.
KILLED_UNTIL = 0.97
KILL_SECONDS = 0.2
LOOK_SECONDS = 0.1
# Nothing new arrived for so long: what is missing will not come.
STILL_SECONDS = 120

HURRY = (
    "UPDATE notices_channel SET rests_until = NULL WHERE rests_until > now()",
    "UPDATE notices_sending SET not_before = now() WHERE state = 'pending' AND not_before > now()",
)
RUN_OUT = "UPDATE notices_channel SET leased_until = now() WHERE leased_until > now()"
STATES = """
SELECT count(*) FILTER (WHERE state = 'sent'), count(*) FILTER (WHERE state = 'failed') FROM notices_delivery
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found. `requests` came in all, `failures` of them were answered by none or an error;
    `repeats` were taken before, `given_up` were sent again by hand after ten failures. Who sent
    those that are `cut` was killed before all was sent."""

    drill: str
    notices: int
    missing: int
    bad_signatures: int
    kills: int
    seconds: float
    repeats: int
    requests: int
    cut: int
    failures: dict[str, int]
    given_up: int
    channels: int
    wrong: list[str]


@dataclass(slots=True)
class Drill:
    """One run: notices flow while senders are killed, then all that is left is delivered."""

    senders: Senders
    receiver: Receiver
    answers: Unreliable
    rows: "psycopg.Connection[tuple[object, ...]]"
    notices: int
    channels: int
    say: Callable[[str], None]
    told: int = 0
    given_up: int = 0

    def run(self, *, kills: int, dice: random.Random) -> int:
        """Kill that often, evenly over all that arrives, then wait until everything has; returns how many."""
        due = sorted(dice.randrange(int(self.notices * KILLED_UNTIL)) for _ in range(kills))
        for _ in range(SENDERS):
            self.senders.start()
        for killed, arrived in enumerate(due):
            self._tell(min(self.notices, arrived + self.notices // 10))
            while len(self.answers.taken) < arrived:
                self._look()
            time.sleep(dice.expovariate(1 / KILL_SECONDS))
            self.senders.kill(dice.choice(self.senders.pids))
            self.senders.start()
            if killed % 10 == 9:
                self.say(f"{killed + 1} kills, {len(self.answers.taken):,} notices arrived")
        self._tell(self.notices)
        self._end()
        return len(due)

    def _tell(self, until: int) -> None:
        if until > self.told:
            self.senders.tell(self.told, until, channels=self.channels)
            self.told = until

    def _end(self) -> None:
        """Nobody is killed any more. The leases of those who were run out at once."""
        for pid in list(self.senders.pids):
            self.senders.kill(pid)
        self.rows.execute(RUN_OUT)
        for _ in range(SENDERS):
            self.senders.start()
        before, since = -1, time.monotonic()
        self.say(f"{len(self.answers.taken):,} notices arrived; nobody is killed any more")
        while (arrived := len(self.answers.taken)) < self.notices or not self._is_sent():
            self._look()
            if arrived != before:
                before, since = arrived, time.monotonic()
            elif time.monotonic() - since > STILL_SECONDS:
                return
        self.say(f"{arrived:,} notices arrived")

    def _is_sent(self) -> bool:
        """True if the rows say so; what was given up is sent again, as a person would let it."""
        row = self.rows.execute(STATES).fetchone()
        assert row
        sent, failed = row
        if failed:
            self.given_up += self.senders.replay()
        return sent == self.notices

    def _look(self) -> None:
        for statement in HURRY:
            self.rows.execute(statement)
        time.sleep(LOOK_SECONDS)


def drill(home: Path, *, notices: int, kills: int, answers: Unreliable, say: Callable[[str], None]) -> Report:
    """Send that many notices under so many kills to a receiver that answers like this."""
    channels = max(LEAST_CHANNELS, notices // PER_CHANNEL)
    with receiving() as receiver, embedded(Home.open(home)) as urls:
        receiver.reply = answers
        with sending(_environment(urls["database_url"])) as senders:
            senders.prepare(channels=channels, port=receiver.port)
            say(f"{channels} channels; {notices:,} notices, {kills} kills, {answers.fail:.0%} failures")
            began = time.monotonic()
            with psycopg.connect(urls["database_url"], autocommit=True) as rows:
                run = Drill(senders, receiver, answers, rows, notices, channels, say)
                killed = run.run(kills=kills, dice=random.Random(answers.seed))
                seconds = time.monotonic() - began
                return _report(run, killed, seconds)


def _report(run: Drill, killed: int, seconds: float) -> Report:
    answers, expected = run.answers, {f"signal:{number}" for number in range(run.notices)}
    arrived = set(answers.subjects.values())
    wrong = [f"a signature was refused: {reason}" for reason in sorted(set(answers.refused))]
    if len(answers.subjects) != len(arrived):
        wrong.append(f"{len(answers.subjects) - len(arrived)} notices came under more than one id")
    if strange := arrived - expected:
        wrong.append(f"{len(strange)} arrived that nobody raised")
    if not run._is_sent():
        wrong.append("the rows do not say that all are sent")
    return Report(
        drill="webhooks",
        notices=run.notices,
        missing=len(expected - arrived),
        bad_signatures=len(answers.refused),
        kills=killed,
        seconds=round(seconds, 1),
        repeats=answers.taken.total() - len(answers.taken),
        requests=len(run.receiver.requests),
        cut=run.receiver.cut,
        failures=dict(sorted(answers.failures.items())),
        given_up=run.given_up,
        channels=run.channels,
        wrong=wrong,
    )


def _environment(url: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "heliograph.config.settings",
        "HELIOGRAPH_SECRET_KEY": "only for a drill",
        "HELIOGRAPH_LOG_LEVEL": "ERROR",
        "HOOK_SECRET": SECRET,
    }


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--fail", type=float, default=0.3)
    parser.add_argument("--silent", type=float, default=0.05, help="of the failures, those by silence")
    parser.add_argument("--seed", type=int, default=20_261_130)
    asked = parser.parse_args()

    answers = Unreliable(SECRET, asked.fail, asked.silent, asked.seed)
    report = run_in_folder(
        lambda home, say: drill(home, notices=asked.notices, kills=asked.kills, answers=answers, say=say)
    )
    sys.exit(bool(report.missing or report.bad_signatures or report.wrong))


if __name__ == "__main__":
    main()
