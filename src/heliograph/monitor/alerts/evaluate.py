"""Goes over the rules with each look, and keeps alerts and incidents up to date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from heliograph.monitor.alerts.incidents import absorb, follow, open_or_join, settle
from heliograph.monitor.alerts.judge import Key, Verdicts, judge_all
from heliograph.monitor.alerts.measures import GAP
from heliograph.monitor.alerts.models import Alert, Rule, Watch
from heliograph.monitor.alerts.outage import take_outages
from heliograph.monitor.alerts.rules import MARK, rules_marked
from heliograph.monitor.alerts.stepping import is_due, resolve, step
from heliograph.monitor.alerts.tell import tell_ended, tell_going
from heliograph.monitor.measure import Measure, known

State = Alert.State
HELD = "SELECT looked_at FROM alerts_watch WHERE id = 1 FOR UPDATE"
# Nearly always nothing stands, and the rules are those of the look before.
AROUND = f"""
SELECT {MARK},
       EXISTS (SELECT FROM alerts_alert WHERE state <> 'resolved'),
       EXISTS (SELECT FROM alerts_incident WHERE state IN ('open', 'acknowledged')),
       EXISTS (SELECT FROM alerts_outage WHERE NOT taken)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A mark of the rules as they are, and whether there are alerts and incidents that are not over, and
    outages that nobody took."""

    rules: str | None
    alerts: bool
    incidents: bool
    outages: bool


@transaction.atomic
def evaluate(measures: Sequence[Measure], *, at: datetime) -> bool:
    """Evaluate all rules on a look; False if a newer look was evaluated already.

    Whoever evaluates holds one row, so that two looks go one after the other, and an old one changes nothing.
    """
    before = _held_watch()
    if before is not None and before >= at:
        return False
    standing = _look_around()
    rules = rules_marked(standing.rules)
    seen = [*measures, known(GAP, (at - before).total_seconds() if before else 0.0)]
    alerts = {(one.rule_id, one.key): one for one in (_unresolved() if standing.alerts else ())}
    firing = {key for key, one in alerts.items() if one.state == State.FIRING}
    verdicts = judge_all(rules, seen, firing=firing, at=at, before=before)
    _step_all(alerts, verdicts, at=at)
    begun = _begin_all({rule.pk: rule for rule in rules}, alerts, verdicts, at=at)
    was_away = take_outages(rules) if standing.outages else False
    if alerts or begun or was_away:
        _fire_all(at=at)
    if alerts or begun or was_away or standing.incidents:
        tell_ended(settle(at=at), at=at)
        tell_going(at=at)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE alerts_watch SET looked_at = %s WHERE id = 1", [at])
    return True


def _look_around() -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(AROUND)
        return Standing(*cursor.fetchone())


def _held_watch() -> datetime | None:
    """When the last look was evaluated, by the row that whoever evaluates holds."""
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        found = cursor.fetchone()
        if found is None:
            Watch.objects.get_or_create(pk=1)
            cursor.execute(HELD)
            found = cursor.fetchone()
    before: datetime | None = found[0]
    return before


def _unresolved() -> list[Alert]:
    return list(Alert.objects.exclude(state=State.RESOLVED).select_related("rule").order_by("pk"))


def _step_all(alerts: Mapping[Key, Alert], verdicts: Verdicts, *, at: datetime) -> None:
    for key, alert in alerts.items():
        if not alert.rule.enabled:
            if alert.state == State.PENDING:
                alert.delete()
            else:
                resolve(alert, at=at, over=at, words="the rule was switched off")
        elif alert.rule_id in verdicts.looked:
            judged, _ = verdicts.found.get(key, (None, {}))
            step(alert, judged, at=at)


def _begin_all(
    rules: Mapping[int, Rule], alerts: Mapping[Key, Alert], verdicts: Verdicts, *, at: datetime
) -> bool:
    """True if a rule holds of a series of which it did not before."""
    fresh = []
    for key, (judged, labels) in verdicts.found.items():
        if not judged.holds or key in alerts:
            continue
        rule = rules[key[0]]
        # How long nobody looked is known afterwards only: it began with the last look.
        began = at - timedelta(seconds=judged.value or 0) if rule.measure == GAP.name else at
        told = {"value": judged.value, "worst": judged.value, "words": judged.words[:400]}
        fresh.append(Alert(rule=rule, key=key[1], labels=dict(labels), since=began, **told))
    Alert.objects.bulk_create(fresh)
    return bool(fresh)


def _fire_all(*, at: datetime) -> None:
    """Let fire what has held for long enough: causes first, then what follows from them."""
    standing = _unresolved()
    due = [alert for alert in standing if is_due(alert, at=at)]
    if not due:
        return
    by_rule: dict[str, list[Alert]] = {}
    for alert in standing:
        by_rule.setdefault(alert.rule.name, []).append(alert)
    for alert in sorted(due, key=lambda one: len(_causes(one, by_rule))):
        causes = _causes(alert, by_rule)
        ready = next((one.incident for one in causes if one.state == State.FIRING and one.incident), None)
        if causes and ready is None:
            # The cause has not held for long enough yet: it is waited for.
            continue
        alert.state, alert.fired_at, alert.noted = State.FIRING, at, alert.value
        alert.save(update_fields=["state", "fired_at", "noted"])
        if ready:
            follow(alert, ready, at=at)
        else:
            absorb(open_or_join(alert, at=at), [alert.rule.name], at=at)


def _causes(alert: Alert, by_rule: Mapping[str, Sequence[Alert]]) -> list[Alert]:
    return [one for name in alert.rule.follows for one in by_rule.get(name, ())]
