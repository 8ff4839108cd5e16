"""A shard that moves is warm where it goes, or is made again; it is never wrong."""

import pytest

from heliograph.engine.runner import Runner
from heliograph.kit.cache import process
from heliograph.kit.cache.cache import Cache
from heliograph.signals.compiled import compiled
from heliograph.signals.generate import generate
from heliograph.signals.models import Checkpoint, Progress, Signal
from heliograph.signals.stand import Stand
from heliograph.signals.state import MEMORY, load_state
from heliograph.signals.state_cache import restore_kept
from heliograph.signals.strategies import add_strategy
from heliograph.signals.warming import warm_shards
from tests.signals.world import BUSY, NOW, feed, make_venue, walk

pytestmark = pytest.mark.django_db
SYMBOLS = ("A/USDT", "B/USDT")


@pytest.fixture
def shared(servers, monkeypatch):
    """A Redis that processes share."""
    cache = Cache(None, servers["redis_url"], namespace="states")
    monkeypatch.setitem(process._own, (None, None), cache)
    MEMORY.clear()
    yield cache
    cache.clear()
    cache.close()
    MEMORY.clear()


def fresh_runner(row):
    return Runner(compiled(row.version).plan, instruments=len(row.instruments))


def test_a_state_that_was_left_is_the_one_that_would_be_replayed(shared):
    batch, instruments = make_venue(symbols=SYMBOLS)
    add_strategy(text=BUSY, at=NOW)
    feed(batch, instruments, walk(5, 120, instruments=2, missing=0.05))
    generate(at=NOW)
    assert MEMORY.hand_over() == 1
    row = Progress.objects.get()
    left = load_state(Stand.of(row), compiled(row.version))
    assert shared.counters().levels[2].hits >= 1
    shared.forget(f"state:{row.pk}")
    Checkpoint.objects.all().delete()
    replayed = load_state(Stand.of(row), compiled(row.version))
    assert left.runner.snapshot() == replayed.runner.snapshot()


def test_a_state_of_another_epoch_or_harmed_is_thrown_away(shared):
    batch, instruments = make_venue(symbols=SYMBOLS)
    bars = walk(5, 120, instruments=2)
    add_strategy(text=BUSY, at=NOW)
    feed(batch, instruments, bars.slice(0, 100))
    generate(at=NOW)
    MEMORY.hand_over()
    before = Progress.objects.get()
    assert restore_kept(fresh_runner(before), Stand.of(before)) is not None
    feed(batch, instruments, bars.slice(100, 120))
    generate(at=NOW)
    after = Progress.objects.get()
    assert restore_kept(fresh_runner(after), Stand.of(after)) is None
    shared.set(f"state:{before.pk}", "no state", ttl=60, levels=(2,))
    assert restore_kept(fresh_runner(before), Stand.of(before)) is None


def test_a_story_with_states_handed_over_at_each_bar_is_the_same(shared):
    bars, stories = walk(6, 60, instruments=2, missing=0.05), []
    for name, hands_over in (("kept", False), ("moved", True)):
        batch, instruments = make_venue(name, symbols=SYMBOLS)
        text = BUSY.replace("Busy", f"Busy {name}")
        text = text.replace("[long]", f'[universe]\nvenue = "{name}"\n[long]', 1)
        add_strategy(text=text, at=NOW)
        for start in range(0, 60, 5):
            feed(batch, instruments, bars.slice(start, start + 5))
            generate(at=NOW)
            if hands_over:
                MEMORY.hand_over()
        stories.append(told_of(batch.venue))
    kept, moved = stories
    assert kept == moved
    assert kept


def told_of(venue):
    """The signals of a venue and how they ended."""
    found = Signal.objects.filter(instrument__venue=venue).order_by("bar_time", "instrument__symbol", "side")
    return list(
        found.values_list(
            "instrument__symbol", "bar_time", "side", "state", "reason", "close", "stop", "outcome__r"
        )
    )


def refuse(progress_id, fault):
    raise fault


def test_shards_are_warmed_before_they_are_asked_for(shared):
    batch, instruments = make_venue(symbols=SYMBOLS)
    add_strategy(text=BUSY, at=NOW)
    feed(batch, instruments, walk(5, 60, instruments=2))
    generate(at=NOW)
    MEMORY.clear()
    ids = list(Progress.objects.values_list("pk", flat=True))
    assert (warm_shards(ids, on_error=refuse), warm_shards(ids, on_error=refuse)) == (1, 0)
    # A state that was overtaken is made again.
    feed(batch, instruments, walk(5, 61, instruments=2))
    state = MEMORY.take(ids[0], epoch=Progress.objects.get().epoch)
    generate(at=NOW)
    MEMORY.keep(state)
    assert warm_shards(ids, on_error=refuse) == 1


def test_a_shard_whose_state_cannot_be_made_leaves_the_others_warm(shared):
    batch, instruments = make_venue(symbols=SYMBOLS)
    feed(batch, instruments, walk(5, 60, instruments=2))
    for name in ("Busy", "Busier"):
        add_strategy(text=BUSY.replace('"Busy"', f'"{name}"'), stage="live", at=NOW)
    generate(at=NOW)
    MEMORY.clear()
    first, second = Progress.objects.order_by("pk")
    Progress.objects.filter(pk=first.pk).update(slots=b"not a slot" * 3)
    told = []

    assert warm_shards([first.pk, second.pk], on_error=lambda one, _: told.append(one)) == 1

    assert told == [first.pk]
    assert MEMORY.holds(second.pk, epoch=second.epoch)
