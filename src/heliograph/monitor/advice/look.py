"""Looks for what could be better: opens what is new, renews what is still so, and ends what is over."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from heliograph.monitor.advice.finding import Finding, Rule
from heliograph.monitor.advice.judge import judge_answered
from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.advice.rules import RULES

# What somebody dismissed is not said again for so long, nor what was done for some time: it must show first.
QUIET = {
    Recommendation.State.DISMISSED: timedelta(days=90),
    Recommendation.State.DONE: timedelta(days=7),
}
KEPT = timedelta(days=730)
# Of one rule at a time.
MOST = 20
FIELDS = ("title", "why", "command", "evidence", "effect", "strategy_id", "audience")
log = logging.getLogger(__name__)


def look_for_advice(*, at: datetime, rules: Mapping[str, Rule] = RULES) -> int:
    """Ask every rule, and judge what was done; returns how many recommendations are open. Again, it changes
    nothing.
    """
    found: dict[tuple[str, str], Finding] = {}
    failed: list[str] = []
    for name, rule in rules.items():
        try:
            with transaction.atomic():
                for one in list(rule(at))[:MOST]:
                    found[one.rule, one.subject[:200]] = one
        except Exception:
            # One that fails ends nothing that it said before, and hides no other.
            log.warning("The rule %s failed", name, exc_info=True)
            failed.append(name)
    _keep(found, at=at)
    _end(found, asked=[name for name in rules if name not in failed], at=at)
    judge_answered(still=found.keys(), failed=failed, at=at)
    Recommendation.objects.exclude(state=Recommendation.State.OPEN).filter(opened_at__lt=at - KEPT).delete()
    return Recommendation.objects.filter(state=Recommendation.State.OPEN).count()


def _keep(found: Mapping[tuple[str, str], Finding], *, at: datetime) -> None:
    quiet = _quiet(at)
    for (rule, subject), one in found.items():
        facts = _facts(one)
        still = Recommendation.objects.filter(rule=rule, subject=subject, state=Recommendation.State.OPEN)
        if not still.update(seen_at=at, **facts) and (rule, subject) not in quiet:
            Recommendation.objects.create(rule=rule, subject=subject, opened_at=at, seen_at=at, **facts)


def _facts(one: Finding) -> dict[str, object]:
    facts = {name: getattr(one, name) for name in FIELDS}
    return facts | {
        "evidence": [asdict(number) for number in one.evidence],
        "effect": asdict(one.effect) if one.effect else None,
    }


def _end(found: Iterable[tuple[str, str]], *, asked: Sequence[str], at: datetime) -> None:
    """What is not found any more is over; what a failed rule said is not known."""
    still = set(found)
    for one in Recommendation.objects.filter(state=Recommendation.State.OPEN):
        if (one.rule, one.subject) not in still and _rule_of(one.rule) in asked:
            Recommendation.objects.filter(pk=one.pk, state=Recommendation.State.OPEN).update(
                state=Recommendation.State.OVER, answered_at=at
            )


def _quiet(at: datetime) -> set[tuple[str, str]]:
    return {
        row
        for state, time in QUIET.items()
        for row in Recommendation.objects.filter(state=state, answered_at__gt=at - time).values_list(
            "rule", "subject"
        )
    }


def _rule_of(name: str) -> str:
    """Rules that say several things name them behind a colon."""
    return name.partition(":")[0]
