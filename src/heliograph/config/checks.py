"""What must hold before web, worker or beat may start. Each rule is a loss of work that others have had."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from heliograph.config.given import check_given
from heliograph.config.production import RULES
from heliograph.fleet.placement.errors import UnknownStrategy
from heliograph.fleet.placement.strategies import find_strategy
from heliograph.kit.env import Environment
from heliograph.kit.redis_url import RedisUrl

# A message that is rung again while its task still runs makes it run twice (celery #5935, #4400).
MARGIN_SECONDS = 30
LONGEST_SWEEP = 5
# Their work is leased in rows, which finds another worker when this one dies; see fleet/jobs.py.
LEASED_IN_ROWS = ("heliograph.workers.tasks.run_jobs",)


def register_all() -> None:
    """Let `run_checks(tags=["heliograph"])` find the rules; those of `settings` ask no task."""
    register(check_given, "heliograph", "settings")
    for rule in RULES:
        register(_of_production(rule), "heliograph", "settings", deploy=True)
    register(check_redis, "heliograph", "settings")
    register(check_celery, "heliograph")
    register(check_placement, "heliograph")
    register(check_notices, "heliograph")


def check_celery(**_: object) -> list[CheckMessage]:
    """The Celery application loses nothing."""
    from heliograph.workers import tasks
    from heliograph.workers.app import app
    from heliograph.workers.queues import QUEUES

    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if name.startswith(tasks.__name__)}
    late = {name: task.time_limit for name, task in ours.items() if task.acks_late}
    early = [name for name, task in ours.items() if not task.acks_late]
    wrong = [
        *unsafe(app.conf),
        *unsafe_limits(late, visibility=visibility(app.conf)),
        *unsafe_acknowledgements(early),
        *unsafe_routes(app.conf["task_routes"], tasks=ours, queues=QUEUES),
    ]
    return [Error(sentence, id="heliograph.E001") for sentence in wrong]


def check_redis(**_: object) -> list[CheckMessage]:
    """There is a Redis, and what is cached and what waits for workers lie apart."""
    cache, broker = settings.REDIS_URL, settings.HELIOGRAPH_BROKER_URL
    if cache is None and broker is None:
        sentence = "REDIS_URL is not set; name a Redis or Valkey, or start with `heliograph up`."
    elif cache and broker and _place(cache) == _place(broker):
        sentence = "Broker and cache share a Redis database: emptying the cache would empty the queue."
    else:
        return []
    hint = "Let REDIS_URL and HELIOGRAPH_BROKER_URL end in different numbers, /0 and /1, or name two servers."
    return [Error(sentence, hint=hint, obj="REDIS_URL", id="heliograph.E016")]


def _place(url: str) -> tuple[object, ...]:
    found = RedisUrl.read(url)
    return found.hosts, found.service, found.path, found.database


def _of_production(
    rule: Callable[[Environment], Iterator[CheckMessage]],
) -> Callable[..., list[CheckMessage]]:
    def check(**_: object) -> list[CheckMessage]:
        return list(rule(Environment()))

    return check


def check_placement(**_: object) -> list[CheckMessage]:
    """The strategy of placement exists."""
    try:
        find_strategy(settings.HELIOGRAPH_PLACEMENT)
    except UnknownStrategy as fault:
        return [Error(str(fault), obj="HELIOGRAPH_PLACEMENT", id="heliograph.E002")]
    return []


def check_notices(**_: object) -> list[CheckMessage]:
    """Notices and alerts are kept for a while, and links in messages lead somewhere."""
    kept = {name: getattr(settings, name) for name in ("HELIOGRAPH_NOTICE_DAYS", "HELIOGRAPH_ALERT_DAYS")}
    wrong = [f"{name} is {days}; 1 day is the least." for name, days in kept.items() if days < 1]
    wrong += _bad_retention()
    url = settings.HELIOGRAPH_PUBLIC_URL
    if url and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
        wrong.append(f"HELIOGRAPH_PUBLIC_URL is `{url}`; it looks like https://signals.example.com.")
    return [Error(sentence, id="heliograph.E003") for sentence in wrong]


def _bad_retention() -> list[str]:
    from heliograph.workers.retention.chosen import BadRetention, parse

    try:
        parse(settings.HELIOGRAPH_RETENTION)
    except BadRetention as fault:
        return [str(fault)]
    return []


def visibility(conf: Mapping[str, Any]) -> float:
    """Seconds after which an unanswered message is rung again; 0 where nothing is said."""
    return float(conf["broker_transport_options"].get("visibility_timeout", 0))


def unsafe(conf: Mapping[str, Any]) -> Iterator[str]:
    """What in a Celery configuration could lose work or run it twice, a sentence each."""
    transport = conf["broker_transport_options"]
    if visibility(conf) < (conf["task_time_limit"] or float("inf")) + MARGIN_SECONDS:
        yield f"visibility_timeout must exceed task_time_limit by {MARGIN_SECONDS} seconds."
    yield from _unsafe_lines(transport)
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


def _unsafe_lines(transport: Mapping[str, Any]) -> Iterator[str]:
    """A line to the broker that is cut in silence leaves a worker that lives and takes nothing (#8030)."""
    for name in ("socket_timeout", "socket_keepalive", "health_check_interval"):
        if not transport.get(name):
            yield f"{name} must be set for the broker: a worker would not notice that its line was cut."


def unsafe_routes(
    routes: Mapping[str, Mapping[str, str]], *, tasks: Collection[str], queues: Collection[str]
) -> Iterator[str]:
    """Tasks that go to a queue which no worker reads, and routes of tasks that are none."""
    for name in sorted(tasks):
        queue = routes.get(name, {}).get("queue")
        if queue not in queues:
            yield f"{name} goes to {queue or 'no queue of its own'}, which is none of {', '.join(queues)}."
    for name in sorted(set(routes) - set(tasks)):
        yield f"{name} has a route and is no task."


def unsafe_acknowledgements(early: Collection[str]) -> Iterator[str]:
    """Tasks whose message is gone before their work is done, without a lease in rows."""
    for name in sorted(set(early) - set(LEASED_IN_ROWS)):
        yield f"{name} must be acknowledged late: a killed worker would take it along."


def unsafe_limits(limits: Mapping[str, float | None], *, visibility: float) -> Iterator[str]:
    """Tasks without a time limit, or with one that outlives the visibility of their message."""
    for name, limit in limits.items():
        if limit is None:
            yield f"{name} has no time limit."
        elif limit > visibility - MARGIN_SECONDS:
            yield f"{name} may run for {limit} seconds, too near to a visibility of {visibility:.0f}."
