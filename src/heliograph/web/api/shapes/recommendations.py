"""Recommendations."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed

RecommendationState = Literal["open", "done", "dismissed", "over"]


class RecommendationEvidence(Schema):
    """A number, or a moment as ISO 8601, and the rows that it comes from."""

    what: str
    value: float | str
    source: str


class RecommendationEffect(Schema):
    """Which measure should go which way, and why; `expected` is null where that cannot be said."""

    measure: str
    labels: dict[str, str]
    way: Literal["up", "down"]
    now: float | None
    expected: float | None
    basis: str


class RecommendationJudgement(Schema):
    """What came of it: means of the measure before and after, with the 95 % interval of their difference.

    Null where it has no measure, or too little of it is known. `still_found`: its rule says it still.
    """

    still_found: bool
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    n_before: int | None
    n_after: int | None


class RecommendationShape(Schema):
    """Something that could be better: what to do, from which numbers, by which command, and what came of it.

    `verdict` is empty unless it was done.
    """

    id: int
    rule: str
    subject: str
    title: str
    why: str
    command: str
    evidence: list[RecommendationEvidence]
    effect: RecommendationEffect | None
    strategy: str | None
    state: RecommendationState
    opened_at: datetime
    seen_at: datetime
    answered_at: datetime | None
    answered_by: str
    reason: str
    verdict: Literal["", "cannot tell yet", "helped", "did not help"]
    judged_at: datetime | None
    judgement: RecommendationJudgement | None


class RecommendationList(Listed[RecommendationShape]):
    """A page of recommendations."""
