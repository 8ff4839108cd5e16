"""The room of signals with one of its rules broken: the machine must notice each."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import numpy as np


@contextmanager
def _instead(module: str, name: str, value: object) -> Iterator[None]:
    """That name of a module of the room is something else for a while."""
    from importlib import import_module

    owner = import_module(f"heliograph.signals.{module}")
    for part in name.split(".")[:-1]:
        owner = getattr(owner, part)
    last = name.split(".")[-1]
    before = getattr(owner, last)
    setattr(owner, last, value)
    try:
        yield
    finally:
        setattr(owner, last, before)


def _nothing_heeded(*_: object, **__: object) -> object:
    from heliograph.signals.generated import Generated

    return Generated()


def _one_watermark(bars, otherwise):
    """What the newest instrument has reached, all are said to have reached."""
    return np.full(len(otherwise), bars.time[-1]) if len(bars) else otherwise


def _bare(*_: object, **__: object):
    """A transaction that is none."""
    from contextlib import nullcontext

    return nullcontext()


def _standing(stand, *, watermarks, slots):
    """A step that leaves the watermarks where they were."""
    from dataclasses import replace

    return replace(stand, epoch=stand.epoch + 1, slots=slots)


class _Bare:
    """What stands for `django.db.transaction`."""

    atomic = staticmethod(_bare)


# The name of each for people, and how it is broken.
MUTANTS: Mapping[str, Callable[[], AbstractContextManager[None]]] = {
    "amendments are not heeded": partial(_instead, "generate", "heed_amendments", _nothing_heeded),
    "nor those of what has ended": partial(_instead, "generate", "heed_after_the_end", _nothing_heeded),
    "no late candidates": partial(_instead, "amend", "late_candidates", lambda *_, **__: []),
    "no revisions": partial(_instead, "amend", "revisions", lambda *_, **__: []),
    "what ran is not marked": partial(_instead, "amend", "_mark_running", lambda *_: None),
    "what was marked is not revised": partial(_instead, "store", "revise_ended", lambda *_, **__: 0),
    "wrong checkpoints are kept": partial(_instead, "amend", "drop_checkpoints", lambda *_, **__: None),
    "one watermark for all": partial(_instead, "step", "newest", _one_watermark),
    "watermarks stand still": partial(_instead, "stand", "Stand.moved", _standing),
    "steps without a transaction": partial(_instead, "store", "transaction", _Bare),
}
