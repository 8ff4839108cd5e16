"""Late and corrected candles."""

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, Bars
from heliograph.market.wire import to_datetime
from heliograph.signals.due import due_work
from heliograph.signals.explain import explain
from heliograph.signals.generate import generate
from heliograph.signals.generated import Generated
from heliograph.signals.models import Evaluation, Outcome, OutcomeRevision, Progress, Signal
from heliograph.signals.settle import settle
from heliograph.signals.state import MEMORY
from heliograph.signals.strategies import add_strategy, retire
from tests.signals.world import BUSY, HOUR, NOW, START, feed, later, make_venue, story, walk

TOLD = ("entry_time", "entry_price", "exit_time", "exit_price", "exit_reason", "r", "return_pct")


def corrected(bars, column, factor):
    """The same bars with the close of one of them moved, its high and low with it."""
    values = {name: getattr(bars, name).copy() for name in INPUTS}
    for name in ("high", "low", "close"):
        values[name][0, column] *= factor
    values["high"][0, column] = max(values[name][0, column] for name in ("open", "high", "close"))
    values["low"][0, column] = min(values[name][0, column] for name in ("open", "low", "close"))
    return Bars(time=bars.time, **values)


@pytest.fixture
def market(db):
    batch, instruments = make_venue()
    return batch, instruments


def run(market, bars, *, at=NOW):
    feed(*market, bars, at=at)
    return generate(at=at)


def test_published_signals_stay_and_what_differs_is_a_revision(market):
    bars = walk(5, 300)
    add_strategy(text=BUSY, at=NOW)
    run(market, bars)
    before = story()

    told = run(market, corrected(bars, 150, 0.95), at=later(1))

    after = story()
    late = [row for row in after if row[4] == "late_data"]
    assert [row for row in after if row[4] != "late_data"] == before
    assert (told.late_data, told.revised) == (len(late), OutcomeRevision.objects.count())
    assert told.late_data > 0
    assert told.revised > 0
    assert (told.bars, told.published, told.settled) == (0, 0, 0)
    assert Evaluation.objects.filter(kind="correction").values_list("bars", "rejected").get() == (
        150,
        len(late),
    )


def test_heeding_a_correction_twice_writes_nothing(market):
    bars = walk(5, 300)
    add_strategy(text=BUSY, at=NOW)
    run(market, bars)
    run(market, corrected(bars, 150, 0.95), at=later(1))
    before = story(), list(Progress.objects.values()), list(OutcomeRevision.objects.values())

    run(market, corrected(bars, 150, 0.95), at=later(2))

    assert (story(), list(Progress.objects.values()), list(OutcomeRevision.objects.values())) == before


@pytest.mark.parametrize("column", [40, 97, 150, 222, 280])
def test_revisions_are_what_a_replay_of_todays_candles_gives(market, column):
    """Wherever the same signal has the same levels in both, history plus revisions is the replay."""
    bars = walk(6, 300)
    add_strategy(text=BUSY, at=NOW)
    run(market, bars)
    run(market, corrected(bars, column, 0.97), at=later(1))
    again = make_venue("again")
    feed(*again, corrected(bars, column, 0.97), at=later(1))
    generate(at=later(1))

    replayed = {(row.bar_time, row.side): row for row in of("again")}
    compared = 0
    for row in of("file"):
        other = replayed.get((row.bar_time, row.side))
        if other and (other.stop, other.targets) == (row.stop, row.targets):
            told = row.revisions.order_by("-pk").first() or row.outcome
            assert [getattr(told, n) for n in TOLD] == [getattr(other.outcome, n) for n in TOLD]
            compared += 1
    assert compared > 5


