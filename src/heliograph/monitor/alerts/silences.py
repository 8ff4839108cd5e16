"""Silences and maintenance windows: what is not told for a while, who wanted that, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from heliograph.monitor.alerts.errors import BadSilence, NoSuchSilence
from heliograph.monitor.alerts.judge import fits
from heliograph.monitor.alerts.models import Alert, Silence

LONGEST = timedelta(days=366)
MOST_PATTERNS, LONGEST_PATTERN, LONGEST_WHY = 20, 64, 200


@dataclass(frozen=True, slots=True)
class Hush:
    """What is to be silenced. `rules`: patterns of names of rules or causes; `labels`: patterns of labels;
    neither: everything. `every_days`: again and again."""

    begins_at: datetime
    ends_at: datetime
    why: str
    rules: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    every_days: int | None = None
    is_maintenance: bool = False


def add_silence(hush: Hush, *, who: str, at: datetime) -> Silence:
    """Store it; BadSilence names the field that is wrong."""
    _check(hush, at=at)
    kind = Silence.Kind.MAINTENANCE if hush.is_maintenance else Silence.Kind.SILENCE
    return Silence.objects.create(
        kind=kind,
        rules=list(hush.rules),
        labels=dict(hush.labels),
        begins_at=hush.begins_at,
        ends_at=hush.ends_at,
        every_days=hush.every_days,
        who=who[:120],
        why=hush.why.strip(),
        made_at=at,
    )


def end_silence(number: int, *, at: datetime) -> Silence:
    """From now on it holds no more; what goes on is told."""
    if not Silence.objects.filter(pk=number, ended_at=None).update(ended_at=at):
        raise NoSuchSilence(number)
    return Silence.objects.get(pk=number)


def active(*, at: datetime) -> list[Silence]:
    """Those that hold now."""
    begun = Silence.objects.filter(ended_at=None, begins_at__lte=at).order_by("pk")
    return [one for one in begun if holds(one, at=at)]


def holds(silence: Silence, *, at: datetime) -> bool:
    """True while it silences: once, or each time it comes round."""
    if silence.ended_at is not None or at < silence.begins_at:
        return False
    if silence.every_days:
        into = (at - silence.begins_at) % timedelta(days=silence.every_days)
        return into < silence.ends_at - silence.begins_at
    return at < silence.ends_at


def matches(silence: Silence, alert: Alert) -> bool:
    """True if it silences that alert."""
    names = (alert.rule.name, alert.rule.cause)
    is_named = not silence.rules or any(fnmatchcase(name, one) for one in silence.rules for name in names)
    return is_named and fits(silence.labels, alert.labels)


def _check(hush: Hush, *, at: datetime) -> None:
    length = hush.ends_at - hush.begins_at
    if length <= timedelta(0):
        raise BadSilence("ends_at", "A silence ends after it begins.")
    if length > LONGEST or hush.begins_at > at + LONGEST:
        raise BadSilence("ends_at", "A silence lasts for a year at most, and begins within one.")
    if hush.ends_at <= at and not hush.every_days:
        raise BadSilence("ends_at", "That silence would be over already.")
    if not hush.why.strip():
        raise BadSilence("why", "Say why, for those who wonder later.")
    if len(hush.why) > LONGEST_WHY:
        raise BadSilence("why", f"The reason has {LONGEST_WHY} characters at most.")
    if hush.every_days is not None and not 1 <= hush.every_days <= 31:
        raise BadSilence("every_days", "It comes again every 1 to 31 days.")
    if hush.every_days and length > timedelta(days=hush.every_days):
        raise BadSilence("every_days", "It would not be over before it begins again.")
    patterns = [*hush.rules, *hush.labels, *hush.labels.values()]
    if len(patterns) > MOST_PATTERNS or any(len(one) > LONGEST_PATTERN or "\x00" in one for one in patterns):
        raise BadSilence("rules", f"At most {MOST_PATTERNS} patterns of {LONGEST_PATTERN} characters.")
