"""Working on shards: taken by the ledger, advanced, and given up one by one where something goes wrong."""

import logging
import traceback
from collections.abc import Sequence
from datetime import timedelta

from django.db import Error, connection

from heliograph.fleet.vouch import HERE
from heliograph.fleet.work import begin, fail, give_back, succeed
from heliograph.kit.clock import utc_now
from heliograph.signals.generate import generate_shards
from heliograph.signals.generated import Generated
from heliograph.workers import doorbell
from heliograph.workers.ring import ring

KIND = "generate"
# A long way to catch up is gone in pieces: each step is stored, and the next message goes on behind it.
PIECE = timedelta(seconds=45)
log = logging.getLogger(__name__)


def shard_key(progress_id: int) -> str:
    """The key of a shard in the ledger and in placement."""
    return f"shard:{progress_id}"


def work_on_shards(progress_ids: Sequence[int]) -> Generated:
    """Advance these shards as far as there are candles; those that others are at are left out."""
    began = utc_now()
    keys = {shard_key(one): one for one in progress_ids}
    # From here on the ledger says that they are worked on: a ring for new candles may send them again.
    doorbell.release(keys)
    taken = begin(KIND, list(keys), node=HERE.node, at=began)
    failed: set[str] = set()

    def give_up(progress_id: int, fault: Exception) -> None:
        _refuse_lost_database(fault)
        failed.add(shard_key(progress_id))
        _record(shard_key(progress_id), fault)

    def is_over() -> bool:
        return utc_now() - began > PIECE

    try:
        told = generate_shards([keys[key] for key in taken], at=began, stop=is_over, on_error=give_up)
    except Exception as fault:
        _end_all([key for key in taken if key not in failed], fault)
        raise
    succeed(KIND, [key for key in taken if key not in failed])
    doorbell.note_looked(taken, at=began)
    if told.published or told.settled or told.revised:
        ring("deliver_due")
    # More came meanwhile, or others are at what this message asked for, or there is more than a piece.
    if doorbell.take_again(taken) or len(taken) < len(keys) or is_over():
        ring("generate_due")
    return told


def _end_all(keys: Sequence[str], fault: Exception) -> None:
    """What went wrong is not of one shard: a lost database is no try, anything else is one of each."""
    connection.close_if_unusable_or_obsolete()
    if isinstance(fault, LostDatabase):
        give_back(KIND, keys, at=utc_now())
        return
    for key in keys:
        _record(key, fault)


def _record(key: str, fault: Exception) -> None:
    log.error("%s failed", key, exc_info=fault)
    fail(
        KIND,
        key,
        error=f"{type(fault).__name__}: {fault}",
        traceback="".join(traceback.format_exception(fault)),
        at=utc_now(),
    )


class LostDatabase(Exception):
    """The database went away in the middle of a step."""


def _refuse_lost_database(fault: Exception) -> None:
    """A database that went away is no fault of the shard, and all others would fail likewise."""
    if isinstance(fault, Error) and not connection.is_usable():
        raise LostDatabase(str(fault)) from fault
