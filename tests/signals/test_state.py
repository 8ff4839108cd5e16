"""Where the engine's state comes from makes no difference."""

from itertools import pairwise

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, Bars
from heliograph.signals import block, store
from heliograph.signals.generate import generate
from heliograph.signals.models import Checkpoint, OutcomeRevision, Progress
from heliograph.signals.state import MEMORY
from heliograph.signals.strategies import add_strategy
from tests.signals.test_amend import corrected
from tests.signals.test_fence import rows
from tests.signals.test_generate import blind
from tests.signals.world import BUSY, NOW, feed, later, make_venue, story, walk

pytestmark = pytest.mark.django_db
SYMBOLS = ("A/USDT", "B/USDT", "C/USDT")


@pytest.fixture
def small_steps(monkeypatch):
    """Blocks of a few bars, and a checkpoint after every few of them."""
    monkeypatch.setattr(block, "BLOCK_CELLS", 90)
    monkeypatch.setattr(store, "CHECKPOINT_CELLS", 150)
    monkeypatch.setattr(store, "CHECKPOINT_COLUMNS", 7)


def forget(kind):
    """What a process may find when it starts: nothing in memory, and all, some or none of the checkpoints."""
    MEMORY.clear()
    if kind == "all":
        Checkpoint.objects.all().delete()
    elif kind == "newest":
        for shard in Progress.objects.all():
            newest = shard.checkpoints.order_by("-pk").first()
            if newest:
                newest.delete()
    elif kind == "harmed":
        for found in Checkpoint.objects.all():
            found.state = bytes(found.state)[:-1] + bytes([bytes(found.state)[-1] ^ 1])
            found.save()


@pytest.mark.parametrize("kind", ["memory", "newest", "harmed", "all"])
def test_a_state_that_was_lost_is_made_again_bit_for_bit(kind, small_steps):
    bars = walk(41, 300, instruments=3, missing=0.05)
    wrong = bars.slice(0, 300)
    for column in (60, 130, 131, 210):
        wrong = Bars(wrong.time, *(one.copy() for one in values(corrected(wrong, column, 0.95))))
    add_strategy(text=BUSY, at=NOW)
    stories = [
        played(make_venue(name, symbols=SYMBOLS), bars, wrong, lose)
        for name, lose in (("kept", None), ("lost", kind))
    ]

    kept, lost = stories
    assert blind(lost[0]) == blind(kept[0])
    assert lost[1] == kept[1] > 0


def values(bars):
    return [getattr(bars, name) for name in INPUTS]


def played(venue, bars, wrong, lose):
    """Bars come in small deliveries, some of them wrong at first, those of one row late by days."""
    MEMORY.clear()
    batch, instruments = venue
    known = len(story())
    revised = OutcomeRevision.objects.count()
    dice = np.random.default_rng(41)
    edges = np.unique(np.concatenate([[0, 300], dice.integers(1, 300, 25)]))
    for number, (start, stop) in enumerate(pairwise(edges)):
        feed(batch, instruments[:2], two(wrong.slice(start, stop)), at=later(number))
        if number % 9 == 8 or stop == 300:
            feed(batch, instruments[2:], rows(bars, 2).slice(0, stop), at=later(number))
        generate(at=later(number))
        if number % 5 == 4:
            feed(batch, instruments[:1], rows(bars, 0).slice(0, stop), at=later(number))
            generate(at=later(number))
        if lose:
            forget(lose)
    return story()[known:], OutcomeRevision.objects.count() - revised


def two(bars):
    return Bars(bars.time, *(np.ascontiguousarray(one[:2]) for one in values(bars)))
