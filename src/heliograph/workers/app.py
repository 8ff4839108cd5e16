"""The Celery application: a doorbell. What is to do stands in rows: a lost message loses only time."""

import faulthandler
import gc
import os
import sys
from importlib import import_module
from typing import Any

import django
from celery import Celery
from celery.signals import (
    beat_init,
    celeryd_after_setup,
    celeryd_init,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)
from django.apps import apps
from django.conf import settings
from django.db import close_old_connections, connections

from heliograph.kit.allocator import give_large_back
from heliograph.kit.logs.context import forget, note
from heliograph.kit.notify import READY, notify
from heliograph.kit.redis_url import RedisUrl
from heliograph.kit.tied import die_with_parent
from heliograph.workers.broker import broker, of_celery, tls_of, transport_of
from heliograph.workers.queues import ROUTES, TASKS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")

TASK_SECONDS = 120
# A message is rung again after this; it must outlast the longest task, or that would run twice.
VISIBILITY_SECONDS = 180
# What the work of a queue needs; who does not read it needs none.
PRELOADED = {
    "generate": ("heliograph.workers.shards", "heliograph.workers.dispatch"),
    "upkeep": ("heliograph.workers.reconcile", "heliograph.monitor.take", "heliograph.workers.measuring"),
    "ingest": ("heliograph.market.sources.replay.play", "heliograph.market.sources.exchange.poll"),
    "notices": ("heliograph.notices.deliver",),
}


def make_app(broker: RedisUrl | None) -> Celery:
    """The application with its settings; `config/checks.py` refuses to start with unsafe ones."""
    # Celery's own care for Django checks all addresses, and so loads the pages into each worker.
    made = Celery("heliograph", fixups=[], set_as_current=True)
    made.conf.update(
        broker_url=of_celery(broker) if broker else "memory://",
        broker_use_ssl=tls_of(broker) if broker else None,
        broker_connection_retry_on_startup=True,
        # A Redis that refuses writes for want of memory is waited for like one that is away.
        broker_channel_error_retry=True,
        broker_transport_options={
            **(transport_of(broker) if broker else {}),
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": 2,
            "unacked_restore_throttle": 1,
            "socket_timeout": 30,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_time_limit=TASK_SECONDS,
        task_default_queue=TASKS["generate_due"],
        task_routes=ROUTES,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_concurrency=1,
        worker_hijack_root_logger=False,
        # Celery's own would lead without a lease, by a timetable that is empty.
        beat_scheduler="heliograph.workers.beat:LeasedScheduler",
        enable_utc=True,
        timezone="UTC",
        imports=["heliograph.workers.tasks"],
    )
    return made


@worker_init.connect
@beat_init.connect
def refuse_unsafe_settings(**_: object) -> None:
    """Stop before the first message if work could be lost."""
    from heliograph.workers.refusing import refuse_here

    app.loader.import_default_modules()
    # Celery logs the errors of those who hear its signals and goes on; that this ends the process it heeds.
    refuse_here("heliograph")


@celeryd_init.connect
def _take_a_name(sender: str, **_: object) -> None:
    from heliograph.fleet.vouch import HERE

    HERE.stand_as_node(sender)


@celeryd_after_setup.connect
def _load_before_forking(instance: Any, **_: object) -> None:
    """What the parent has loaded costs its children neither time nor memory."""
    give_large_back()
    for queue in instance.app.amqp.queues.consume_from:
        for name in PRELOADED.get(queue, ()):
            import_module(name)
    if settings.HELIOGRAPH_REPLAY and TASKS["replay_tick"] in instance.app.amqp.queues.consume_from:
        _read_samples()
    # Objects that the collector does not touch stay on pages that parent and children share.
    gc.freeze()


def _read_samples() -> None:
    """They are kept in memory by whoever plays them, some 70 MB with what reads them."""
    from heliograph.market.sources.replay.samples import SAMPLES, read_sample

    for sample in SAMPLES:
        read_sample(sample)


@worker_ready.connect
def _begin_to_beat(sender: Any, **_: object) -> None:
    from heliograph.workers import deputy
    from heliograph.workers.heartbeat import begin

    begin(sender)
    deputy.begin()
    notify(READY)


@worker_shutdown.connect
def _say_goodbye(**_: object) -> None:
    from heliograph.workers import deputy
    from heliograph.workers.heartbeat import end

    deputy.end()
    end()


@worker_process_init.connect
def _begin(**_: object) -> None:
    from heliograph.fleet.vouch import HERE

    die_with_parent()
    # Where a crash of compiled code happened stands in the log; Celery has replaced sys.stderr.
    faulthandler.enable(sys.__stderr__)
    # A connection that was opened before the fork belongs to the parent.
    connections.close_all()
    HERE.begin_as_child()


@worker_process_shutdown.connect
def _leave_states(**_: object) -> None:
    # Only where shards were advanced is there anything to leave to those who go on with them.
    if state := sys.modules.get("heliograph.signals.state"):
        state.MEMORY.hand_over()


@task_prerun.connect
def _begin_to_observe(task_id: str, task: Any, **_: object) -> None:
    from heliograph.workers.observed import begin

    note(task_id=task_id, task=task.name.rpartition(".")[2])
    begin(task.name, task_id)


# Before connections are closed: it may keep a row.
@task_postrun.connect
def _end_observing(**_: object) -> None:
    from heliograph.workers.observed import end

    end()
    forget()


@task_prerun.connect
@task_postrun.connect
def _look_at_connections(**_: object) -> None:
    close_old_connections()


if not apps.ready:
    django.setup()
BROKER = broker(settings.REDIS_URL, settings.HELIOGRAPH_BROKER_URL)
app = make_app(BROKER)
app.Task.Request = "heliograph.workers.requests:NotedRequest"
