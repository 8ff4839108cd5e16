"""A wrong import, evaluated, undone, and followed by the right one."""

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, Bars
from heliograph.market.bars import load_series
from heliograph.market.models import Batch, Instrument, Series, Venue
from heliograph.market.undo import undo_import
from heliograph.signals.block import digest
from heliograph.signals.due import due_work
from heliograph.signals.generate import generate
from heliograph.signals.models import Evaluation, OutcomeRevision, Progress, Signal
from heliograph.signals.state import MEMORY
from heliograph.signals.strategies import add_strategy
from tests.signals.test_amend import TOLD, corrected, of
from tests.signals.world import BUSY, NOW, feed, later, make_venue, story, walk

pytestmark = pytest.mark.django_db
BARS = 300


def delivery(market, bars, *, at):
    """Stores the bars as a delivery of their own, finished."""
    batch, instruments = market
    new = Batch.objects.create(
        venue=batch.venue, kind=Venue.Kind.FILE, name="file", started_at=at, finished_at=at
    )
    feed(new, instruments, bars, at=at)
    return new.pk


def scaled(bars, factor):
    """The same bars at other prices."""
    return Bars(
        time=bars.time, **{name: getattr(bars, name) * (factor if name != "volume" else 1) for name in INPUTS}
    )


def without_late(rows):
    return [row for row in rows if row[4] != "late_data"]


def assert_nothing_is_left_to_do():
    before = story(), list(OutcomeRevision.objects.values()), list(Progress.objects.values())
    generate(at=later(99))
    MEMORY.clear()
    generate(at=later(99))
    assert (story(), list(OutcomeRevision.objects.values()), list(Progress.objects.values())) == before


@pytest.fixture
def market(db):
    market = make_venue()
    add_strategy(text=BUSY, at=NOW)
    return market


@pytest.mark.parametrize("cut", [0, 120, 260, 299])
def test_wrong_then_right_is_history_plus_revisions(market, cut):
    """Good bars up to `cut`, wrong ones behind it are evaluated, undone, and replaced by the right ones."""
    right = walk(6, BARS)
    wrong = scaled(walk(77, BARS), 1.3)
    if cut:
        delivery(market, right.slice(0, cut), at=NOW)
        generate(at=NOW)
    bad = delivery(market, wrong.slice(cut, BARS), at=later(1))
    generate(at=later(1))
    published = story()

    undo_import(bad, at=later(2))
    after_undo = generate(at=later(2))
    delivery(market, right.slice(cut, BARS), at=later(3))
    after_right = generate(at=later(3))

    assert due_work(at=later(3)) == []
    # All that was published stays; what is seen now is rejected as late, nothing is evaluated twice.
    assert without_late(story()) == published
    assert (after_undo.bars, after_right.bars, after_undo.published, after_right.published) == (0, 0, 0, 0)
    assert Progress.objects.get().watermarks == [int(right.time[-1])]
    again = make_venue("again")
    feed(*again, right, at=later(4))
    generate(at=later(4))
    replayed = {(row.bar_time, row.side): row for row in of("again")}
    for row in of("file"):
        other = replayed.get((row.bar_time, row.side))
        if other and (other.stop, other.targets) == (row.stop, row.targets):
            told = row.revisions.order_by("-pk").first() or row.outcome
            assert [getattr(told, n) for n in TOLD] == [getattr(other.outcome, n) for n in TOLD]
    assert_nothing_is_left_to_do()


def test_the_state_goes_on_as_if_only_the_right_bars_had_ever_been_there(market):
    right, wrong = walk(7, 500), scaled(walk(78, 500), 0.8)
    delivery(market, right.slice(0, 200), at=NOW)
    generate(at=NOW)
    bad = delivery(market, wrong.slice(200, 260), at=later(1))
    generate(at=later(1))
    undo_import(bad, at=later(2))
    generate(at=later(2))
    delivery(market, right.slice(200, 500), at=later(3))
    generate(at=later(3))
    again = make_venue("again")
    feed(*again, right, at=later(4))
    generate(at=later(4))

    # Far behind the wrong stretch no slot remembers it any more.
    since = int(right.time[330])
    told = {
        venue: [
            (row.bar_time, row.side, row.close, row.stop, row.targets, row.outcome.r)
            for row in of(venue).order_by("bar_time", "side")
            if row.bar_time.timestamp() * 1000 >= since
        ]
        for venue in ("file", "again")
    }
    assert told["file"] == told["again"]
    assert len(told["file"]) > 5


