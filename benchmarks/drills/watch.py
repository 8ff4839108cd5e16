"""Real faults of real parts: each must open the right incident in time, be told once, and end when mended.

`python -m benchmarks.drills.watch [--only TITLE] [--quiet SECONDS] [--keep FILE]`: embedded servers behind
proxies, workers, a beat, the emulated exchange, a receiver that is on call. First a time in which nothing is
broken and nothing may be told, then the faults in rounds; those of a round are of parts that do not disturb
each other, and go on at once. The watch runs five times as fast: looks, the times that rules wait, and what
is counted over an hour (see parts/watch_app.py); three ages that a fault would have to reach are shorter
(parts/watch_ground.py), and bars of the exchange come as they do. All else is as it ships. A file that is
kept holds each round that is done: a drill that was interrupted goes on behind them.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.drills.parts.command import Say, run_in_folder
from benchmarks.drills.parts.watch_faults import ROUNDS, Fault
from benchmarks.drills.parts.watch_ground import Watched, wait, watched
from benchmarks.drills.parts.watch_trial import Round, try_round

QUIET, EACH_BAR = 600.0, 10.0


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found; `false_alarms` are incidents of the quiet time, or of others than the faults.

    `kept`: so many of the faults were tried by an earlier run.
    """

    drill: str
    faults: int
    named: int
    resolved: int
    false_alarms: int
    seconds: float
    quiet_seconds: float
    kept: int
    seen: list[dict[str, object]]
    wrong: list[str]


def drill(
    home: Path, *, rounds: Sequence[Sequence[Fault]], quiet: float, say: Say, kept: Path | None = None
) -> Report:
    """Watch a quiet time, then break and mend one part after the other."""
    began = time.monotonic()
    done = _read(kept)
    before = {one.fault for round_ in done for one in round_.seen}
    with ThreadPoolExecutor(max(map(len, ROUNDS))) as threads, watched(home, say) as all_:
        _settle(all_, say)
        calm = _quiet(all_, seconds=quiet)
        say(f"{quiet:.0f} quiet seconds: {calm or 'nothing'}")
        all_.forget_budgets()
        for faults in rounds:
            if left := [fault for fault in faults if fault.title not in before]:
                done.append(try_round(all_, left, threads=threads, say=say))
                _write(kept, done[-1])
                say(f"others: {done[-1].others or 'none'}")
    seen = [one for round_ in done for one in round_.seen]
    alarms = [*calm, *(other for round_ in done for other in round_.others)]
    return Report(
        drill="watch",
        faults=len(seen),
        named=sum(one.named_s is not None for one in seen),
        resolved=sum(one.resolved_s is not None for one in seen),
        false_alarms=len(alarms),
        seconds=round(time.monotonic() - began, 1),
        quiet_seconds=quiet,
        kept=len(before),
        seen=[asdict(one) for one in seen],
        wrong=[*(f"false alarm: {one}" for one in alarms), *(word for one in seen for word in one.wrong)],
    )


def _read(kept: Path | None) -> list[Round]:
    lines = kept.read_text().splitlines() if kept and kept.exists() else []
    return [Round.of_line(json.loads(line)) for line in lines]


def _write(kept: Path | None, round_: Round) -> None:
    if kept:
        with kept.open("a") as lines:
            print(json.dumps(round_.as_line()), file=lines)


def _settle(all_: Watched, say: Say) -> None:
    """Until all parts are up and nothing is wrong: what was so while they came up does not count."""
    from heliograph.monitor.alerts.incidents import going
    from heliograph.monitor.alerts.models import Alert, Heartbeat, Watch

    def ready() -> bool:
        looked = Watch.objects.filter(looked_at__gt=datetime.now(UTC) - timedelta(seconds=10)).exists()
        beats = Heartbeat.objects.filter(reached_at__isnull=False).exists()
        return looked and beats and not Alert.objects.exclude(state="resolved").exists()

    if not wait(lambda: ready() and not going().exists(), seconds=180):
        say(f"not settled: {list(going().values_list('rule_name', flat=True))}")


def _quiet(all_: Watched, *, seconds: float) -> list[str]:
    """The incidents of a time in which bars come and nothing is broken."""
    from heliograph.monitor.alerts.models import Incident

    known = set(Incident.objects.values_list("pk", flat=True))
    ends = time.monotonic() + seconds
    with all_.feeder() as feeder:
        while time.monotonic() < ends:
            feeder.feed(1)
            time.sleep(min(EACH_BAR, max(ends - time.monotonic(), 0.0)))
    return list(Incident.objects.exclude(pk__in=known).values_list("rule_name", flat=True))


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="only faults of this title; repeatable")
    parser.add_argument("--quiet", type=float, default=QUIET, help="seconds in which nothing is broken")
    parser.add_argument("--keep", type=Path, help="a file of rounds that are done; they are not done again")
    asked = parser.parse_args()

    titles = {fault.title for faults in ROUNDS for fault in faults}
    if strange := sorted(set(asked.only or ()) - titles):
        parser.error(f"There is no fault '{strange[0]}'; there are: {', '.join(sorted(titles))}.")
    rounds = [[one for one in faults if not asked.only or one.title in asked.only] for faults in ROUNDS]
    report = run_in_folder(
        lambda home, say: drill(home, rounds=rounds, quiet=asked.quiet, say=say, kept=asked.keep)
    )
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
