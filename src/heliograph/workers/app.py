"""The Celery application: a doorbell. What is to do stands in rows: a lost message loses only time."""

import os
from urllib.parse import urlsplit

import django
from celery import Celery
from celery.signals import beat_init, task_postrun, task_prerun, worker_init, worker_process_init
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.db import close_old_connections, connections

from heliograph.kit.errors import BadSetting
from heliograph.kit.tied import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")

TASK_SECONDS = 120
# A message is rung again after this; it must outlast the longest task, or that would run twice.
VISIBILITY_SECONDS = 180


def broker_url(redis_url: str | None, named: str | None) -> str:
    """The broker: what was named, else the database after the one that REDIS_URL names for the cache."""
    if named:
        return named
    if not redis_url:
        return "memory://"
    url = urlsplit(redis_url)
    if url.scheme == "unix":
        return f"redis+socket://{url.path}?virtual_host=1"
    number = int(url.path.strip("/") or 0) + 1
    return url._replace(path=f"/{number}").geturl()


def make_app() -> Celery:
    """The application with its settings; `config/checks.py` refuses to start with unsafe ones."""
    # Celery's own care for Django checks all addresses, and so loads the pages into each worker.
    made = Celery("heliograph", fixups=[], set_as_current=True)
    made.conf.update(
        broker_url=broker_url(settings.REDIS_URL, settings.HELIOGRAPH_BROKER_URL),
        broker_connection_retry_on_startup=True,
        broker_transport_options={
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
        task_default_queue="signals",
        task_routes={"heliograph.workers.tasks.replay_tick": {"queue": "replay"}},
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_concurrency=settings.HELIOGRAPH_WORKERS,
        worker_hijack_root_logger=False,
        enable_utc=True,
        timezone="UTC",
        imports=["heliograph.workers.tasks"],
    )
    return made


@worker_init.connect
@beat_init.connect
def refuse_unsafe_settings(**_: object) -> None:
    """Stop before the first message if work could be lost."""
    app.loader.import_default_modules()
    for message in run_checks(tags=["heliograph"]):
        raise BadSetting(message.msg)


@worker_process_init.connect
def _begin(**_: object) -> None:
    die_with_parent()
    # A connection that was opened before the fork belongs to the parent.
    connections.close_all()


@task_prerun.connect
@task_postrun.connect
def _look_at_connections(**_: object) -> None:
    close_old_connections()


if not apps.ready:
    django.setup()
app = make_app()
