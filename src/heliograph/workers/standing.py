"""Standing work: what is due of a whole concern, done by one worker at a time, again and again."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime

from heliograph.fleet.vouch import HERE
from heliograph.fleet.work import begin, fail, succeed
from heliograph.kit.clock import utc_now
from heliograph.workers import doorbell

ALL = "all"
log = logging.getLogger(__name__)


def stand(name: str, act: Callable[[datetime], object]) -> None:
    """Do it unless another worker is at it or it rests after a failure; what goes wrong is kept and shown."""
    at = utc_now()
    doorbell.release([name])
    if not begin(name, [ALL], node=HERE.node, at=at):
        return
    try:
        act(at)
    except Exception as fault:
        log.exception("%s failed", name)
        fail(
            name,
            ALL,
            error=f"{type(fault).__name__}: {fault}",
            traceback=traceback.format_exc(),
            at=utc_now(),
        )
    else:
        succeed(name, [ALL])
