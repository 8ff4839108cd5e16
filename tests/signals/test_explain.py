from datetime import timedelta

import pytest

from heliograph.market.wire import to_datetime
from heliograph.signals.errors import NotExplainable
from heliograph.signals.explain import explain
from heliograph.signals.explanation import Ending, Verdict, WarmUp
from heliograph.signals.generate import generate
from heliograph.signals.models import Signal
from heliograph.signals.sentences import moved
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, HOUR, NOW, START, feed, make_venue, walk

ACCOUNTED = {Ending.NO_CANDIDATE, Ending.SLOT_TAKEN}


@pytest.fixture
def busy(db):
    """A version that has seen 200 bars of one instrument."""
    batch, instruments = make_venue()
    feed(batch, instruments, walk(3, 200))
    version = add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    return version, instruments[0]


def at(bar):
    return to_datetime(START + bar * HOUR)


def test_every_bar_is_accounted_for(busy):
    version, instrument = busy
    rows = {(row.bar_time, row.side): row for row in Signal.objects.all()}
    seen = set()

    for bar in range(200):
        found = explain(version=version, instrument=instrument, bar_time=at(bar))
        for side in found.sides:
            row = rows.get((at(bar), side.side))
            seen.add(side.ending)
            assert (side.ending in ACCOUNTED) == (row is None)
            assert side.signal_id == (row and row.pk)
            if row:
                assert (side.ending.value, side.reason) == (row.state, row.reason)
                assert side.roots[0].tree.verdict == Verdict.TRUE
                refusing = [check.name for check in side.filters if check.decides]
                assert refusing == ([] if row.state == "published" else [row.reason])
                assert all(check.passed for check in side.filters) == (row.state == "published")

    assert seen == {*ACCOUNTED, Ending.PUBLISHED, Ending.REJECTED}


def test_false_beats_unknown_and_what_decides_is_marked(busy):
    version, instrument = busy

    long = explain(version=version, instrument=instrument, bar_time=at(6), side="long").side("long")

    tree = long.roots[0].tree
    assert [(part.verdict, part.decides) for part in tree.parts] == [
        (Verdict.UNKNOWN, True),
        (Verdict.TRUE, False),
    ]
    assert (tree.verdict, long.ending) == (Verdict.UNKNOWN, Ending.NO_CANDIDATE)
    assert long.sentence == "One clause is unknown, and an unknown condition never fires."


def test_an_unknown_says_what_it_needs_and_since_when_it_is_known(busy):
    version, instrument = busy

    long = explain(version=version, instrument=instrument, bar_time=at(6), side="long").side("long")

    slow = long.roots[0].tree.parts[0].parts[1]
    assert (slow.text, slow.value, slow.warm_up) == (
        "ema(close, 8)",
        None,
        WarmUp(needed=8, existing=7, known_from=at(7)),
    )


def test_a_bar_that_does_not_exist_is_said_so(busy):
    version, instrument = busy

    with pytest.raises(NotExplainable, match="BTC/USDT has no 1h bar that opens at 2024-01-09 08:30 UTC"):
        explain(version=version, instrument=instrument, bar_time=at(200) + timedelta(minutes=30))


def test_a_signal_of_a_short_is_explained_in_words(busy):
    version, instrument = busy
    signal = Signal.objects.filter(state="published", side="short").first()

    found = explain(version=version, instrument=instrument, bar_time=signal.bar_time, side="short")

    crossing, above = found.side("short").roots[0].tree.parts
    fast = crossing.parts[0]
    assert fast.says == moved(fast.previous, fast.value)
    assert above.says.endswith(" %")
    assert found.as_known_at == NOW
    assert found.to_dict()["sides"][0]["ending"] == "published"


def test_a_side_that_is_not_ready_is_warming_up(db):
    batch, instruments = make_venue()
    feed(batch, instruments, walk(3, 60))
    text = """
    name = "Eager"
    timeframe = "1h"
    [long]
    enter = "close > 0"
    stop = "close - atr(40)"
    expires = 2
    """
    version = add_strategy(text=text, at=NOW)
    generate(at=NOW)

    endings = [
        explain(version=version, instrument=instruments[0], bar_time=at(bar)).side("long").ending
        for bar in (0, 38, 39, 40, 41)
    ]

    first = Signal.objects.order_by("bar_time").first()
    ready = (first.bar_time - at(0)) // timedelta(hours=1)
    assert ready == 40
    assert endings == [Ending.WARMING_UP] * 3 + [Ending.PUBLISHED, Ending.SLOT_TAKEN]
