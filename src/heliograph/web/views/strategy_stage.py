"""Moves versions through their stages: a page names the effect, and does it when one agrees."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.signals import rollouts, strategies
from heliograph.signals.models import StrategyVersion
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.reads.strategies.stages import (
    Standing,
    live_effect,
    retire_effect,
    rollback_effect,
    shadow_effect,
)
from heliograph.web.views.asked import stored_version, whole_number
from heliograph.web.views.rollout_form import WHOLE, RolloutForm

METHODS = ["GET", "HEAD", "POST"]
REFUSED, CONTRADICTED = 422, 409


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before it is done: the words of the button, the effect, and the doing.

    `action` is its name in the audit trail, `told` what else is told there. `ends` is true where something
    stops: its button does not invite.
    """

    action: str
    verb: str
    effect: str
    do: Callable[[], StrategyVersion]
    form: RolloutForm | None = None
    asks_reason: bool = False
    ends: bool = False
    told: Mapping[str, object] = field(default_factory=dict)


@require_http_methods(METHODS)
@needs("analyst")
def to_shadow(request: HttpRequest, name: str) -> HttpResponse:
    """Let a draft run, scored and not announced."""
    found = _standing(request, name)
    question = Question(
        "strategy.shadow",
        f"Promote v{found.version.number} to shadow",
        shadow_effect(found),
        lambda: strategies.start_shadow(found.version, at=utc_now()),
    )
    return _asked(request, found, question)


@require_http_methods(METHODS)
@needs("operator")
def to_live(request: HttpRequest, name: str) -> HttpResponse:
    """Make a version live, wholly or for a share, or change its share."""
    found = _standing(request, name)
    form = None
    if found.others:
        rollout = found.rollout if found.is_candidate else None
        form = RolloutForm.sent(request.POST) if request.method == "POST" else RolloutForm.of(rollout)

    told: dict[str, object] = {"share": WHOLE}

    def do() -> StrategyVersion:
        if form is None:
            return strategies.promote(found.version, at=utc_now())
        told["share"] = share = int(float(form.share.value))
        limits = form.limits() if share < WHOLE else None
        return strategies.promote(found.version, share=share, limits=limits, at=utc_now())

    verb = f"{'Change the share of' if found.is_candidate else 'Promote'} v{found.version.number}"
    words = verb if found.is_candidate else f"{verb} to live"
    question = Question("strategy.promote", words, live_effect(found), do, form, told=told)
    return _asked(request, found, question)


@require_http_methods(METHODS)
@needs("analyst")
def retire(request: HttpRequest, name: str) -> HttpResponse:
    """Retire a draft or a shadow."""
    found = _standing(request, name)
    if found.version.stage == StrategyVersion.Stage.LIVE:
        # It became live meanwhile: that is for operators.
        return redirect(f"{reverse('strategy-retire-live', args=[name])}?version={found.version.number}")
    return _retired(request, found)


@require_http_methods(METHODS)
@needs("operator")
def retire_live(request: HttpRequest, name: str) -> HttpResponse:
    """Retire a version that is live."""
    return _retired(request, _standing(request, name))


@require_http_methods(METHODS)
@needs("operator")
def roll_back(request: HttpRequest, name: str) -> HttpResponse:
    """Go back to the version that was live before, or abort a rollout."""
    found = _standing(request, name)
    if found.former is None or not found.live:
        raise Http404("No version was live before; there is nothing to roll back to.")
    former = found.former
    verb = "Abort the rollout" if found.rollout else f"Roll back to v{former.number}"
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:200]
    named = {"reason": reason} if reason else {}
    question = Question(
        "strategy.rollback",
        verb,
        rollback_effect(found, former),
        lambda: rollouts.rollback(found.version.strategy, at=utc_now(), **named),
        asks_reason=True,
        ends=True,
        told=named,
    )
    return _asked(request, found, question)


def _retired(request: HttpRequest, found: Standing) -> HttpResponse:
    question = Question(
        "strategy.retire",
        f"Retire v{found.version.number}",
        retire_effect(found),
        lambda: strategies.retire(found.version, at=utc_now()),
        ends=True,
    )
    return _asked(request, found, question)


def _standing(request: HttpRequest, name: str) -> Standing:
    return Standing.of(stored_version(request, name, whole_number(request, "version")))


def _asked(request: HttpRequest, found: Standing, question: Question) -> HttpResponse:
    """The page with the question; once agreed the page of the version, or the question with the fault."""
    fault, status = "", 200
    if request.method == "POST":
        if question.form is not None and not question.form.is_right:
            status = REFUSED
        else:
            try:
                with transaction.atomic():
                    done = question.do()
                    tell(request, question.action, done, **question.told)
            except UserError as refusal:
                fault, status = str(refusal), CONTRADICTED
            else:
                address = reverse("strategy", args=[done.strategy.name])
                return redirect(f"{address}?version={done.number}&done=1")
    context = {"found": found, "version": found.version, "question": question, "fault": fault}
    return render(request, "web/pages/strategy_stage.html", context, status=status)
