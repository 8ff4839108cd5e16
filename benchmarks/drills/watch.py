"""Real faults of real parts, one after the other: each must open the right incident, be told once, and end.

`python -m benchmarks.drills.watch [--only TITLE] [--quiet SECONDS]`: embedded servers behind proxies,
workers, a beat, the emulated exchange, a receiver that is on call. The watch runs five times as fast: looks,
the times that rules wait, and what is counted over an hour (see parts/watch_app.py); three ages that a fault
would have to reach are shorter (parts/watch_ground.py). All else is as it ships.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import redis
from django.db import Error

from benchmarks.drills.parts.command import Say, run_in_folder
from benchmarks.drills.parts.pipeline import NotDone
from benchmarks.drills.parts.watch_faults import FAULTS, Fault
from benchmarks.drills.parts.watch_ground import Watched, wait, watched
from heliograph.errors import HeliographError

QUIET = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one fault. `notices`: the states it was told in; `others`: incidents of other names."""

    fault: str
    rule: str
    named_s: float | None
    resolved_s: float | None
    late_s: float | None
    notices: list[str]
    others: list[str]

    @property
    def wrong(self) -> list[str]:
        """What should have been otherwise."""
        found = []
        if self.named_s is None:
            found.append(f"{self.fault}: not named")
        elif self.resolved_s is None:
            found.append(f"{self.fault}: not over")
        elif [one for one in self.notices if one != "resolved"] != ["opened"]:
            found.append(f"{self.fault}: told as {self.notices}")
        return found


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found; `false_alarms` are incidents of a quiet time, or of others than the fault."""

    drill: str
    faults: int
    named: int
    resolved: int
    false_alarms: int
    seconds: float
    quiet_seconds: float
    seen: list[dict[str, object]]
    wrong: list[str]


def drill(home: Path, *, faults: Sequence[Fault], quiet: float, say: Say) -> Report:
    """Break and mend one part after the other."""
    began = time.monotonic()
    with watched(home, say) as all_:
        _settle(all_, say)
        calm = _quiet(all_, seconds=quiet)
        say(f"{quiet:.0f} quiet seconds: {calm or 'nothing'}")
        seen = []
        for fault in faults:
            try:
                seen.append(_try(all_, fault))
            except (
                Error,
                psycopg.Error,
                redis.RedisError,
                psutil.Error,
                NotDone,
                HeliographError,
                OSError,
            ) as wrong:
                # The others are tried all the same.
                say(f"{fault.title}: {type(wrong).__name__}: {wrong}")
                seen.append(Seen(fault.title, "", None, None, None, [], []))
            say(f"{fault.title}: {seen[-1]}")
    alarms = [*calm, *(other for one in seen for other in one.others)]
    return Report(
        drill="watch",
        faults=len(seen),
        named=sum(one.named_s is not None for one in seen),
        resolved=sum(one.resolved_s is not None for one in seen),
        false_alarms=len(alarms),
        seconds=round(time.monotonic() - began, 1),
        quiet_seconds=quiet,
        seen=[asdict(one) for one in seen],
        wrong=[*(f"false alarm: {one}" for one in alarms), *(word for one in seen for word in one.wrong)],
    )


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
    while time.monotonic() < ends:
        all_.feed(1)
        time.sleep(5)
    return list(Incident.objects.exclude(pk__in=known).values_list("rule_name", flat=True))


def _try(all_: Watched, fault: Fault) -> Seen:
    from heliograph.monitor.alerts.models import Incident

    known = {(one.pk, one.reopened) for one in Incident.objects.all()}
    began, at = time.monotonic(), datetime.now(UTC)
    mend = fault.begin(all_)
    mended = None
    if fault.seen_after is not None:
        time.sleep(fault.seen_after)
        mend()
        mended = time.monotonic()

    def fresh() -> list[Incident]:
        return [one for one in Incident.objects.order_by("pk") if (one.pk, one.reopened) not in known]

    def named() -> Incident | None:
        return next((one for one in fresh() if one.rule_name in fault.names and one.told), None)

    is_named = wait(named, seconds=fault.within + (fault.seen_after or 0))
    named_s = time.monotonic() - began
    incident = named() if is_named else None
    if mended is None:
        mend()
        mended = time.monotonic()
    is_over = incident is not None and wait(
        lambda: Incident.objects.filter(pk=incident.pk, state="resolved").exists(), seconds=fault.over_within
    )
    over_s = time.monotonic() - mended
    wait(lambda: _states(all_, incident)[-1:] == ["resolved"], seconds=20 if is_over else 0)
    # What is still wrong, as nobody named it, must not be taken for what the next one brings.
    wait(lambda: not Incident.objects.filter(state__in=Incident.GOING).exists(), seconds=60)
    others = [one.rule_name for one in fresh() if incident is None or one.pk != incident.pk]
    return Seen(
        fault=fault.title,
        rule=incident.rule_name if incident else "",
        named_s=round(named_s, 1) if is_named else None,
        resolved_s=round(over_s, 1) if is_over else None,
        late_s=round((incident.opened_at - at).total_seconds(), 1) if incident else None,
        notices=_states(all_, incident),
        others=others,
    )


def _states(all_: Watched, incident: object) -> list[str]:
    number = getattr(incident, "pk", None)
    return [str(one["state"]) for one in all_.told() if one["incident"] == number]


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="only faults of this title; repeatable")
    parser.add_argument("--quiet", type=float, default=QUIET, help="seconds in which nothing is broken")
    asked = parser.parse_args()

    chosen = [one for one in FAULTS if not asked.only or one.title in asked.only]
    report = run_in_folder(lambda home, say: drill(home, faults=chosen, quiet=asked.quiet, say=say))
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
