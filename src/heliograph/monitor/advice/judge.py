"""Whether what was done helped: the hours of the measure after it beside those before."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.performance.bootstrap import block_length, resampled
from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.forecasts.history import HOUR, history, hour_of
from heliograph.monitor.models import Series
from heliograph.signals.models import Outcome

Verdict = Recommendation.Verdict
# Hours before and after are compared for so long; after fewer hours, or signals, nothing is said.
SPAN = timedelta(days=7)
LEAST = 24
LEAST_SIGNALS, RESULTS = 20, 100
# Afterwards the verdict stands.
JUDGED = timedelta(days=14)
# What was done takes some time to be seen.
GRACE = timedelta(hours=1)
ROUNDS = 2_000
MIDDLE = (0.025, 0.975)
# The mean R of what a strategy publishes live: no measure of ours, but results of its own.
STRATEGY_R = "strategy_expectancy_r"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Means before and after, and the 95 % interval of their difference."""

    before: float
    after: float
    difference: float
    low: float
    high: float
    n_before: int
    n_after: int


def judge_answered(*, still: Collection[tuple[str, str]], failed: Collection[str], at: datetime) -> None:
    """Judge what was done in the last weeks. What its rule still finds, though it has no measure, did not
    help.
    """
    done = Recommendation.objects.filter(state=Recommendation.State.DONE, answered_at__gt=at - JUDGED)
    for one in done:
        assert one.answered_at
        if at - one.answered_at < GRACE or one.rule.partition(":")[0] in failed:
            continue
        found = (one.rule, one.subject) in still
        compared = _compared(one, at=at) if one.effect else None
        one.verdict = _verdict(one, compared, found=found, at=at)
        one.judgement = {"still_found": found} | (asdict(compared) if compared else {})
        one.judged_at = at
        one.save(update_fields=["verdict", "judgement", "judged_at"])


def compare(before: Floats, after: Floats, *, rng: np.random.Generator) -> Comparison:
    """The means of two rows, and how sure their difference is where values are like those before them."""
    apart = _means(after, rng=rng) - _means(before, rng=rng)
    low, high = np.quantile(apart, MIDDLE)
    one, two = float(np.mean(before)), float(np.mean(after))
    return Comparison(one, two, two - one, float(low), float(high), len(before), len(after))


def _verdict(one: Recommendation, compared: Comparison | None, *, found: bool, at: datetime) -> str:
    assert one.answered_at
    if not one.effect:
        return Verdict.NOT_HELPED if found else Verdict.HELPED
    if compared is None:
        return Verdict.UNKNOWN
    sign = 1 if one.effect["way"] == "up" else -1
    least, most = sorted((sign * compared.low, sign * compared.high))
    if least > 0:
        return Verdict.HELPED
    # Not to be seen in a week is not to have helped.
    is_over = at - one.answered_at >= SPAN
    return Verdict.NOT_HELPED if most < 0 or is_over else Verdict.UNKNOWN


def _compared(one: Recommendation, *, at: datetime) -> Comparison | None:
    assert one.answered_at
    effect = one.effect
    assert effect
    if effect["measure"] == STRATEGY_R:
        before, after = _results(one, at=at)
        least = LEAST_SIGNALS
    else:
        before, after = _hours(effect["measure"], effect["labels"], one.answered_at, at=at)
        least = LEAST
    if min(len(before), len(after)) < least:
        return None
    return compare(before, after, rng=np.random.default_rng(one.pk))


def _hours(name: str, labels: object, answered: datetime, *, at: datetime) -> tuple[Floats, Floats]:
    series = Series.objects.filter(name=name, labels=labels).values_list("pk", flat=True).first()
    if series is None:
        return np.zeros(0), np.zeros(0)
    past = history(series, aggregate="mean", at=answered, back=SPAN).values
    # From the whole hour behind what was done.
    since = hour_of(answered) + HOUR
    until = min(hour_of(at), since + SPAN)
    later = history(series, aggregate="mean", at=until, back=max(until - since, HOUR)).values
    return past[np.isfinite(past)], later[np.isfinite(later)]


def _results(one: Recommendation, *, at: datetime) -> tuple[Floats, Floats]:
    """In R, as they settled: of the version that it was about before, of what is live since."""
    assert one.effect
    rows = Outcome.objects.filter(state=Outcome.State.SETTLED, r__isnull=False, signal__historical=False)
    former = rows.filter(
        signal__version=int(one.effect["labels"]["version"]), settled_at__lte=one.answered_at
    )
    live = rows.filter(signal__version__strategy=one.strategy_id, signal__version__stage="live")
    later = live.filter(settled_at__gt=one.answered_at, settled_at__lte=at)
    parts = former.order_by("-settled_at")[:RESULTS], later.order_by("settled_at")[:RESULTS]
    before, after = (np.array(part.values_list("r", flat=True), dtype=np.float64) for part in parts)
    return before, after


def _means(values: Floats, *, rng: np.random.Generator) -> Floats:
    drawn = resampled(values[None, :], rng=rng, block=block_length(values), rounds=ROUNDS)
    means: Floats = drawn[0] / len(values)
    return means
