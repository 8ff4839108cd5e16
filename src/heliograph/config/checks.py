"""What must hold before web, worker or beat may start. Each rule is a loss of work that others have had."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from heliograph.fleet.placement.errors import UnknownStrategy
from heliograph.fleet.placement.strategies import find_strategy

# A message that is rung again while its task still runs makes it run twice (celery #5935, #4400).
MARGIN_SECONDS = 30
LONGEST_SWEEP = 5


def register_all() -> None:
    """Let `run_checks(tags=["heliograph"])` find the rules."""
    register(check_celery, "heliograph")
    register(check_placement, "heliograph")


def check_celery(**_: object) -> list[CheckMessage]:
    """The Celery application loses nothing."""
    from heliograph.workers import tasks
    from heliograph.workers.app import app

    limits = {name: task.time_limit for name, task in app.tasks.items() if name.startswith(tasks.__name__)}
    wrong = [*unsafe(app.conf), *unsafe_limits(limits, visibility=visibility(app.conf))]
    if settings.REDIS_URL is None and settings.HELIOGRAPH_BROKER_URL is None:
        wrong.append("REDIS_URL is not set; name a Redis or Valkey, or start with `heliograph up`.")
    elif app.conf.broker_url == settings.REDIS_URL:
        wrong.append("Broker and cache share a Redis database: emptying the cache would empty the queue.")
    return [Error(sentence, id="heliograph.E001") for sentence in wrong]


def check_placement(**_: object) -> list[CheckMessage]:
    """The strategy of placement exists."""
    try:
        find_strategy(settings.HELIOGRAPH_PLACEMENT)
    except UnknownStrategy as fault:
        return [Error(str(fault), id="heliograph.E002")]
    return []


def visibility(conf: Mapping[str, Any]) -> float:
    """Seconds after which an unanswered message is rung again; 0 where nothing is said."""
    return float(conf["broker_transport_options"].get("visibility_timeout", 0))


def unsafe(conf: Mapping[str, Any]) -> Iterator[str]:
    """What in a Celery configuration could lose work or run it twice, a sentence each."""
    transport = conf["broker_transport_options"]
    if visibility(conf) < (conf["task_time_limit"] or float("inf")) + MARGIN_SECONDS:
        yield f"visibility_timeout must exceed task_time_limit by {MARGIN_SECONDS} seconds."
    if not 0 < transport.get("unacked_restore_interval", 0) <= LONGEST_SWEEP:
        yield f"unacked_restore_interval must be 1 to {LONGEST_SWEEP} seconds."
    for name in ("task_acks_late", "task_reject_on_worker_lost", "worker_disable_prefetch"):
        if not conf[name]:
            yield f"{name} must be on: a killed worker would take its messages along."
    if conf["worker_prefetch_multiplier"] != 1:
        yield "worker_prefetch_multiplier must be 1."
    if list(conf["accept_content"]) != ["json"] or conf["task_serializer"] != "json":
        yield "Messages must be JSON alone: others can carry code."
    if conf["result_backend"]:
        yield "There must be no result backend: results are rows."


def unsafe_limits(limits: Mapping[str, float | None], *, visibility: float) -> Iterator[str]:
    """Tasks without a time limit, or with one that outlives the visibility of their message."""
    for name, limit in limits.items():
        if limit is None:
            yield f"{name} has no time limit."
        elif limit > visibility - MARGIN_SECONDS:
            yield f"{name} may run for {limit} seconds, too near to a visibility of {visibility:.0f}."
