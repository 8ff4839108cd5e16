"""One fault of the drill of incidents is tried, or several at once that do not disturb each other."""

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psutil
import psycopg
import redis
from django.db import Error, connection

from benchmarks.drills.parts.command import Say
from benchmarks.drills.parts.pipeline import NotDone
from benchmarks.drills.parts.watch_faults import Fault
from benchmarks.drills.parts.watch_ground import Watched, wait
from benchmarks.drills.parts.watch_pace import FACTOR
from heliograph.errors import HeliographError

if TYPE_CHECKING:
    from heliograph.monitor.alerts.models import Incident

# What a fault that cannot be made or mended fails by; the others are tried all the same.
FAILURES = (Error, psycopg.Error, redis.RedisError, psutil.Error, NotDone, HeliographError, OSError)
# The notice of an end is sent this soon after it; what is left over of a round ends within so long.
SENT_SECONDS, LEFT_SECONDS = 20, 60
DISTANCE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one fault. It should be named within `within_s`, and over within `over_within_s` of its
    mending; `late_s`: how much later it is said to have begun; `notices`: the states it was told in."""

    fault: str
    rule: str = ""
    within_s: float = 0.0
    named_s: float | None = None
    over_within_s: float = 0.0
    resolved_s: float | None = None
    late_s: float | None = None
    notices: list[str] = field(default_factory=list)
    words: str = ""
    failure: str = ""
    # It was over before anybody could be told: the notice of its end says all.
    is_past: bool = False

    @property
    def wrong(self) -> list[str]:
        """What should have been otherwise."""
        if self.failure:
            return [f"{self.fault}: {self.failure}"]
        if self.named_s is None:
            return [f"{self.fault}: not named"]
        if self.resolved_s is None:
            return [f"{self.fault}: not over"]
        told_once = self.notices == ["opened", "resolved"] or (self.is_past and self.notices == ["resolved"])
        return [] if told_once else [f"{self.fault}: told as {self.notices}"]


@dataclass(frozen=True, slots=True)
class Round:
    """What came of faults that were tried at once; `others` are incidents of other names."""

    seen: list[Seen]
    others: list[str]

    def as_line(self) -> dict[str, object]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def of_line(cls, line: dict[str, object]) -> "Round":
        """One that was kept."""
        return cls([Seen(**one) for one in line["seen"]], list(line["others"]))  # type: ignore[attr-defined, call-overload]


Known = set[tuple[int, int]]


def try_round(all_: Watched, faults: Sequence[Fault], *, threads: Executor, say: Say) -> Round:
    """Break what these faults break, all at once; each is mended as soon as it is named.

    The threads outlive the drill: what one has started ends with it.
    """
    from heliograph.monitor.alerts.models import Incident

    _wait_for_distance(faults)
    known = {(one.pk, one.reopened) for one in Incident.objects.all()}
    seen = list(threads.map(lambda fault: _in_thread(all_, fault, known, say), faults))
    # What is still wrong, as nobody named it, must not be taken for what the next one brings.
    wait(lambda: not Incident.objects.filter(state__in=Incident.GOING).exists(), seconds=LEFT_SECONDS)
    meant = {name for fault in faults for name in fault.names}
    # Of a database that was away a connection may be left.
    connection.close()
    others = [one for one in _fresh(known) if one.rule_name not in meant and _is_alarm(one)]
    return Round(seen, [f"{one.rule_name}: {_words(one)}" for one in others])


def _wait_for_distance(faults: Sequence[Fault]) -> None:
    """Until what these faults bring is no longer the same incident as one of their causes before."""
    from heliograph.monitor.alerts.incidents import REOPENS
    from heliograph.monitor.alerts.models import Incident
    from heliograph.monitor.alerts.shipped import SHIPPED

    causes = {SHIPPED[name].cause for fault in faults for name in fault.names}
    distance = REOPENS / FACTOR + DISTANCE

    def is_near() -> bool:
        lately = Incident.objects.filter(resolved_at__gt=datetime.now(UTC) - distance)
        return any(key.partition(":")[0] in causes for key in lately.values_list("key", flat=True))

    wait(lambda: not is_near(), seconds=distance.total_seconds())


def _in_thread(all_: Watched, fault: Fault, known: Known, say: Say) -> Seen:
    try:
        seen = _try(all_, fault, known, say)
    except FAILURES as wrong:
        seen = Seen(fault.title, failure=f"{type(wrong).__name__}: {wrong}"[:300])
    finally:
        connection.close()
    say(f"{fault.title}: {seen}")
    return seen


def _try(all_: Watched, fault: Fault, known: Known, say: Say) -> Seen:
    began, at = time.monotonic(), datetime.now(UTC)
    mend = fault.begin(all_)
    mended = None
    if fault.seen_after is not None:
        time.sleep(fault.seen_after)
        mend()
        mended = time.monotonic()

    def named() -> "Incident | None":
        return next((one for one in _fresh(known) if one.rule_name in fault.names and one.told), None)

    try:
        is_named = wait(named, seconds=fault.within - (time.monotonic() - began))
        named_s = time.monotonic() - began
        incident = named() if is_named else None
        say(f"{fault.title}: {'named' if is_named else 'not named'} after {named_s:.0f} s")
    finally:
        if mended is None:
            mend()
            mended = time.monotonic()
    is_over = incident is not None and wait(lambda: _is_over(incident), seconds=fault.over_within)
    over_s = time.monotonic() - mended
    wait(lambda: _states(all_, incident)[-1:] == ["resolved"], seconds=SENT_SECONDS if is_over else 0)
    return Seen(
        fault=fault.title,
        rule=incident.rule_name if incident else "",
        within_s=fault.within,
        named_s=round(named_s, 1) if is_named else None,
        over_within_s=fault.over_within,
        resolved_s=round(over_s, 1) if is_over else None,
        late_s=round((incident.opened_at - at).total_seconds(), 1) if incident else None,
        notices=_states(all_, incident),
        words=_words(incident) if incident else "",
        is_past=fault.seen_after is not None,
    )


def _fresh(known: Known) -> "list[Incident]":
    """Those that were opened since, or opened again."""
    from heliograph.monitor.alerts.models import Incident

    return [one for one in Incident.objects.order_by("pk") if (one.pk, one.reopened) not in known]


def _is_over(incident: "Incident") -> bool:
    return type(incident).objects.filter(pk=incident.pk, state="resolved").exists()


def _is_alarm(incident: "Incident") -> bool:
    """What turned out to follow from another one before anybody was told is none."""
    return bool(incident.told) or incident.state != "absorbed"


def _words(incident: "Incident") -> str:
    """What the first line of its time line says is wrong."""
    line = incident.entries.filter(kind__in=("opened", "reopened")).order_by("at", "pk").last()
    return line.words if line else ""


def _states(all_: Watched, incident: "Incident | None") -> list[str]:
    """In which states it was told of, in this order; of one that was opened again, since then."""
    number = getattr(incident, "pk", None)
    return [str(one["state"]) for one in all_.told() if one["incident"] == number]