@pytest.mark.parametrize("column", [100, 132])
def test_a_signal_whose_candles_were_corrected_while_it_ran_is_revised_when_it_ends(market, column):
    """It entered at prices that are others today; at the correction it had no outcome to compare."""
    bars = walk(6, 300)
    right = corrected(bars, column, 0.97)
    add_strategy(text=BUSY, at=NOW)
    run(market, bars.slice(0, column + 2))
    run(market, right.slice(column, column + 1), at=later(1))
    for start in range(column + 2, 300, 20):
        run(market, right.slice(start, min(start + 20, 300)), at=later(start))
    again = make_venue("again")
    feed(*again, right, at=later(400))
    generate(at=later(400))

    replayed = {(row.bar_time, row.side): row for row in of("again")}
    for row in of("file").exclude(outcome__state__in=("pending", "open")):
        other = replayed.get((row.bar_time, row.side))
        if other and (other.stop, other.targets) == (row.stop, row.targets):
            told = row.revisions.order_by("-pk").first() or row.outcome
            assert [getattr(told, n) for n in TOLD] == [getattr(other.outcome, n) for n in TOLD]


def test_a_revised_outcome_that_runs_on_is_followed_to_its_end(market):
    """It had ended; with the right candle it would not have, and ends later."""
    bars = walk(4, 300)
    right = corrected(bars, 150, 0.95)
    add_strategy(text=BUSY, at=NOW)
    run(market, bars.slice(0, 152))
    run(market, right.slice(150, 151), at=later(1))
    running = OutcomeRevision.objects.get(state="open")
    assert running.signal.outcome.state == "settled"

    revised = []
    for start in range(152, 300, 20):
        run(market, right.slice(start, min(start + 20, 300)), at=later(start))
        revised.append(settle(at=later(start)).revised)
    again = make_venue("again")
    feed(*again, right, at=later(400))
    generate(at=later(400))

    told = running.signal.revisions.order_by("-pk").first()
    signal = running.signal
    other = of("again").get(bar_time=signal.bar_time, side=signal.side)
    assert [getattr(told, n) for n in TOLD] == [getattr(other.outcome, n) for n in TOLD]
    assert (told.state, told.cause, sum(revised)) == ("settled", running.cause, 1)


def of(venue):
    return Signal.objects.filter(instrument__venue__name=venue, state="published").select_related("outcome")


def test_indicators_go_on_as_if_the_candle_had_always_been_right(market):
    """After the correction new bars give what they give where it never was wrong, as far as slots allow."""
    bars = walk(7, 400)
    right = corrected(bars, 240, 1.05)
    add_strategy(text=BUSY, at=NOW)
    run(market, bars.slice(0, 260))
    run(market, right.slice(240, 241), at=later(1))
    run(market, right.slice(260, 400), at=later(2))
    again = make_venue("again")
    run(again, right)

    since = moment(bars, 300)
    mine, theirs = (
        {row.bar_time: row.close for row in of(venue).filter(bar_time__gte=since)}
        for venue in ("file", "again")
    )
    assert mine == theirs
    assert len(mine) > 5


def moment(bars, column):
    return to_datetime(int(bars.time[column]))


def test_a_late_bar_is_a_correction(market):
    bars = walk(8, 200)
    gone = np.ones(200, dtype=bool)
    gone[120] = False
    hole = Bars(time=bars.time[gone], **{n: np.ascontiguousarray(getattr(bars, n)[:, gone]) for n in INPUTS})
    add_strategy(text=BUSY, at=NOW)
    run(market, hole)
    before = story()

    run(market, bars.slice(120, 121), at=later(1))

    assert [row for row in story() if row[4] != "late_data"] == before
    assert Evaluation.objects.filter(kind="correction").values_list("bars", flat=True).get() == 80


def test_history_from_before_the_origin_changes_nothing(market):
    bars = walk(9, 300)
    add_strategy(text=BUSY, at=NOW)
    run(market, bars.slice(100, 300))
    before = story(), list(Evaluation.objects.values())

    told = run(market, bars.slice(0, 100), at=later(1))
    MEMORY.clear()
    again = generate(at=later(2))

    assert (told.bars, again.bars) == (0, 0)
    assert (story(), list(Evaluation.objects.values())) == before


