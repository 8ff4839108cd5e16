"""Marks in the broker that keep a slow queue from filling with repeats. Losing them costs only repeats."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from heliograph.kit.redis_url import redis_client
from heliograph.workers.app import BROKER, app

QUEUED, LOOKED, AGAIN = "heliograph:queued:", "heliograph:looked:", "heliograph:again:"
TRIED = "heliograph:tried"
# A message that was lost holds back a new one for so long.
QUEUED_SECONDS = 10
# So long it is known that a shard was looked at and waits for a bar or for finer data.
LOOKED_SECONDS = 600
ANSWER_SECONDS = 5.0
# Who must go on whether or not the broker answers asks once, and waits so long.
AT_ONCE_SECONDS = 1.0
log = logging.getLogger(__name__)


def claim(names: Sequence[str], *, seconds: int = QUEUED_SECONDS) -> list[str]:
    """Those of which no message is under way; from now on one is."""
    if not names:
        return []
    with _client().pipeline(transaction=False) as asked:
        for name in names:
            asked.set(QUEUED + name, 1, nx=True, ex=seconds)
        return [name for name, free in zip(names, asked.execute(), strict=True) if free]


def release(names: Iterable[str]) -> None:
    """Their messages have arrived, or were not sent."""
    found = [QUEUED + name for name in names]
    if found:
        _try("DEL", *found)


def note_again(names: Iterable[str]) -> None:
    """More came for these while a worker is at them: it looks again when it is done."""
    with _client().pipeline(transaction=False) as told:
        for name in names:
            told.set(AGAIN + name, 1, ex=LOOKED_SECONDS)
        told.execute()


def take_again(names: Sequence[str]) -> bool:
    """True if more came for one of these meanwhile; from now on that is forgotten."""
    try:
        return bool(names) and bool(_client().delete(*(AGAIN + name for name in names)))
    except redis.RedisError as fault:
        log.warning("A mark was not read: %s", fault)
        return False


def note_looked(names: Iterable[str], *, at: datetime) -> None:
    """These were worked on at that moment; what they still lack was not there."""
    with _client().pipeline(transaction=False) as told:
        for name in names:
            told.set(LOOKED + name, at.timestamp(), ex=LOOKED_SECONDS)
        try:
            told.execute()
        except redis.RedisError as fault:
            log.warning("A mark was not set: %s", fault)


def looked(names: Sequence[str]) -> Mapping[str, datetime]:
    """When these were last worked on; those of which nothing is known are left out."""
    found = _client().mget([LOOKED + name for name in names]) if names else []
    return {
        name: datetime.fromtimestamp(float(value), UTC)
        for name, value in zip(names, found, strict=True)
        if value is not None
    }


def lengths(queues: Sequence[str]) -> dict[str, int]:
    """How many messages wait in each of these queues."""
    return _lengths(_client(), queues)


def lengths_at_once(queues: Sequence[str]) -> dict[str, int]:
    """The same, or a RedisError within about a second: it is not tried again."""
    return _lengths(_connect_once(_url()), queues)


def takes_writes() -> bool:
    """False while the broker answers and refuses what would be stored; asked once, as it is for lengths."""
    try:
        _connect_once(_url()).set(TRIED, 1, ex=1)
    except redis.ResponseError:
        return False
    return True


def _lengths(client: "redis.Redis", queues: Sequence[str]) -> dict[str, int]:
    with client.pipeline(transaction=False) as asked:
        for name in queues:
            asked.llen(name)
        return dict(zip(queues, asked.execute(), strict=True))


def _try(*command: object) -> None:
    try:
        _client().execute_command(*command)
    except redis.RedisError as fault:
        log.warning("A mark was not removed: %s", fault)


def _client() -> "redis.Redis":
    return _connect(_url())


@lru_cache(maxsize=4)
def _connect(url: str) -> "redis.Redis":
    return redis_client(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)


@lru_cache(maxsize=4)
def _connect_once(url: str) -> "redis.Redis":
    return redis_client(
        url,
        socket_timeout=AT_ONCE_SECONDS,
        socket_connect_timeout=AT_ONCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def _url() -> str:
    """As Celery has it; of sentinels it keeps the name of the service elsewhere."""
    url = str(app.conf.broker_url)
    return str(BROKER) if BROKER and url.startswith("sentinel") else url
