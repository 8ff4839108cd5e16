"""Whatever is killed or runs twice: each bar is evaluated once, each signal published once."""

import os
import select
import subprocess
import sys
import threading

import numpy as np
import pytest
from django.db import IntegrityError, connection, connections, transaction

from heliograph.engine.bars import INPUTS, Bars
from heliograph.signals.errors import LostFence
from heliograph.signals.generate import generate, generate_shards
from heliograph.signals.models import Evaluation, Outcome, Progress, Signal, StrategyVersion
from heliograph.signals.stand import Stand
from heliograph.signals.state import MEMORY
from heliograph.signals.store import move
from heliograph.signals.strategies import add_strategy
from tests.signals.test_generate import blind
from tests.signals.world import BUSY, NOW, evaluated, feed, make_venue, story, walk

SYMBOLS = ("A/USDT", "B/USDT")


@pytest.mark.django_db(transaction=True)
def test_of_two_calls_for_one_shard_one_wins():
    bars = walk(11, 500, instruments=2)
    undisturbed = told_alone(bars)
    batch, instruments = make_venue("twice", symbols=SYMBOLS)
    feed(batch, instruments, bars.slice(0, 100))
    generate(at=NOW)
    feed(batch, instruments, bars.slice(100, 500))
    shard = Progress.objects.get(venue__name="twice").pk
    both = threading.Barrier(2)

    def work():
        both.wait()
        generate_shards([shard], at=NOW)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    generate(at=NOW)

    assert blind(story_of("twice")) == undisturbed
    assert evaluated() == 2 * 2 * 500


def told_alone(bars):
    """The story of an undisturbed run, at a venue of its own."""
    batch, instruments = make_venue("alone", symbols=SYMBOLS)
    feed(batch, instruments, bars)
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    MEMORY.clear()
    return blind(story_of("alone"))


def story_of(venue):
    symbols = Signal.objects.filter(instrument__venue__name=venue)
    version = StrategyVersion.objects.get()
    return [row for row, signal in zip(story(version), ordered(), strict=True) if signal in set(symbols)]


def ordered():
    return list(Signal.objects.order_by("instrument__venue__name", "instrument__symbol", "bar_time", "side"))


@pytest.mark.django_db
def test_a_stale_epoch_writes_nothing():
    batch, instruments = make_venue(symbols=SYMBOLS)
    feed(batch, instruments, walk(11, 50, instruments=2))
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    stale = Stand.of(Progress.objects.get())
    feed(batch, instruments, walk(11, 60, instruments=2).slice(50, 60))
    generate(at=NOW)
    before = Progress.objects.values().get()

    with pytest.raises(LostFence), transaction.atomic():
        move(stale, stale.moved(watermarks=stale.watermarks, slots=stale.slots), at=NOW)

    assert Progress.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_whole_steps_and_the_next_goes_on():
    bars = walk(12, 1500, instruments=2, missing=0.02)
    undisturbed = told_alone(bars)
    batch, instruments = make_venue("killed", symbols=SYMBOLS)
    feed(batch, instruments, bars)
    dice = np.random.default_rng(12)

    killed = 0
    for _ in range(3):
        killed += kill_after(steps=int(dice.integers(1, 9)), seconds=float(dice.uniform(0, 0.02)))
    assert kill_after(steps=10_000, seconds=0) == 0

    assert killed == 3
    assert blind(story_of("killed")) == undisturbed
    assert evaluated() == 2 * np.isfinite(bars.close).sum()
    assert Outcome.objects.count() == Signal.objects.filter(state="published").count()


def kill_after(*, steps, seconds):
    """Kills the program a moment after so many steps; returns 1 if it was killed, 0 if it finished."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.signals.crashing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | environment(),
    )
    with process:
        for line in process.stdout:
            process.stdin.write("heard\n")
            process.stdin.flush()
            if int(line) >= steps:
                break
        select.select([], [], [], seconds)
        process.kill()
    return int(process.returncode != 0)


def environment():
    """The database of this test, for another process."""
    settings = connection.settings_dict
    url = f"postgres://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    return {
        "DJANGO_SETTINGS_MODULE": "heliograph.config.settings",
        "DATABASE_URL": url,
        "HELIOGRAPH_SECRET_KEY": "only for tests",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("row", [Signal, Outcome, StrategyVersion])
def test_what_was_published_is_never_rewritten(row):
    batch, instruments = make_venue(symbols=SYMBOLS)
    feed(batch, instruments, walk(11, 200, instruments=2))
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    changes = {
        Signal: {"close": 1.0},
        Outcome: {"exit_price": 1.0},
        StrategyVersion: {"text": "another"},
    }

    with pytest.raises(IntegrityError, match="is refused: what it says is final"), transaction.atomic():
        row.objects.update(**changes[row])
    with pytest.raises(IntegrityError, match="is refused: what it says is final"), transaction.atomic():
        row.objects.all()._raw_delete(using="default")


@pytest.mark.django_db
def test_an_instrument_that_is_far_behind_holds_back_no_other():
    batch, instruments = make_venue(symbols=SYMBOLS)
    bars = walk(13, 700, instruments=2)
    add_strategy(text=BUSY, at=NOW)
    feed(batch, instruments[:1], rows(bars, 0).slice(0, 690))
    feed(batch, instruments[1:], rows(bars, 1).slice(0, 10))
    generate(at=NOW)
    feed(batch, instruments[:1], rows(bars, 0).slice(690, 700))
    feed(batch, instruments[1:], rows(bars, 1).slice(10, 700))

    generate(at=NOW)

    steps = Evaluation.objects.order_by("pk").values_list("instruments", "bars")
    assert list(steps)[-2:] == [(1, 10), (1, 690)]


def rows(bars, row):
    """One row of a block."""
    return Bars(time=bars.time, **{name: getattr(bars, name)[row : row + 1].copy() for name in INPUTS})
