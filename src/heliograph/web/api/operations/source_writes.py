"""Changes where candles come from: exchanges, watched series, replays."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Schema, Status

from heliograph.errors import NotFound
from heliograph.kit.clock import utc_now
from heliograph.market.models import Replay
from heliograph.market.sources.exchange.venues import remove_venue
from heliograph.market.sources.exchange.watched import look_again
from heliograph.market.sources.exchange.watches import end_watch, find_watch, list_watches, pause_watch
from heliograph.market.sources.replay.venue import new_run
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.api.asked import Id, Line, Moment, Name, Slug, Told, Words
from heliograph.web.api.changing import insist, wake_after
from heliograph.web.api.described import also
from heliograph.web.api.idempotent import idempotent, reaches_out
from heliograph.web.api.operations.venues import router
from heliograph.web.api.shapes.filled import filled, filler
from heliograph.web.api.shapes.market import ReplayShape, SyncedShape, WatchShape
from heliograph.web.api.shapes.work import JobShape
from heliograph.web.outside import Exchange, Wanted
from heliograph.web.outside import add_exchange as add
from heliograph.web.outside import sync_exchange as sync
from heliograph.web.outside import watch_series as watch
from heliograph.web.reads.replays import replays

synced = filler(SyncedShape)
replay = filler(ReplayShape)


class VenueTold(Told):
    """An exchange by its name at ccxt. `url`: another address of its API, which only an admin may name."""

    exchange: Line
    name: Slug | None = None
    url: Words = ""
    priority: Annotated[int, Field(ge=0, le=10_000)] = 100
    per_second: Annotated[float, Field(ge=0.01, le=1_000)] | None = None


class WatchTold(Told):
    """Series to keep up to date from `since` on; `fallbacks` are exchanges that stand in, in order."""

    symbols: Annotated[list[Line], Field(min_length=1, max_length=500)]
    timeframe: Line
    since: Moment
    venue: Line | None = None
    fallbacks: Annotated[list[Line], Field(max_length=10)] = Field(default_factory=list)


class WatchedShape(Schema):
    """What is watched from now on, and the job that fetches its history."""

    watches: list[int]
    job: JobShape


@router.post("venues", response={201: SyncedShape}, summary="Add an exchange")
@also(502)
@reaches_out
@needs("operator")
def add_exchange(request: HttpRequest, told: VenueTold) -> Status:
    """Its list is read at once; where it does not answer, nothing is stored."""
    if told.url:
        insist(request, "admin", "Another address of an exchange")
    wanted = Exchange(told.exchange, told.name or "", told.url, told.priority, told.per_second)
    return Status(201, synced(add(request, wanted, at=utc_now())))


@router.post("venues/{name}/sync", response=SyncedShape, summary="Read the list of an exchange again")
@also(502)
@reaches_out
@needs("operator")
def sync_exchange(request: HttpRequest, name: Name) -> dict[str, object]:
    """What it listed and delisted since."""
    return synced(sync(request, name, at=utc_now()))


@router.delete("venues/{name}", response={204: None}, summary="Forget an exchange")
@idempotent
@needs("operator")
def remove_exchange(request: HttpRequest, name: Name) -> Status:
    """One that has delivered no candles and of which nothing is watched."""
    remove_venue(name)
    tell(request, "venue.remove", name)
    return Status(204, None)


@router.post("watches", response={201: WatchedShape}, summary="Keep series up to date")
@also(404, 502)
@reaches_out
@needs("operator")
def add_watched(request: HttpRequest, told: WatchTold) -> Status:
    """All of them or, where one cannot be, none. What is watched already reaches back to `since`."""
    wanted = Wanted(told.symbols, told.timeframe, told.since, told.venue, told.fallbacks)
    begun = watch(request, wanted, at=utc_now())
    return Status(201, {"watches": begun.watches, "job": filled(JobShape, begun.job)})


@router.post("watches/{watch_id}/pause", response=WatchShape, summary="Ask for a series no more")
@idempotent
@needs("operator")
def pause_watched(request: HttpRequest, watch_id: Id) -> dict[str, object]:
    """Until it is resumed."""
    found = pause_watch(watch_id, paused=True)
    tell(request, "watch.pause", str(found))
    return _line(watch_id)


@router.post("watches/{watch_id}/resume", response=WatchShape, summary="Ask for a series again")
@idempotent
@needs("operator")
def resume_watched(request: HttpRequest, watch_id: Id) -> dict[str, object]:
    """What it missed meanwhile comes first."""
    found = pause_watch(watch_id, paused=False)
    wake_after("poll_due")
    tell(request, "watch.resume", str(found))
    return _line(watch_id)


@router.post("watches/{watch_id}/heal", response=WatchShape, summary="Heal the gaps of a series now")
@idempotent
@needs("operator")
def heal_watched(request: HttpRequest, watch_id: Id) -> dict[str, object]:
    """They are asked for with the next poll, also those that the exchange did not have lately."""
    found = find_watch(watch_id)
    look_again(found, at=utc_now())
    wake_after("poll_due")
    tell(request, "watch.heal", str(found))
    return _line(watch_id)


@router.delete("watches/{watch_id}", response={204: None}, summary="Keep a series up to date no more")
@idempotent
@needs("operator")
def remove_watched(request: HttpRequest, watch_id: Id) -> Status:
    """Its candles stay."""
    found = end_watch(watch_id)
    tell(request, "watch.remove", str(found))
    return Status(204, None)


@router.post("replays/{replay_id}/again", response=ReplayShape, summary="Play a replay again")
@idempotent
@needs("operator")
def replay_again(request: HttpRequest, replay_id: Id) -> dict[str, object]:
    """A new run, in a venue of its own, of one that has ended; asked twice it begins one."""
    found = Replay.objects.select_related("venue").filter(pk=replay_id).exclude(finished_at=None).first()
    if found is None:
        raise NotFound(f"There is no replay {replay_id} that has ended; /api/v1/replays lists them.")
    made = found
    if any(state.id == replay_id and state.again for state in replays()):
        made = new_run(found, at=utc_now())
    tell(request, "replay.again", found.venue.name)
    return replay(next(state for state in replays() if state.id == made.pk))


def _line(watch_id: int) -> dict[str, object]:
    line = next(one for one in list_watches(at=utc_now()) if one.id == watch_id)
    return filled(WatchShape, line)
