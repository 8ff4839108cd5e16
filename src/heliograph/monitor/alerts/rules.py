"""Alert rules: those that ship and one's own, added, changed, switched on and off."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache

from django.db import connection, transaction

from heliograph.monitor.alerts.conditions import check_options
from heliograph.monitor.alerts.errors import BadRule, NoSuchRule, RuleIsShipped
from heliograph.monitor.alerts.models import Rule, Severity
from heliograph.monitor.alerts.shipped import SHIPPED
from heliograph.monitor.alerts.terms import FIELDS, Terms

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Any number that nothing else locks by.
SEEDING = 4_215_011
LONGEST_SECONDS, LONGEST_MINUTES = 7 * 86_400, 7 * 1_440
LONGEST_TEXT, MOST_LABELS = 1_000, 8
# Another one as soon as any rule is another one.
MARK = "(SELECT md5(string_agg(r::text, '' ORDER BY r.id)) FROM alerts_rule AS r)"
_kept: dict[str | None, Sequence[Rule]] = {}


def all_rules() -> list[Rule]:
    """All rules by name, those that ship brought up to date first. One statement where they are."""
    found = list(Rule.objects.order_by("name"))
    stored = {rule.name: rule.shipped for rule in found if rule.shipped is not None}
    if stored == _shipped():
        return found
    _seed()
    return list(Rule.objects.order_by("name"))


def rules_marked(mark: str | None) -> Sequence[Rule]:
    """All rules; read only where the rows have another mark than those that were read last."""
    kept = _kept.get(mark)
    if kept is not None:
        return kept
    found = all_rules()
    _kept.clear()
    # Others may have changed them meanwhile, and what was brought up to date here may be taken back.
    if _mark() == mark:
        _kept[mark] = found
    return found


def _mark() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {MARK}")
        (mark,) = cursor.fetchone()
    return str(mark) if mark else None


def find_rule(name: str) -> Rule:
    """The rule of that name, or NoSuchRule, with names that are near."""
    known = {rule.name: rule for rule in all_rules()}
    if name not in known:
        raise NoSuchRule(name, near=get_close_matches(name, known, n=3))
    return known[name]


def add_rule(name: str, terms: Terms) -> Rule:
    """Store a rule of one's own; it is evaluated from the next look on."""
    if not NAME.fullmatch(name) or len(name) > 48:
        raise BadRule("name", f"'{name[:60]}' is no name of a rule; it looks like disk-nearly-full.")
    if any(rule.name == name for rule in all_rules()):
        raise BadRule("name", f"There is a rule '{name}' already; `heliograph alert change` changes it.")
    columns = terms.columns()
    _check(columns)
    return Rule.objects.create(name=name, **columns)


def change_rule(name: str, changes: Mapping[str, object]) -> Rule:
    """Make these fields of a rule other than they are; of a shipped one they are the owner's from now on."""
    rule = find_rule(name)
    if strange := sorted(changes.keys() - set(FIELDS)):
        raise BadRule(strange[0], f"A rule has no {', '.join(strange)}; it has {', '.join(FIELDS)}.")
    _check({field: getattr(rule, field) for field in FIELDS} | dict(changes))
    for field, value in changes.items():
        setattr(rule, field, list(value) if isinstance(value, tuple) else value)
    if rule.shipped is not None:
        own = {field for field in FIELDS if getattr(rule, field) != rule.shipped[field]}
        rule.changed = sorted(own)
    rule.save()
    return rule


def reset_rule(name: str) -> Rule:
    """Make a shipped rule as it ships again."""
    rule = find_rule(name)
    if rule.shipped is None:
        raise BadRule("name", f"'{name}' is a rule of your own; it did not come with Heliograph.")
    return change_rule(name, rule.shipped)


def remove_rule(name: str) -> None:
    """Forget a rule of one's own; its alerts go with it, and its incidents are over with the next look."""
    rule = find_rule(name)
    if rule.shipped is not None:
        raise RuleIsShipped(name)
    rule.delete()


@transaction.atomic
def _seed() -> None:
    """Store what ships: what the owner changed of a rule stays, all else becomes as it ships now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEEDING])
    known = {rule.name: rule for rule in Rule.objects.all()}
    for name, columns in _shipped().items():
        rule = known.get(name)
        if rule is None:
            Rule.objects.create(name=name, shipped=columns, **columns)
        elif rule.shipped != columns:
            _renew(rule, columns)
    for name, rule in known.items():
        if rule.shipped is not None and name not in SHIPPED:
            # What the owner has changed is theirs; the rest ships no longer.
            Rule.objects.filter(pk=rule.pk).update(shipped=None, enabled=rule.enabled and bool(rule.changed))


def _renew(rule: Rule, columns: Mapping[str, object]) -> None:
    own = set(rule.changed) if rule.shipped is not None else set(FIELDS)
    for field in FIELDS:
        if field not in own:
            setattr(rule, field, columns[field])
    rule.shipped = dict(columns)
    rule.changed = sorted(field for field in FIELDS if getattr(rule, field) != columns[field])
    rule.save()


@cache
def _shipped() -> Mapping[str, Mapping[str, object]]:
    """As rows keep them; asked with each look."""
    return {name: terms.columns() for name, terms in SHIPPED.items()}


def _check(columns: Mapping[str, object]) -> None:
    """BadRule names the first field that cannot be."""
    if columns["kind"] not in Rule.Kind.values:
        raise BadRule("kind", f"'{columns['kind']}' is no kind; there are {', '.join(Rule.Kind.values)}.")
    if columns["severity"] not in Severity.values:
        raise BadRule(
            "severity", f"'{columns['severity']}' is no severity; there are {', '.join(Severity.values)}."
        )
    for field in ("title", "says"):
        if not str(columns[field]).strip():
            raise BadRule(
                field, f"Say in words {'what it is about' if field == 'title' else 'what it means'}."
            )
    for field, most in (("title", 120), ("says", LONGEST_TEXT), ("remedy", LONGEST_TEXT), ("anchor", 120)):
        if len(str(columns[field])) > most:
            raise BadRule(field, f"'{field}' has {most} characters at most.")
    if not NAME.fullmatch(str(columns["cause"])) or len(str(columns["cause"])) > 48:
        raise BadRule("cause", "A cause is a word such as redis: alerts that share it make one incident.")
    _check_times(columns)
    _check_labels(columns["labels"])
    check_options(str(columns["kind"]), str(columns["measure"]), columns["options"])


def _check_times(columns: Mapping[str, object]) -> None:
    for field, least, most in (
        ("for_seconds", 0, LONGEST_SECONDS),
        ("clear_seconds", 0, LONGEST_SECONDS),
        ("repeat_minutes", 1, LONGEST_MINUTES),
        ("escalate_minutes", 1, LONGEST_MINUTES),
    ):
        value = columns[field]
        if value is None and field.endswith("minutes"):
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadRule(field, f"'{field}' is a whole number of {least} to {most:,}.")


def _check_labels(labels: object) -> None:
    fits = isinstance(labels, Mapping) and len(labels) <= MOST_LABELS
    if not fits or not all(isinstance(one, str) and len(one) <= 64 for one in [*labels, *labels.values()]):
        raise BadRule("labels", 'Labels are names with patterns, such as {"queue": "generate"}.')
