"""Closed gates postpone the newest bars of a live venue, say so, and never change or skip a bar."""

import json
from datetime import timedelta

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.strategy import Data
from heliograph.engine.timeframe import Timeframe
from heliograph.market.models import Instrument, Replay, Venue, Watch
from heliograph.market.wire import to_datetime
from heliograph.signals.due import due_work, without_held
from heliograph.signals.evaluations import postponed_shards, recent_evaluations
from heliograph.signals.explain import explain
from heliograph.signals.gates import Readings, judge
from heliograph.signals.generate import generate
from heliograph.signals.models import Evaluation, Postponement, Progress, Signal
from heliograph.signals.patience import Expectation
from heliograph.signals.state import MEMORY
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, DAY, HOUR, NOW, START, evaluated, feed, make_venue, story, walk

SYMBOLS = tuple(f"C{k:02d}/USDT" for k in range(20))


@pytest.mark.parametrize(
    ("found", "closed"),
    [
        (Readings(0, 20, 20, 0.0), []),
        (Readings(1, 20, 20, 5.0), []),
        (Readings(0, 19, 20, None), []),
        (Readings(None, 0, 0, None), []),
        (Readings(2, 20, 20, 0.0), ["freshness"]),
        (Readings(0, 18, 20, 0.0), ["completeness"]),
        (Readings(3, 0, 20, 5.1), ["freshness", "completeness", "gaps"]),
    ],
)
def test_gates_are_judged_from_what_was_measured(found, closed):
    verdict = judge(found, Data())

    assert [gate.name for gate in verdict.gates if not gate.open] == closed
    assert verdict.is_open == (not closed)
    assert verdict.is_stale == ("freshness" in closed)


def test_a_gate_says_what_was_measured_and_what_is_asked():
    says = judge(Readings(3, 18, 20, 6.25), Data()).reason

    assert says == (
        "the newest bar is 3 bars behind, less than 2 are allowed; 18 of 20 instruments have the bar that"
        " closed last, 95 % are asked for; 6.2 % of the last 100 bars are missing, 5 % are allowed"
    )


@pytest.mark.parametrize(
    ("calendar", "timeframe", "newest", "clock", "overdue"),
    [
        ("always", "1h", START, START + HOUR, 0),
        ("always", "1h", START, START + 2 * HOUR, 1),
        ("always", "1h", START, START + 2 * HOUR - 1, 0),
        ("always", "1h", START, START + 7 * HOUR + 5, 6),
        ("always", "1M", START, START + 31 * DAY, 0),
        ("always", "1M", START, START + 61 * DAY, 1),
        # From Friday 5 January 2024 to the Monday after it, and to Tuesday: one working day is over then.
        ("weekdays", "1d", START + 4 * DAY, START + 7 * DAY, 0),
        ("weekdays", "1d", START + 4 * DAY, START + 8 * DAY, 1),
        ("forex", "1h", START + 4 * DAY + 21 * HOUR, START + 6 * DAY + 22 * HOUR, 0),
        # Martin Luther King's day is the 15th.
        ("XNYS", "1d", START + 11 * DAY, START + 15 * DAY, 0),
        ("XNYS", "1d", START + 11 * DAY, START + 16 * DAY, 1),
    ],
)
def test_bars_are_overdue_by_the_calendar(calendar, timeframe, newest, clock, overdue):
    expectation = Expectation(Timeframe.parse(timeframe), (calendar,))

    assert expectation.overdue(np.array([newest], dtype=np.int64), clock=clock).tolist() == [overdue]


def after(hours, *, minutes=0):
    return to_datetime(START + hours * HOUR) + timedelta(minutes=minutes)


def some(bars, rows):
    """A block with these rows alone."""
    return Bars(time=bars.time, **{name: getattr(bars, name)[list(rows)].copy() for name in INPUTS})


@pytest.fixture
def world(db):
    """Twenty instruments of an exchange, fifty bars known and evaluated."""
    batch, instruments = make_venue("exchange", kind=Venue.Kind.EXCHANGE, symbols=SYMBOLS)
    bars = walk(51, 120, instruments=len(SYMBOLS))
    feed(batch, instruments, bars.slice(0, 50), at=after(50))
    version = add_strategy(text=BUSY, at=after(50))
    generate(at=after(50))
    return batch, instruments, bars, version


def give(world, rows, start, stop, *, at):
    batch, instruments, bars, _ = world
    feed(batch, [instruments[row] for row in rows], some(bars, rows).slice(start, stop), at=at)
    return generate(at=at)


ALL = range(20)


def test_an_incomplete_bar_waits_and_is_evaluated_when_it_is_complete(world):
    waiting = give(world, range(18), 50, 51, at=after(51))
    row = Postponement.objects.get()
    enough = give(world, [18], 50, 51, at=after(51, minutes=1))

    assert (waiting.bars, waiting.postponed) == (0, 1)
    assert (row.since, row.given_up_at, row.mode) == (after(51), None, "database")
    assert row.reason == "18 of 20 instruments have the bar that closed last, 95 % are asked for"
    assert row.gates["completeness"] == {"value": 90.0, "limit": 95.0, "open": False, "says": row.reason}
    assert (enough.bars, enough.postponed) == (19, 0)
    assert not Postponement.objects.exists()
    step = recent_evaluations(limit=1)[0]
    assert step.reason == f"waited since 2024-01-03 03:00:00 UTC: {row.reason}"
    assert [gate["open"] for gate in step.gates.values()] == [True, True, True]


