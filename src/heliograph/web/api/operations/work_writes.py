"""Changes work: jobs cancelled and resumed, pieces retried and dropped, nodes drained and weighed, the cache
emptied."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Schema, Status

from heliograph.errors import NotFound
from heliograph.fleet import jobs, nodes, work
from heliograph.fleet.node_list import list_nodes
from heliograph.kit.cache import cache
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.api.asked import Id, Line, Name, Told, Words
from heliograph.web.api.changing import wake_after
from heliograph.web.api.described import also
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.operations.jobs import find_visible
from heliograph.web.api.operations.jobs import router as of_jobs
from heliograph.web.api.operations.nodes import router as of_nodes
from heliograph.web.api.operations.work import router as of_work
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.work import JobShape, NodeShape
from heliograph.web.reads.work.queues import shards_of

DRAINED = "drained by the API"


class PieceTold(Told):
    """Which piece of work: its key."""

    key: Line


class DrainTold(Told):
    """Why, in words."""

    reason: Words = DRAINED


class WeightTold(Told):
    """How much of the usual; 1 is usual."""

    weight: Annotated[float, Field(gt=0, le=nodes.MOST_WEIGHT)]


class ClearTold(Told):
    """What is outdated, such as `signals` or `candles:5m`; null: everything."""

    tag: Line | None = None


class CountShape(Schema):
    """How many it was done to."""

    count: int


@of_jobs.post("jobs/{job_id}/cancel", response=JobShape, summary="Cancel a job")
@idempotent
@needs("operator")
def cancel_job(request: HttpRequest, job_id: Id) -> dict[str, object]:
    """At once where it waits, else with the next report of its worker."""
    find_visible(request, job_id)
    jobs.cancel(job_id)
    tell(request, "job.cancel", f"job {job_id}")
    return filled(JobShape, jobs.find_job(job_id))


@of_jobs.post("jobs/{job_id}/resume", response=JobShape, summary="Let a job go on")
@idempotent
@needs("operator")
def resume_job(request: HttpRequest, job_id: Id) -> dict[str, object]:
    """One that failed or was cancelled, from where it stood."""
    find_visible(request, job_id)
    jobs.resume(job_id)
    wake_after("run_jobs")
    tell(request, "job.resume", f"job {job_id}")
    return filled(JobShape, jobs.find_job(job_id))


@of_work.post("work/retry", response=CountShape, summary="Try a piece of work again")
@also(404)
@idempotent
@needs("operator")
def retry_work(request: HttpRequest, told: PieceTold) -> dict[str, int]:
    """Three times more, from now on."""
    refuse_foreign(request, told.key)
    count = work.retry(told.key, at=utc_now())
    tell(request, "work.retry", told.key)
    return {"count": count}


@of_work.post("work/drop", response=CountShape, summary="Try a piece of work no more")
@also(404)
@idempotent
@needs("operator")
def drop_work(request: HttpRequest, told: PieceTold) -> dict[str, int]:
    """It stays listed, as that keeps it from being tried."""
    refuse_foreign(request, told.key)
    count = work.drop(told.key)
    tell(request, "work.drop", told.key)
    return {"count": count}


@of_nodes.post("nodes/{name}/drain", response=NodeShape, summary="Place no more work on a node")
@idempotent
@needs("operator")
def drain_node(request: HttpRequest, name: Name, told: DrainTold) -> dict[str, object]:
    """What it holds, it finishes."""
    nodes.drain(name, reason=told.reason or DRAINED)
    tell(request, "node.drain", name, reason=told.reason)
    return _node(name)


@of_nodes.post("nodes/{name}/undrain", response=NodeShape, summary="Place work on a node again")
@idempotent
@needs("operator")
def undrain_node(request: HttpRequest, name: Name) -> dict[str, object]:
    """From now on."""
    nodes.undrain(name)
    tell(request, "node.undrain", name)
    return _node(name)


@of_nodes.post("nodes/{name}/weight", response=NodeShape, summary="Set a node's share of placed work")
@idempotent
@needs("operator")
def weigh_node(request: HttpRequest, name: Name, told: WeightTold) -> dict[str, object]:
    """0.5 for a machine of half the speed. It outlives the process."""
    nodes.weigh(name, weight=told.weight)
    tell(request, "node.weigh", name, weight=told.weight)
    return _node(name)


@of_nodes.post("cache/clear", response={204: None}, summary="Empty the cache, or outdate a part of it")
@idempotent
@needs("operator")
def clear_cache(request: HttpRequest, told: ClearTold) -> Status:
    """Nothing is lost but time."""
    if told.tag is None:
        cache().clear()
    else:
        cache().invalidate(told.tag)
    tell(request, "cache.clear", told.tag or "all")
    return Status(204, None)


def refuse_foreign(request: HttpRequest, key: str) -> None:
    """NotFound where the work belongs to a strategy that is hidden from whoever asks."""
    unseen = hidden(request)
    shard = shards_of({key}).get(key) if unseen else None
    if shard is not None and shard.version.strategy_id in unseen:
        raise NotFound(f"There is no work '{key}'; /api/v1/work/pieces lists what there is.")


def _node(name: str) -> dict[str, object]:
    found = next((one for one in list_nodes(at=utc_now()) if one.name == name), None)
    if found is None:
        raise nodes.unknown(name)
    return filled(NodeShape, found)
