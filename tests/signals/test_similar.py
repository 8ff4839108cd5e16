"""Which earlier signals were most like one, and how they ended."""

from math import dist
from statistics import fmean, stdev

import pytest

from heliograph.signals.generate import generate
from heliograph.signals.models import Signal
from heliograph.signals.similar import similar_signals
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, NOW, feed, make_venue, walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def signals():
    """The published signals of three instruments, oldest first."""
    batch, instruments = make_venue(symbols=("A/USDT", "B/USDT", "C/USDT"))
    feed(batch, instruments, walk(3, 500, instruments=3))
    add_strategy(text=BUSY.replace("close - 1.5 * atr(5)", "low[1] - atr(5)"), at=NOW)
    generate(at=NOW)
    return list(Signal.objects.filter(state="published").select_related("outcome").order_by("bar_time", "pk"))


def features(row):
    return row.confidence, row.reward_risk, 100 * abs(row.close - row.stop) / row.close


def before(signals, row):
    """What had settled before the bar of a signal."""
    return [
        one
        for one in signals
        if one.side == row.side and one.outcome.state == "settled" and one.outcome.exit_time < row.bar_time
    ]


def test_the_nearest_are_those_of_the_least_distance_in_units_of_spread(signals):
    row = signals[-1]
    earlier = before(signals, row)
    spreads = [stdev(column) for column in zip(*map(features, earlier), strict=True)]

    def distance(one):
        scaled = [
            [value / spread for value, spread in zip(features(each), spreads, strict=True)]
            for each in (row, one)
        ]
        return dist(*scaled)

    expected = sorted(earlier, key=lambda one: (distance(one), -one.pk))[:20]

    found = similar_signals(row)

    assert len(earlier) > 40
    assert found.compared == ("confidence", "reward / risk", "distance to the stop")
    assert [item.id for item in found.items] == [one.pk for one in expected]
    assert found.distances == pytest.approx([distance(one) for one in expected])
    assert found.nearest.mean_r.value == pytest.approx(fmean(one.outcome.r for one in expected))
    assert found.nearest.hit_rate.value == sum(one.outcome.return_pct > 0 for one in expected) / 20
    assert (found.earlier.n, found.nearest.n) == (len(earlier), 20)


def test_what_came_after_its_bar_changes_nothing(signals):
    row = signals[len(signals) // 2]
    found = similar_signals(row)

    assert {item.id for item in found.items} <= {one.pk for one in before(signals, row)}
    assert all(item.exit_time < row.bar_time for item in found.items)
    assert found.earlier.n == len(before(signals, row))


def test_the_first_of_its_kind_has_none(signals):
    first = next(one for one in signals if not before(signals, one))

    found = similar_signals(first)

    assert (found.items, found.compared, found.nearest.n, found.earlier.n) == ((), (), 0, 0)
    assert found.nearest.mean_r.value is None


def test_what_is_the_same_in_all_is_not_compared():
    # With stop and targets at multiples of one range, reward / risk differs in its last digits alone.
    batch, instruments = make_venue(symbols=("A/USDT",))
    feed(batch, instruments, walk(3, 500))
    add_strategy(text=BUSY, at=NOW)
    generate(at=NOW)
    row = Signal.objects.filter(state="published", side="long").order_by("bar_time").last()

    assert similar_signals(row).compared == ("confidence", "distance to the stop")


def test_it_is_compared_by_what_is_known_of_it(signals):
    row = signals[-1]
    row.confidence, row.reward_risk = None, None

    found = similar_signals(row)

    own = features_of_risk(row)
    earlier = before(signals, row)
    expected = sorted(earlier, key=lambda one: (abs(features_of_risk(one) - own), -one.pk))[:20]
    assert found.compared == ("distance to the stop",)
    assert [item.id for item in found.items] == [one.pk for one in expected]


def features_of_risk(row):
    return 100 * abs(row.close - row.stop) / row.close


def test_it_takes_two_questions(signals, django_assert_num_queries):
    with django_assert_num_queries(2):
        similar_signals(signals[-1])
