"""Watches rollouts: a version that breaks its gates is rolled back by itself."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q, Sum

from heliograph.engine.performance.estimates import Estimate
from heliograph.fleet.models import Work
from heliograph.signals.compare import compare
from heliograph.signals.models import Evaluation, Progress, Rollout, Signal, StrategyVersion
from heliograph.signals.plain import plain
from heliograph.signals.rollouts import Limits, State, rollback
from heliograph.signals.stages import locked


@dataclass(frozen=True, slots=True)
class Measured:
    """What a candidate did since its rollout began.

    `rate` and `rate_before` are published signals for each evaluated bar, None without bars; `rate_before`
    rests on all that was evaluated before the rollout, history too. `failures` is the most failures in a row
    of one of its shards.
    """

    mean_r_difference: Estimate
    published: int
    rejected: int
    rate: float | None
    published_before: int
    rate_before: float | None
    failures: int

    @property
    def rejected_pct(self) -> float | None:
        """The percent of candidates that were rejected."""
        candidates = self.published + self.rejected
        return 100 * self.rejected / candidates if candidates else None


def check_rollouts(*, at: datetime) -> list[Rollout]:
    """Measures all rollouts that run, and rolls back those that break a gate; returns the latter."""
    back = []
    rows = Rollout.objects.select_related("candidate__strategy", "former__strategy", "strategy")
    for rollout in rows.filter(state=State.RUNNING).order_by("pk"):
        found = measure(rollout)
        reason = broken(found, Limits(**rollout.gates))
        rows.filter(pk=rollout.pk).update(measured=plain(asdict(found)), checked_at=at)
        if reason and _roll_back(rollout, reason=reason, at=at):
            back.append(rows.get(pk=rollout.pk))
    return back


@transaction.atomic
def _roll_back(rollout: Rollout, *, reason: str, at: datetime) -> bool:
    """False if someone else ended it meanwhile: what is live by then is theirs."""
    locked(rollout.candidate)
    if not Rollout.objects.filter(pk=rollout.pk, state=State.RUNNING).exists():
        return False
    rollback(rollout.strategy, reason=reason, at=at)
    return True


def measure(rollout: Rollout) -> Measured:
    """What the candidate of a rollout did since it began."""
    since, version = rollout.started_at, rollout.candidate
    fresh = Q(created_at__gte=since, historical=False)
    published, rejected = Q(state=Signal.State.PUBLISHED), Q(state=Signal.State.REJECTED)
    counts = Signal.objects.filter(version=version).aggregate(
        published=Count("pk", filter=fresh & published),
        rejected=Count("pk", filter=fresh & rejected & ~Q(reason="late_data")),
        before=Count("pk", filter=published & Q(created_at__lt=since)),
    )
    return Measured(
        mean_r_difference=compare(rollout.former, version, created_since=since).mean_r_difference,
        published=counts["published"],
        rejected=counts["rejected"],
        rate=_rate(counts["published"], version, Q(started_at__gte=since)),
        published_before=counts["before"],
        rate_before=_rate(counts["before"], version, Q(started_at__lt=since)),
        failures=_failures(version),
    )


def broken(found: Measured, limits: Limits) -> str:
    """Which gate is broken, in words with the numbers; empty if none is."""
    told = (_worse(found, limits), _refused(found, limits), _loud(found, limits), _failing(found, limits))
    return "; ".join(sentence for sentence in told if sentence)


def _worse(found: Measured, limits: Limits) -> str:
    gap = found.mean_r_difference
    if limits.max_drop_r is None or gap.n < limits.min_settled or gap.high is None:
        return ""
    if gap.high >= -limits.max_drop_r:
        return ""
    return (
        f"its mean R is {-(gap.value or 0.0):.2f} below that of the former version (95 %: {gap.low:+.2f} to "
        f"{gap.high:+.2f}, n {gap.n}), {limits.max_drop_r:g} is allowed"
    )


def _refused(found: Measured, limits: Limits) -> str:
    pct, candidates = found.rejected_pct, found.published + found.rejected
    if limits.max_rejected_pct is None or pct is None or candidates < limits.min_candidates:
        return ""
    if pct <= limits.max_rejected_pct:
        return ""
    return (
        f"{pct:.1f} % of {candidates:,} candidates were rejected, {limits.max_rejected_pct:g} % are allowed"
    )


def _loud(found: Measured, limits: Limits) -> str:
    if limits.max_rate is None or not found.rate or not found.rate_before:
        return ""
    times = found.rate / found.rate_before
    if min(found.published, found.published_before) < limits.min_published or times <= limits.max_rate:
        return ""
    return (
        f"it gives {times:.1f} times the signals for each bar that it gave before (n {found.published:,} and "
        f"{found.published_before:,}), {limits.max_rate:g} times are allowed"
    )


def _failing(found: Measured, limits: Limits) -> str:
    if limits.max_failures is None or found.failures <= limits.max_failures:
        return ""
    return f"a shard failed {found.failures} times in a row, {limits.max_failures} are allowed"


def _rate(signals: int, version: StrategyVersion, when: Q) -> float | None:
    steps = Evaluation.objects.filter(when, version=version, kind=Evaluation.Kind.ADVANCE)
    bars = steps.aggregate(bars=Sum("bars"))["bars"]
    return signals / bars if bars else None


def _failures(version: StrategyVersion) -> int:
    """Of the ledger of work, in which a shard goes by its number."""
    keys = [f"shard:{pk}" for pk in Progress.objects.filter(version=version).values_list("pk", flat=True)]
    return Work.objects.filter(kind="generate", key__in=keys).aggregate(most=Max("tries"))["most"] or 0