def test_every_evaluation_can_be_repeated_from_what_was_known_then(market):
    right, wrong = walk(6, BARS), scaled(walk(77, BARS), 1.2)
    delivery(market, right.slice(0, 150), at=NOW)
    generate(at=NOW)
    bad = delivery(market, wrong.slice(150, 200), at=later(1))
    generate(at=later(1))
    undo_import(bad, at=later(2))
    generate(at=later(2))
    delivery(market, right.slice(150, BARS), at=later(3))
    generate(at=later(3))

    instrument = Instrument.objects.get().pk
    advances = Evaluation.objects.filter(kind="advance").order_by("pk")
    assert len(advances) == 3
    for one in advances:
        known = load_series(
            instrument=instrument,
            timeframe="1h",
            start=int(one.first_bar.timestamp() * 1000),
            end=int(one.last_bar.timestamp() * 1000) + 1,
            as_known_at=one.started_at,
        )
        assert (digest(known), len(known)) == (one.inputs_digest, one.bars)


def test_a_correction_that_is_undone_gives_the_outcomes_back(market):
    bars = walk(5, BARS)
    delivery(market, bars, at=NOW)
    generate(at=NOW)
    bad = delivery(market, corrected(bars, 150, 0.95).slice(150, 151), at=later(1))
    revised = generate(at=later(1)).revised
    assert revised > 0

    undo_import(bad, at=later(2))
    back = generate(at=later(2))

    assert back.revised == revised
    for row in of("file"):
        latest = row.revisions.order_by("-pk").first()
        if latest:
            assert [getattr(latest, n) for n in TOLD] == [getattr(row.outcome, n) for n in TOLD]
    assert_nothing_is_left_to_do()


def test_bars_that_nobody_evaluated_are_gone_without_a_trace(market):
    bars = walk(5, BARS)
    delivery(market, bars.slice(0, 200), at=NOW)
    generate(at=NOW)
    before = story(), Evaluation.objects.count()
    bad = delivery(market, bars.slice(200, BARS), at=later(1))

    undo_import(bad, at=later(2))
    told = generate(at=later(2))

    assert (told.bars, told.revised, told.late_data) == (0, 0, 0)
    assert (story(), Evaluation.objects.count()) == before
    assert_nothing_is_left_to_do()
    delivery(market, bars.slice(200, BARS), at=later(3))
    assert generate(at=later(3)).bars == 100


def test_an_instrument_whose_bars_are_all_gone_joins_with_the_right_ones(market):
    """It has no bars when the versions look: its first bar is that of the right import."""
    bars = walk(5, BARS)
    bad = delivery(market, bars.slice(100, 200), at=NOW)
    undo_import(bad, at=later(1))
    generate(at=later(1))
    assert not Progress.objects.exists()

    delivery(market, bars, at=later(2))
    generate(at=later(2))

    row = Progress.objects.get()
    assert (row.origins, row.watermarks) == ([int(bars.time[0])], [int(bars.time[-1])])
    assert Series.objects.get().bars == BARS


def test_open_signals_go_on_and_settle_with_the_right_bars(market):
    right, wrong = walk(9, BARS), scaled(walk(79, BARS), 1.1)
    delivery(market, right.slice(0, 100), at=NOW)
    bad = delivery(market, wrong.slice(100, 140), at=later(1))
    generate(at=later(1))
    running = Signal.objects.filter(outcome__state__in=("open", "pending"))

    undo_import(bad, at=later(2))
    generate(at=later(2))
    delivery(market, right.slice(100, BARS), at=later(3))
    generate(at=later(3))

    bars = np.array([signal.bar_time.timestamp() for signal in running])
    assert (bars > right.time[BARS - 30] / 1000).all()
