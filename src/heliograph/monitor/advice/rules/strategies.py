"""Strategies: which have lost what they had, which are better in shadow, and which say nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np

from heliograph.engine.performance.comparison import mean_difference
from heliograph.engine.performance.estimates import Estimate, mean_of
from heliograph.monitor.advice.finding import Effect, Evidence, Finding, heliograph
from heliograph.monitor.advice.judge import STRATEGY_R
from heliograph.monitor.forecasts.expectancies import settled
from heliograph.signals.compare import compare
from heliograph.signals.models import Progress, Signal, StrategyVersion

Stage = StrategyVersion.Stage
# The newest results are compared with those before them.
RECENT, BEFORE, MOST_RESULTS = 30, 60, 500
# So many settled signals of each say which is better.
LEAST = 30
SILENT = timedelta(days=30)
MOST = 100


def decayed(at: datetime) -> Iterator[Finding]:
    """Live versions whose newest signals are worse than those before by more than chance explains."""
    for version in _running(Stage.LIVE):
        rows = settled(version.pk).filter(settled_at__lte=at).reverse()
        r = np.array(rows.values_list("r", flat=True)[:MOST_RESULTS], dtype=np.float64)
        if len(r) < RECENT + BEFORE:
            continue
        apart = mean_difference(r[:RECENT], r[RECENT:])
        if apart.high is not None and apart.high < 0:
            yield _decayed(version, mean_of(r[:RECENT]), mean_of(r[RECENT:]), apart.estimate)


def _decayed(version: StrategyVersion, recent: Estimate, before: Estimate, apart: Estimate) -> Finding:
    loses = recent.high is not None and recent.high < 0
    name = version.strategy.name
    source = f"signals_outcome of version {version.pk}"
    return Finding(
        rule="decayed strategy",
        subject=f"version {version.pk}",
        title=f"{'Retire' if loses else 'Look at'} {version}: its signals have become worse",
        why=f"The last {recent.n} settled signals brought {_words(recent)} R, the {before.n} before "
        f"{_words(before)}; the difference is {_words(apart)}.",
        command=heliograph(*(("strategy", "retire") if loses else ("analytics", "--strategy")), name),
        evidence=(
            *_numbers("mean R of the last", recent, source),
            *_numbers("mean R before", before, source),
            *_numbers("difference", apart, source),
        ),
        effect=Effect(
            STRATEGY_R,
            "up",
            "without it, what its last signals lost on average; what takes its place is measured by its own",
            {"version": str(version.pk)},
            now=recent.value,
            expected=0.0 if loses else None,
        ),
        strategy_id=version.strategy_id,
    )


def better_shadows(at: datetime) -> Iterator[Finding]:
    """Versions in shadow that bring more than the live one on the same bars, by more than chance explains."""
    live = {one.strategy_id: one for one in _running(Stage.LIVE)}
    for version in _running(Stage.SHADOW):
        former = live.get(version.strategy_id)
        if former is None or former.number >= version.number:
            continue
        found = compare(former, version, created_since=version.created_at)
        one, other = found.versions
        least = found.mean_r_difference.low
        if min(one.mean_r.n, other.mean_r.n) >= LEAST and least is not None and least > 0:
            yield _better(former, version, one.mean_r, other.mean_r, found.mean_r_difference)


def _better(
    former: StrategyVersion, version: StrategyVersion, one: Estimate, other: Estimate, apart: Estimate
) -> Finding:
    return Finding(
        rule="better in shadow",
        subject=f"version {version.pk}",
        title=f"Promote {version}: it brings more than v{former.number}",
        why=f"On the bars that both evaluated it brought {_words(other)} R a signal, v{former.number} "
        f"{_words(one)}; the difference is {_words(apart)}.",
        command=heliograph("strategy", "promote", f"{version.strategy.name}@{version.number}"),
        evidence=(
            *_numbers(f"mean R of v{version.number}", other, f"signals_outcome of version {version.pk}"),
            *_numbers(f"mean R of v{former.number}", one, f"signals_outcome of version {former.pk}"),
            *_numbers("difference", apart, "signals_outcome of both"),
        ),
        effect=Effect(
            STRATEGY_R,
            "up",
            f"by {_words(apart)} R a signal, as on the bars that both evaluated",
            {"version": str(former.pk)},
            now=one.value,
            expected=other.value,
        ),
        strategy_id=version.strategy_id,
    )


def silent_versions(at: datetime) -> Iterator[Finding]:
    """Versions that have been evaluated for a month and published nothing in it."""
    running = [
        one for one in _running(*StrategyVersion.RUNNING) if not one.external and at - one.created_at > SILENT
    ]
    for version in running:
        looked = (
            Progress.objects.filter(version=version, updated_at__gt=at - SILENT)
            .order_by("-updated_at")
            .first()
        )
        newest = (
            Signal.objects.filter(version=version, state=Signal.State.PUBLISHED)
            .order_by("-bar_time", "-pk")
            .first()
        )
        if looked is None or (newest is not None and at - newest.created_at < SILENT):
            continue
        told = newest.created_at.isoformat() if newest else "none"
        yield Finding(
            rule="silent strategy",
            subject=f"version {version.pk}",
            title=f"Look at {version}: it publishes nothing",
            why=f"It was evaluated until {looked.updated_at:%Y-%m-%d}, and published nothing for "
            f"{SILENT.days} days.",
            command=heliograph("strategy", "retire", version.strategy.name, "--version", version.number),
            evidence=(
                Evidence("newest signal", told, f"signals_signal of version {version.pk}"),
                Evidence("evaluated until", looked.updated_at.isoformat(), f"signals_progress {looked.pk}"),
            ),
            strategy_id=version.strategy_id,
        )


def _running(*stages: str) -> Sequence[StrategyVersion]:
    return list(
        StrategyVersion.objects.filter(stage__in=stages).select_related("strategy").order_by("pk")[:MOST]
    )


def _numbers(what: str, one: Estimate, source: str) -> list[Evidence]:
    values = {
        what: one.value,
        f"{what}, at least": one.low,
        f"{what}, at most": one.high,
        f"{what}, signals": one.n,
    }
    return [Evidence(name, value, source) for name, value in values.items() if value is not None]


def _words(one: Estimate) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "an unknown number of"
    return f"{one.value:+.2f} ({one.low:+.2f} to {one.high:+.2f})"