def test_what_a_gate_holds_waits_for_no_worker_until_a_candle_comes(world):
    give(world, range(18), 50, 51, at=after(51))
    held = due_work(at=after(51))

    feed(world[0], world[1][18:], some(world[2], (18, 19)).slice(50, 51), at=after(51, minutes=1))
    come = due_work(at=after(51, minutes=1))

    assert (len(held), without_held(held)) == (1, [])
    assert (len(come), without_held(come)) == (1, come)


def test_history_and_files_are_taken_as_they_are(db):
    for kind in (Venue.Kind.EXCHANGE, Venue.Kind.FILE):
        batch, instruments = make_venue(kind, kind=kind, symbols=SYMBOLS)
        feed(batch, instruments, walk(51, 50, instruments=20))
    add_strategy(text=BUSY, at=NOW)
    assert generate(at=NOW).bars == 2 * 20 * 50
    feed(batch, instruments[:3], some(walk(51, 52, instruments=20), range(3)).slice(50, 52))

    assert generate(at=NOW).bars == 6
    assert list(Evaluation.objects.values_list("mode", "gates", "reason").distinct()) == [
        ("database", {}, "")
    ]


def test_what_is_waited_for_in_vain_is_gone_on_without_until_the_gates_have_been_open(world):
    """A part of the universe falls silent: patience once, not again for every bar."""
    first = give(world, range(15), 50, 51, at=after(51))
    still = give(world, range(15), 51, 52, at=after(52))
    gone_on = give(world, range(15), 52, 53, at=after(53))
    prompt = give(world, range(15), 53, 54, at=after(54))
    silent = postponed_shards()[0]
    back = give(world, ALL, 54, 55, at=after(55))
    again = give(world, range(15), 55, 56, at=after(56))

    # The first of the waiting bars is past its own patience when the third comes, and is not held any more.
    assert [told.bars for told in (first, still, gone_on, prompt)] == [0, 0, 45, 15]
    assert silent.given_up_at == after(53)
    assert back.postponed == 0
    assert (again.bars, again.postponed) == (0, 1)
    steps = {step.last_bar: step.reason for step in recent_evaluations()}
    assert steps[after(53)].startswith("gone on as it is: 15 of 20 instruments")
    assert steps[after(54)] == ""


def test_what_waits_for_the_others_is_let_go_before_it_is_too_late_to_be_told(world):
    """The defaults wait for two intervals, and tell of nothing older than two."""
    give(world, ALL, 50, 51, at=after(51))
    held = give(world, range(15), 51, 52, at=after(52)).bars
    sooner = [generate(at=after(53, minutes=minutes)).bars for minutes in (29, 30)]

    assert (held, sooner) == (0, [0, 15])
    fresh = Signal.objects.filter(bar_time__gte=after(50), historical=False)
    assert not fresh.filter(late=True).exists()


def test_after_an_outage_old_bars_wait_until_the_feed_is_fresh_again_but_not_for_ever(world):
    stale = give(world, ALL, 50, 55, at=after(90))
    fresh = give(world, ALL, 55, 90, at=after(90, minutes=3))

    assert (stale.bars, stale.postponed) == (0, 1)
    assert fresh.bars == 20 * 40
    assert not Postponement.objects.exists()


def test_a_feed_that_stays_old_is_evaluated_after_the_patience(world):
    assert give(world, ALL, 50, 55, at=after(90)).bars == 0

    assert generate(at=after(91, minutes=59)).bars == 0
    assert generate(at=after(92)).bars == 20 * 5
    assert postponed_shards()[0].given_up_at == after(92)


def test_backlog_goes_on_while_the_newest_bar_waits(world):
    """Workers were down for a day, and one tick is incomplete when they come back."""
    batch, instruments, bars, _ = world
    feed(batch, instruments, bars.slice(50, 89), at=after(89))

    told = give(world, range(10), 89, 90, at=after(90))

    assert (told.bars, told.postponed) == (20 * 38, 1)
    assert recent_evaluations(limit=1)[0].reason.startswith("newer bars wait: 10 of 20 instruments")


def test_the_delisted_and_those_whose_watch_rests_are_not_awaited(world):
    _, instruments, _, _ = world
    Instrument.objects.filter(pk__in=[one.pk for one in instruments[15:18]]).update(delisted_at=after(50))
    for one in instruments[18:]:
        Watch.objects.create(instrument=one, timeframe="1h", since=after(0), created_at=NOW, paused=True)

    told = give(world, range(15), 50, 51, at=after(51))

    assert (told.bars, told.postponed) == (15, 0)
    assert recent_evaluations(limit=1)[0].gates["completeness"]["value"] == 100.0


