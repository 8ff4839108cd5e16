"""The Celery application: a doorbell. What is to do stands in rows: a lost message loses only time."""

import os
from urllib.parse import urlsplit

from celery import Celery
from celery.signals import worker_process_init

from heliograph.kit.tied import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")

TASK_SECONDS = 120
# A message is rung again after this; it must outlast the longest task, or that would run twice.
VISIBILITY_SECONDS = 180


def broker_url(redis_url: str | None, named: str | None) -> str:
    """The broker: what was named, else the second database of the Redis that the cache has the first of."""
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
    """The application with its settings; `config/checks.py` refuses to start with others."""
    from django.conf import settings

    made = Celery("heliograph")
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
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_hijack_root_logger=False,
        worker_max_memory_per_child=1_000_000,
        enable_utc=True,
        timezone="UTC",
    )
    return made


@worker_process_init.connect
def _tie(**_: object) -> None:
    die_with_parent()


app = make_app()
app.autodiscover_tasks(["heliograph.workers"])
