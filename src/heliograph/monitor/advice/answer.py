"""What people answer to a recommendation."""

from datetime import datetime

from heliograph.monitor.advice.errors import AlreadyAnswered
from heliograph.monitor.advice.models import Recommendation

State = Recommendation.State


def mark_done(one: Recommendation, *, by: str, at: datetime) -> None:
    """It was done: from now on it is looked whether that helped. AlreadyAnswered if it is not open."""
    _answer(one, State.DONE, by=by, reason="", at=at, verdict=Recommendation.Verdict.UNKNOWN)


def dismiss(one: Recommendation, *, by: str, reason: str, at: datetime) -> None:
    """Nobody wants it: it is not said again for 90 days. AlreadyAnswered if it is not open."""
    _answer(one, State.DISMISSED, by=by, reason=reason, at=at, verdict="")


def _answer(one: Recommendation, state: str, *, by: str, reason: str, at: datetime, verdict: str) -> None:
    still_open = Recommendation.objects.filter(pk=one.pk, state=State.OPEN)
    facts = {"answered_at": at, "answered_by": by[:120], "reason": reason, "verdict": verdict}
    if not still_open.update(state=state, **facts):
        one.refresh_from_db()
        raise AlreadyAnswered(one.pk, one.state)
    one.refresh_from_db()
