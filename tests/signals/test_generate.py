from itertools import pairwise

import numpy as np
import pytest

from heliograph.signals.generate import generate
from heliograph.signals.models import Evaluation, Outcome, Progress, Signal
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, NOW, evaluated, feed, make_venue, story, walk

SYMBOLS = ("A/USDT", "B/USDT", "C/USDT")


@pytest.mark.django_db
def test_stored_candles_become_scored_signals():
    batch, instruments = make_venue(symbols=SYMBOLS)
    feed(batch, instruments, walk(1, 600, instruments=3))
    add_strategy(text=BUSY, at=NOW)

    told = generate(at=NOW)

    assert told.bars == evaluated() == 1800
    assert told.published == Signal.objects.filter(state="published").count() > 20
    assert told.rejected == Signal.objects.filter(state="rejected").count() > 5
    assert told.settled == Outcome.objects.filter(state="settled").count() > 20


@pytest.mark.django_db
def test_the_second_time_nothing_is_written():
    batch, instruments = make_venue(symbols=SYMBOLS)
    feed(batch, instruments, walk(1, 300, instruments=3))
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    before = story(), list(Evaluation.objects.values()), list(Progress.objects.values())

    told = generate(at=NOW)

    assert told.evaluations == told.bars == 0
    assert (story(), list(Evaluation.objects.values()), list(Progress.objects.values())) == before


@pytest.mark.django_db
def test_bars_that_come_one_by_one_give_what_they_give_at_once():
    bars = walk(2, 400, instruments=3, missing=0.03)
    batch, instruments = make_venue("at once", symbols=SYMBOLS)
    feed(batch, instruments, bars)
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    at_once = story()
    batch, instruments = make_venue("one by one", symbols=SYMBOLS)

    edges = [0, 1, 2, 9, *range(60, 160), 300, 400]
    for start, stop in pairwise(edges):
        feed(batch, instruments, bars.slice(start, stop))
        generate(at=NOW)

    assert evaluated() == 2 * np.isfinite(bars.close).sum()
    assert blind(story()[len(at_once) :]) == blind(at_once)


def blind(told):
    """Without `historical`, which says when a bar came."""
    return [row[:11] + row[12:] for row in told]
