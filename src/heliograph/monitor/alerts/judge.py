"""Goes over all rules with what was measured: which hold, of which series."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from heliograph.monitor.alerts.conditions import (
    Judged,
    judge_absence,
    judge_anomaly,
    judge_burn,
    judge_threshold,
)
from heliograph.monitor.alerts.history import bad_minutes, season
from heliograph.monitor.alerts.models import Rule
from heliograph.monitor.measure import Measure, key_of

# Those that look back are looked at more seldom: they ask the database, and change slowly (seconds).
EVERY: Mapping[str, int] = {Rule.Kind.BURN: 60, Rule.Kind.ANOMALY: 300}
# A rule and the labels of a series as one text.
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What each rule says of each of its series; `looked` are the rules that were looked at this time."""

    found: Mapping[Key, tuple[Judged, Mapping[str, str]]]
    looked: Collection[int]


def judge_all(
    rules: Sequence[Rule],
    measures: Sequence[Measure],
    *,
    firing: Collection[Key],
    at: datetime,
    before: datetime | None,
) -> Verdicts:
    """The verdicts of those rules that are enabled and due."""
    by_name: dict[str, list[Measure]] = defaultdict(list)
    for measure in measures:
        by_name[measure.name].append(measure)
    due = [rule for rule in rules if rule.enabled and _is_due(rule, at=at, before=before)]
    found = {
        (rule.pk, key_of(labels)): (judged, labels)
        for rule in due
        for judged, labels in _judge(rule, _fitting(rule, by_name[rule.measure]), firing, at=at)
    }
    return Verdicts(found, {rule.pk for rule in due})


def fits(patterns: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """True if each of the patterns is of a label and fits it."""
    return all(fnmatchcase(labels.get(name, ""), pattern) for name, pattern in patterns.items())


def _fitting(rule: Rule, measures: Sequence[Measure]) -> list[Measure]:
    return [one for one in measures if fits(rule.labels, one.labels)] if rule.labels else list(measures)


def _judge(
    rule: Rule, measures: Sequence[Measure], firing: Collection[Key], *, at: datetime
) -> Iterator[tuple[Judged, Mapping[str, str]]]:
    if rule.kind == Rule.Kind.ABSENCE and not measures:
        yield judge_absence(None, name=rule.measure), {}
    for one in measures:
        yield _judge_one(rule, one, fires=(rule.pk, key_of(one.labels)) in firing, at=at), one.labels


def _judge_one(rule: Rule, one: Measure, *, fires: bool, at: datetime) -> Judged:
    if rule.kind == Rule.Kind.THRESHOLD:
        return judge_threshold(rule, one, fires=fires)
    if rule.kind == Rule.Kind.ABSENCE:
        return judge_absence(one, name=rule.measure)
    if rule.kind == Rule.Kind.BURN:
        return judge_burn(rule, bad_minutes(one.name, one.labels, rule.options, at=at))
    days = int(rule.options["days"])
    return judge_anomaly(rule, season(one.name, one.labels, days=days, at=at))


def _is_due(rule: Rule, *, at: datetime, before: datetime | None) -> bool:
    every = EVERY.get(rule.kind)
    if every is None or before is None:
        return True
    return int(at.timestamp() // every) > int(before.timestamp() // every)
