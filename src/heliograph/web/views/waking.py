"""Tells the workers that something waits for them; without it they look by themselves soon."""

import logging

import redis
from django.conf import settings
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def wake(name: str) -> None:
    """Ring a task of the workers; that Redis is silent costs only time."""
    if not (settings.REDIS_URL or settings.HELIOGRAPH_BROKER_URL):
        return
    # Celery is loaded when somebody asks for work, and not into every web process.
    from heliograph.workers.ring import ring

    try:
        ring(name)
    except (redis.RedisError, OperationalError) as fault:
        log.warning("The workers were not told of %s, and look by themselves: %s", name, fault)