def test_a_bar_is_explained_as_it_was_known_and_with_todays_candles(market):
    bars = walk(5, 300)
    version = add_strategy(text=BUSY, at=NOW)
    run(market, bars)
    run(market, corrected(bars, 150, 0.95), at=later(1))
    where = {"version": version, "instrument": market[1][0], "bar_time": moment(bars, 150), "side": "long"}

    then, now = explain(**where), explain(**where, now=True)

    # The short side of that bar was seen when the correction came.
    short = explain(**where | {"side": "short"})
    assert (then.bar.close, then.as_known_at, then.revised) == (bars.close[0, 150], NOW, True)
    assert (now.bar.close, now.as_known_at, now.revised) == (bars.close[0, 150] * 0.95, None, False)
    assert (short.bar.close, short.as_known_at, short.revised) == (now.bar.close, later(1), False)


def test_a_late_candidate_is_explained_by_the_candles_that_showed_it(market):
    bars = walk(5, 300)
    version = add_strategy(text=BUSY, at=NOW)
    run(market, bars)
    run(market, corrected(bars, 150, 0.95), at=later(1))

    for row in Signal.objects.filter(reason="late_data"):
        found = explain(version=version, instrument=row.instrument, bar_time=row.bar_time, side=row.side)
        side = found.side(row.side)
        assert (side.ending, side.reason, side.roots[0].tree.verdict) == ("rejected", "late_data", "true")
        assert found.as_known_at == later(1)


def test_outcomes_of_a_retired_version_in_which_nothing_is_open_are_revised(market):
    bars = walk(5, 300)
    version = add_strategy(text=BUSY, at=NOW)
    run(market, bars.slice(0, 250))
    retire(version, at=later(1))
    run(market, bars.slice(250, 300), at=later(2))
    assert not Outcome.objects.filter(state__in=Outcome.RUNNING).exists()
    before, stands = story(), Progress.objects.values_list("watermarks", "slots").get()

    told = run(market, corrected(bars, 150, 0.95), at=later(3))

    assert due_work(at=later(3)) == []
    assert (told.revised > 0, told.revised) == (True, OutcomeRevision.objects.count())
    assert (told.bars, told.late_data, story()) == (0, 0, before)
    assert Progress.objects.values_list("watermarks", "slots").get() == stands
    assert run(market, corrected(bars, 150, 0.95), at=later(4)) == Generated()


def test_amendments_that_change_nothing_are_heeded_once(market):
    bars = walk(9, 300)
    add_strategy(text=BUSY, at=NOW)
    run(market, bars.slice(100, 300))

    feed(*market, bars.slice(0, 100), at=later(1))
    before = len(due_work(at=later(1)))
    generate(at=later(1))

    assert (before, due_work(at=later(1))) == (1, [])


GAPPED = """
name = "Gapped"
timeframe = "1h"
[long]
enter = "crosses_above(close, 100)"
stop = "close - 5"
targets = ["close + 5"]
expires = 5
"""


@pytest.mark.parametrize("late", [21, 22])
def test_an_entry_that_was_missed_behind_a_gap_is_made_when_a_bar_of_the_gap_comes(market, late):
    """The entry was refused at the first bar that was there, three hours behind the signal."""
    closes = np.array([99.0] * 20 + [101.0] * 3 + [90.0] * 7)
    times = START + HOUR * np.arange(30, dtype=np.int64)
    price = {"open": closes, "high": closes + 0.5, "low": closes - 0.5, "close": closes}

    def bars(columns):
        values = {name: value[columns] for name, value in price.items()}
        return Bars.single(times[columns], **values, volume=np.ones(len(columns)))

    there = [column for column in range(30) if column not in (21, 22)]
    add_strategy(text=GAPPED, at=NOW)
    run(market, bars(there))
    assert Outcome.objects.get().state == "missed"

    told = run(market, bars([late]), at=later(1))

    assert told.revised == 1
    [revision] = OutcomeRevision.objects.all()
    assert (revision.state, revision.exit_reason) == ("settled", "stop")
    assert revision.entry_time == to_datetime(int(times[late]))
    assert revision.exit_time == to_datetime(int(times[23]))
