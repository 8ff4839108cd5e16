"""Standing work: what is due of a whole concern, done by one worker at a time, again and again."""

import logging
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta

import redis
from kombu.exceptions import KombuError

from heliograph.fleet.clock import shared_now
from heliograph.fleet.vouch import HERE
from heliograph.fleet.work import begin, fail, give_back, succeed
from heliograph.workers import doorbell
from heliograph.workers.ring import ring

ALL = "all"
log = logging.getLogger(__name__)


def stand(name: str, act: Callable[[datetime], object]) -> None:
    """Do it unless another worker is at it or it rests after a failure; what goes wrong is kept and shown."""
    doorbell.release([name])
    at, began = shared_now(), time.monotonic()
    if not _take(name, at=at):
        return
    try:
        act(at)
    except (redis.RedisError, KombuError) as fault:
        # The broker went away, which is no fault of the work: it need not rest.
        log.warning("%s could not ring: %s", name, fault)
        give_back(name, [ALL], at=at)
    except Exception as fault:
        log.exception("%s failed", name)
        fail(
            name,
            ALL,
            error=f"{type(fault).__name__}: {fault}",
            traceback=traceback.format_exc(),
            # The database may be what went wrong: it is not asked again.
            at=at + timedelta(seconds=time.monotonic() - began),
        )
    else:
        succeed(name, [ALL])
        if doorbell.take_again([name]):
            ring(name)


def _take(name: str, *, at: datetime) -> bool:
    """True if it is ours. Who is at it may have looked before this ring: it looks again when it is done."""
    if begin(name, [ALL], node=HERE.node, at=at):
        return True
    doorbell.note_again([name])
    # It may have been done just before it could hear that.
    return bool(begin(name, [ALL], node=HERE.node, at=at))
