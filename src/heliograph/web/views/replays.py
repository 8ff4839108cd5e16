"""The replays: how far each has come, and a new run of one that has ended."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from heliograph.kit.clock import utc_now
from heliograph.market.models import Replay
from heliograph.market.sources.replay.venue import new_run
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.reads.replays import replays


@require_safe
@needs("viewer")
def replays_page(request: HttpRequest) -> HttpResponse:
    """All replays; the context of every page holds them already."""
    return render(request, "web/pages/replays.html")


@require_safe
@needs("viewer")
def frame_live(request: HttpRequest) -> HttpResponse:
    """What changes in the frame of every page: the marks of the replays, and the count of open signals."""
    return render(request, "web/parts/frame_live.html")


@require_POST
@needs("operator")
def replay_again(request: HttpRequest, replay_id: int) -> HttpResponse:
    """Begin a new run, in a venue of its own, of a replay that has ended; pressed twice it begins one."""
    replay = Replay.objects.filter(pk=replay_id).exclude(finished_at=None).first()
    if replay is None:
        raise Http404("There is no replay of that number that has ended.")
    with transaction.atomic():
        if any(state.id == replay_id and state.again for state in replays()):
            new_run(replay, at=utc_now())
        tell(request, "replay.again", replay.venue.name)
    return redirect("replays")
