"""Releases come and go under load, and no request and no signal is lost.

`python -m benchmarks.drills.upgrade [--requests N]`: an installation with nginx before it, two workers and a
timetable takes releases with migrations by `heliograph-deploy`, is rolled back, reloads its pages, meets a
release that is never ready and takes that back by itself, and goes on after its command was killed. Clients
ask all the while, by lines that stay and by new ones, also what may not be sent twice; bars come all the
while, and what became of them is compared with a run without disturbance.
"""

import argparse
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic

from benchmarks.drills.parts import feed
from benchmarks.drills.parts.command import Say, run_in_folder
from benchmarks.drills.parts.databases import differences, lost_and_doubled
from benchmarks.drills.parts.pipeline import Pipeline, feed_at_pace, ground, seen, undisturbed
from benchmarks.drills.parts.receiver import receiving
from benchmarks.drills.parts.upgrade_clients import asking
from benchmarks.drills.parts.upgrade_control import supervised
from benchmarks.drills.parts.upgrade_front import front
from benchmarks.drills.parts.upgrade_releases import make_release
from heliograph.kit.wait import wait_until

DEPLOY = Path(__file__).parents[2] / "deploy" / "heliograph-deploy"
FIRST, SICK = "0.1.0-000000000000", "0.1.1-sick00000000"
PAUSE = 0.01


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found; `failures` says how requests failed, `wrong` what differs in rows."""

    drill: str
    requests: int
    failed: int
    lost: int
    doubled: int
    rollbacks: int
    migrations: int
    reloads: int
    killed: int
    signals: int
    seconds_of_upgrades: list[float]
    failures: dict[str, int]
    wrong: list[str]


@dataclass(frozen=True, slots=True)
class Course:
    """How much of each there is to be; `killed` are commands, `bars` come every five seconds."""

    requests: int = 50_000
    migrations: int = 5
    reloads: int = 20
    killed: int = 1
    workers: int = 2
    bars: int = 60


@dataclass(slots=True)
class Installation:
    """One that is driven by its command."""

    root: Path
    control: str

    def deploy(self, *words: str, code: int = 0, seconds: int = 180) -> None:
        """Run `heliograph-deploy`, which is to end with that code; its gate waits for so many seconds."""
        done = subprocess.run(
            self.words(*words, "--seconds", str(seconds)), capture_output=True, text=True, check=False
        )
        if done.returncode != code:
            raise AssertionError(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr[-3000:]}")

    def words(self, *words: str) -> list[str]:
        """Its command line."""
        places = ("--root", self.root, "--etc", self.root / "etc", "--home", self.root.parent)
        gate = ("--web", f"unix:{self.root / 'web.sock'}", "--good", 3)
        given = (DEPLOY, *words, *places, *gate, "--control", self.control, "--keep", 9)
        return [sys.executable, *map(str, given)]

    def kill_in_the_middle(self, *words: str) -> None:
        """Kill the command as soon as it has switched over."""
        journal = self.root / "upgrade.json"
        with subprocess.Popen(self.words(*words), stderr=subprocess.DEVNULL) as process:

            def switched() -> bool:
                entry = json.loads(journal.read_text()) if journal.exists() else {"done": [], "result": "-"}
                return process.poll() is not None or (not entry["result"] and "switch" in entry["done"])

            wait_until(switched, seconds=300, every=0.01)
            process.send_signal(signal.SIGKILL)

    def reload(self) -> None:
        """Let the pages start anew, and wait until they have."""
        before = self.log().count("A successor serves")
        subprocess.run([*self.control.split(), "reload-web"], check=True)
        if not wait_until(lambda: self.log().count("A successor serves") > before, seconds=120):
            raise AssertionError(f"The pages were not reloaded: {self.log()[-2000:]}")

    def log(self) -> str:
        """What its programs say."""
        return (self.root / "programs.log").read_text(errors="replace")


def drill(home: Path, course: Course, *, say: Say) -> Report:
    """Each migration is a release of its own, taken by an upgrade; every second one is rolled back first."""
    root = home / "installation"
    root.mkdir()
    with receiving() as receiver, ground(home, receiver) as place:
        say("the undisturbed run")
        expected = undisturbed(place, receiver, bars=course.bars)
        url = place.fresh("drill_upgrade")
        env = place.environment(url)
        say("making releases")
        names = [FIRST, *(f"0.{number + 2}.0-{number + 1:012}" for number in range(course.migrations))]
        for number, name in enumerate(names):
            make_release(root, name, migrations=number)
        make_release(root, SICK, is_sick=True)
        (root / "current").symlink_to(root / "releases" / FIRST)
        (root / "etc").mkdir()
        given = ("DATABASE_URL", "REDIS_URL", "HELIOGRAPH_SECRET_KEY", "HELIOGRAPH_REPLAY", feed.SECRET_ENV)
        (root / "etc" / "heliograph.env").write_text("".join(f"{name}={env[name]}\n" for name in given))
        with supervised(root, env, workers=course.workers) as control, front(root) as address:
            here = Installation(root, control)
            if not wait_until(lambda: "The pages are served" in here.log(), seconds=120):
                raise AssertionError(here.log()[-2000:])
            pipeline = Pipeline(url)
            pace = {"bars": course.bars, "seconds": 5.0 * course.bars}
            feeding = Thread(target=feed_at_pace, args=(place, pipeline), kwargs=pace)
            feeding.start()
            with asking(address, pause=PAUSE) as told:
                seconds, rollbacks = _disturb(here, names, course, say)
                wait_until(lambda: told.so_far() >= course.requests, seconds=3_600, every=0.5)
            feeding.join()
            say("waiting for the pipeline")
            pipeline.wait_until_done()
        found = seen(url, receiver)
    lost, doubled = lost_and_doubled(found, expected)
    return Report(
        drill="upgrade",
        requests=told.requests,
        failed=told.failed.total(),
        lost=lost,
        doubled=doubled,
        rollbacks=rollbacks,
        migrations=course.migrations,
        reloads=course.reloads,
        killed=course.killed,
        signals=len(expected["signals"]),
        seconds_of_upgrades=seconds,
        failures=dict(told.failed),
        wrong=differences(found, expected),
    )


def _disturb(here: Installation, names: Sequence[str], course: Course, say: Say) -> tuple[list[float], int]:
    for number in range(course.reloads):
        here.reload()
        say(f"reload {number + 1} of {course.reloads}")
    here.deploy("upgrade", SICK, code=4, seconds=8)
    say("a sick release took itself back")
    rollbacks, seconds = 1, []
    for number, name in enumerate(names[1:]):
        if number < course.killed:
            here.kill_in_the_middle("upgrade", name)
            say("a command was killed")
        began = monotonic()
        here.deploy("upgrade", name)
        seconds.append(round(monotonic() - began, 1))
        say(f"upgraded to {name} in {seconds[-1]} s")
        if number % 2:
            here.deploy("rollback")
            rollbacks += 1
            say("rolled back")
            here.deploy("upgrade", name)
    return seconds, rollbacks


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("requests", "migrations", "reloads", "killed", "workers", "bars"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Course(), name))
    course = Course(**vars(parser.parse_args()))
    report = run_in_folder(lambda home, say: drill(home, course, say=say))
    sys.exit(bool(report.failed or report.wrong))


if __name__ == "__main__":
    main()
