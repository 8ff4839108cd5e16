"""Changes rollouts: begun, given another share, aborted; and the way back to what was live before."""

from dataclasses import fields
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Status

from heliograph.errors import Conflict
from heliograph.kit.clock import utc_now
from heliograph.signals import rollouts as verbs
from heliograph.signals.models import Rollout
from heliograph.signals.queries import find_version
from heliograph.signals.rollouts import Limits
from heliograph.signals.strategies import promote
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.api.asked import Id, Line, Told, Words
from heliograph.web.api.described import also
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.operations.rollouts import find_rollout, rollout, router
from heliograph.web.api.operations.strategies import router as of_strategies
from heliograph.web.api.operations.versions import detail, find_visible
from heliograph.web.api.shapes.strategies import RolloutShape, VersionShape

Count = Annotated[int, Field(ge=1, le=100_000)]
Share = Annotated[int, Field(ge=1, le=99, description="Percent of the universe.")]
BY_HAND = "rolled back by hand"


class GatesTold(Told):
    """Limits that the version must not break; null: not asked for."""

    min_settled: Annotated[int, Field(ge=2, le=100_000)] = 30
    max_drop_r: Annotated[float, Field(ge=0, le=100)] | None = 0.0
    min_candidates: Count = 50
    max_rejected_pct: Annotated[float, Field(ge=0, le=100)] | None = 95.0
    min_published: Count = 20
    max_rate: Annotated[float, Field(ge=0, le=1_000)] | None = 5.0
    max_failures: Annotated[int, Field(ge=0, le=100)] | None = 2

    def limits(self) -> Limits:
        """The same for the verb."""
        return Limits(**{one.name: getattr(self, one.name) for one in fields(Limits)})


class ShareTold(Told):
    """How much of the universe it announces from now on; without gates they stay as they are."""

    share: Share
    gates: GatesTold | None = None


class RolloutTold(ShareTold):
    """Which version takes over, beginning with that share."""

    version_id: Id


class ReasonTold(Told):
    """Why, in words."""

    reason: Words = ""


class RollbackTold(ReasonTold):
    """Which strategy goes back to what was live before."""

    strategy: Line


@router.post("rollouts", response={201: RolloutShape}, summary="Begin a rollout")
@also(404)
@idempotent
@needs("operator")
def start_rollout(request: HttpRequest, told: RolloutTold) -> Status:
    """Another version must be live, which announces the rest."""
    version = find_visible(request, told.version_id)
    if verbs.running_rollout(version.strategy):
        raise Conflict(f"A rollout of {version.strategy.name} runs already; change its share, or abort it.")
    return Status(201, _shared(request, version, told, "strategy.rollout"))


@router.post("rollouts/{rollout_id}/share", response=RolloutShape, summary="Change the share of a rollout")
@idempotent
@needs("operator")
def set_share(request: HttpRequest, rollout_id: Id, told: ShareTold) -> dict[str, object]:
    """To make the version live wholly: `versions/{id}/live`."""
    return _shared(request, _running(request, rollout_id).candidate, told, "strategy.share")


@router.post("rollouts/{rollout_id}/abort", response=RolloutShape, summary="Abort a rollout")
@idempotent
@needs("operator")
def abort_rollout(request: HttpRequest, rollout_id: Id, told: ReasonTold) -> dict[str, object]:
    """The former version has the whole universe again, and the other one is retired."""
    found = _running(request, rollout_id)
    reason = told.reason.strip() or BY_HAND
    verbs.rollback(found.strategy, reason=reason, at=utc_now())
    tell(request, "strategy.rollback", str(found.candidate), reason=reason)
    return rollout(find_rollout(request, rollout_id))


@of_strategies.post("strategies/rollback", response=VersionShape, summary="Go back to what was live before")
@also(404)
@idempotent
@needs("operator")
def roll_back(request: HttpRequest, told: RollbackTold) -> dict[str, object]:
    """Answers with the version that is live again."""
    version = find_version(told.strategy, None, hidden=hidden(request))
    reason = told.reason.strip() or BY_HAND
    back = verbs.rollback(version.strategy, reason=reason, at=utc_now())
    tell(request, "strategy.rollback", str(back), reason=reason)
    return detail(back)


def _running(request: HttpRequest, rollout_id: int) -> Rollout:
    found = find_rollout(request, rollout_id)
    if found.state != Rollout.State.RUNNING:
        raise Conflict(f"Rollout {rollout_id} has ended: it is {found.state.replace('_', ' ')}.")
    return found


def _shared(request: HttpRequest, version, told: ShareTold, action: str) -> dict[str, object]:
    gates = told.gates.limits() if told.gates else None
    version = promote(version, share=told.share, limits=gates, at=utc_now())
    tell(request, action, str(version), share=told.share)
    running = verbs.running_rollout(version.strategy)
    assert running is not None
    return rollout(find_rollout(request, running.pk))
