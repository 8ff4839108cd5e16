"""Recommendations as programs and people are told of them: plain values."""

from dataclasses import dataclass
from datetime import datetime

from heliograph.monitor.advice.models import Recommendation


@dataclass(frozen=True, slots=True)
class ToldEvidence:
    """A number, or a moment as ISO 8601, and the rows that it comes from."""

    what: str
    value: float | str
    source: str


@dataclass(frozen=True, slots=True)
class ToldEffect:
    """Which measure should go which way, and why; None where that cannot be said in numbers."""

    measure: str
    labels: dict[str, str]
    way: str
    now: float | None
    expected: float | None
    basis: str


@dataclass(frozen=True, slots=True)
class ToldJudgement:
    """What came of it. Means of the measure before and after, with the 95 % interval of their difference;
    None where it has none, or too little of it is known. `still_found`: its rule says it still.
    """

    still_found: bool
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    n_before: int | None
    n_after: int | None


@dataclass(frozen=True, slots=True)
class ToldRecommendation:
    """A recommendation. `verdict` is empty unless it was done."""

    id: int
    rule: str
    subject: str
    title: str
    why: str
    command: str
    evidence: list[ToldEvidence]
    effect: ToldEffect | None
    strategy: str | None
    state: str
    opened_at: datetime
    seen_at: datetime
    answered_at: datetime | None
    answered_by: str
    reason: str
    verdict: str
    judged_at: datetime | None
    judgement: ToldJudgement | None


MEANS = ("before", "after", "difference", "low", "high", "n_before", "n_after")


def told_recommendation(row: Recommendation) -> ToldRecommendation:
    """One of them."""
    judged = row.judgement
    return ToldRecommendation(
        id=row.pk,
        rule=row.rule,
        subject=row.subject,
        title=row.title,
        why=row.why,
        command=row.command,
        evidence=[ToldEvidence(**one) for one in row.evidence],
        effect=ToldEffect(**row.effect) if row.effect else None,
        strategy=row.strategy.name if row.strategy else None,
        state=row.state,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        answered_at=row.answered_at,
        answered_by=row.answered_by,
        reason=row.reason,
        verdict=row.verdict,
        judged_at=row.judged_at,
        judgement=ToldJudgement(judged["still_found"], *map(judged.get, MEANS)) if judged else None,
    )