def test_those_whose_watch_was_ended_are_not_awaited(world):
    _, instruments, _, _ = world
    for one in instruments:
        Watch.objects.create(instrument=one, timeframe="1h", since=after(0), created_at=NOW)
    Watch.objects.filter(instrument__in=instruments[15:]).delete()

    told = give(world, range(15), 50, 51, at=after(51))

    assert (told.bars, told.postponed) == (15, 0)


def test_too_many_gaps_close_the_gate_until_they_are_healed(world):
    batch, instruments, bars, _ = world
    MEMORY.clear()
    # Half of the instruments lack the bars of fourteen hours.
    feed(batch, instruments[:10], some(bars, range(10)).slice(50, 64), at=after(64))
    feed(batch, instruments, bars.slice(64, 65), at=after(65))
    told = generate(at=after(65))
    row = Postponement.objects.get()

    feed(batch, instruments[10:], some(bars, range(10, 20)).slice(50, 64), at=after(65, minutes=1))
    healed = generate(at=after(65, minutes=1))

    assert told.postponed == 1
    assert row.reason == "10.9 % of the last 100 bars are missing, 5 % are allowed"
    assert healed.postponed == 0
    assert evaluated() == 20 * 65
    assert not Postponement.objects.exists()


def test_a_strategy_says_what_it_asks_for(world):
    _, _, _, version = world
    relaxed = add_strategy(
        text=BUSY.replace('"Busy"', '"Relaxed"') + "[data]\ncomplete_pct = 0\n", at=after(50)
    )
    generate(at=after(50))

    give(world, range(5), 50, 51, at=after(51))

    bars = dict(Evaluation.objects.filter(last_bar=after(50)).values_list("version", "bars"))
    assert bars == {relaxed.pk: 5}
    assert Progress.objects.get(version=version).postponement.reason.startswith("5 of 20")


def test_a_replay_is_live_until_its_end(db):
    batch, instruments = make_venue("replay", kind=Venue.Kind.REPLAY, symbols=SYMBOLS)
    bars = walk(51, 60, instruments=20)
    feed(batch, instruments, bars.slice(0, 50))
    replay = Replay.objects.create(
        venue=batch.venue, sample="x", timeframe="1h", position=after(49), ends_at=after(60), started_at=NOW
    )
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    feed(batch, instruments[:9], some(bars, range(9)).slice(50, 51))
    Replay.objects.update(position=after(50))

    held = generate(at=NOW)
    Replay.objects.filter(pk=replay.pk).update(finished_at=NOW)
    ended = generate(at=NOW)

    assert (held.bars, held.postponed, ended.bars, ended.postponed) == (0, 1, 9, 0)


def test_gates_never_change_what_is_found(world):
    """The same bars, with an outage, a silent part and gaps, through gates and from a file."""
    _, _, bars, version = world
    dice = np.random.default_rng(5)
    for hour in range(50, 120):
        order = dice.permutation(20)
        cut = int(dice.integers(1, 20))
        for minutes, rows in enumerate((sorted(order[:cut]), sorted(order[cut:]))):
            give(world, rows, hour, hour + 1, at=after(hour + 1, minutes=minutes))
    through = story(version)
    other = make_venue("as a file", symbols=SYMBOLS)
    MEMORY.clear()
    feed(*other, bars)
    generate(at=NOW)

    assert evaluated() == 2 * 20 * 120
    assert blind(story()[: len(through)]) == blind(story()[len(through) :])


def blind(told):
    """Without `historical`, which says when a bar came."""
    return [row[:11] + row[12:] for row in told]


def test_a_bar_is_explained_with_its_mode_and_gates(world):
    _, instruments, _, version = world
    give(world, range(18), 50, 51, at=after(51))
    where = {"version": version, "instrument": instruments[0], "bar_time": after(50)}
    waiting = explain(**where)
    give(world, [18, 19], 50, 51, at=after(51, minutes=1))
    done = explain(**where)

    assert (waiting.evaluated, waiting.postponed.since) == (None, after(51))
    assert (done.postponed, done.evaluated.mode, set(done.evaluated.gates)) == (
        None,
        "database",
        {"freshness", "completeness", "gaps"},
    )
    json.dumps(waiting.to_dict())
    json.dumps(done.to_dict())


@pytest.mark.parametrize(
    ("mode", "reason"), [("live", "live was asked for, but replay has nothing to fetch"), ("auto", "")]
)
def test_where_there_is_nothing_to_fetch_the_stored_candles_are_used(db, mode, reason):
    batch, instruments = make_venue("replay", kind=Venue.Kind.REPLAY)
    bars = walk(51, 60)
    feed(batch, instruments, bars.slice(0, 50))
    Replay.objects.create(
        venue=batch.venue, sample="x", timeframe="1h", position=after(50), ends_at=after(60), started_at=NOW
    )
    add_strategy(text=BUSY + f'[data]\nmode = "{mode}"\n', at=NOW)
    feed(batch, instruments, bars.slice(50, 51))

    generate(at=NOW)

    step = recent_evaluations(limit=1)[0]
    assert (step.mode, step.reason) == ("database", reason)
