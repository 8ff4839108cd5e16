from datetime import UTC, datetime

import numpy as np
import pytest

from heliograph.engine.bars import Bars
from heliograph.market.models import Batch, Series, Venue
from heliograph.market.quality import WEIGHTS, quality_of
from tests.signals.world import HOUR, NOW, START, feed, make_venue, walk

pytestmark = pytest.mark.django_db


def quality(at=NOW):
    series = list(Series.objects.select_related("instrument__venue").order_by("pk"))
    return quality_of(series, at=at)


def part(found, name):
    return next(one for one in found.parts if one.name == name)


def changed(bars, **columns):
    """The bars with other values in some places."""
    values = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close", "volume")}
    for name, places in columns.items():
        for place, value in places.items():
            values[name][0, place] = value
    return Bars(time=bars.time, **values)


def test_the_weights_are_the_whole():
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_good_bars_score_a_hundred_and_staleness_of_files_is_unknown():
    batch, instruments = make_venue()
    feed(batch, instruments, walk(1, 300))

    [found] = quality()

    assert found.score == pytest.approx(100)
    assert part(found, "staleness").score is None
    assert (found.bars, found.first, found.last) == (300, START, START + 299 * HOUR)


def test_missing_bars_count_by_their_share():
    batch, instruments = make_venue()
    bars = walk(1, 100)
    feed(batch, instruments, bars.slice(0, 40))
    feed(batch, instruments, bars.slice(50, 100))

    [found] = quality()

    coverage = part(found, "coverage")
    assert coverage.score == pytest.approx(0.9)
    assert coverage.says == "10 of 100 missing in 1 gap"
    assert found.worst == coverage
    # Of the known parts all others are whole; staleness with its fifth is unknown.
    assert found.score == pytest.approx(100 * (0.8 - 0.35 * 0.1) / 0.8)


def test_an_exchange_that_lags_is_stale():
    batch, instruments = make_venue("binance", Venue.Kind.EXCHANGE)
    feed(batch, instruments, walk(1, 48))

    # The newest bar opened on 2 January at 23:00; at 11:00 the bars of 0 to 10 o'clock are over.
    [found] = quality(at=datetime(2024, 1, 3, 11, tzinfo=UTC))

    stale = part(found, "staleness")
    assert stale.says == "11 newer bars should be there"
    assert stale.score == pytest.approx(0.5)


def test_a_close_outside_its_range_and_a_run_without_volume_are_seen():
    batch, instruments = make_venue()
    bars = walk(1, 100)
    high = float(bars.high[0, 10])
    feed(batch, instruments, changed(bars, close={10: high * 1.01}, volume=dict.fromkeys(range(20, 28), 0.0)))

    [found] = quality()

    assert part(found, "OHLC consistency").says == "1 with an open or close outside low to high"
    assert part(found, "OHLC consistency").score == pytest.approx(0.9)
    assert part(found, "zero-volume runs").says == "8 bars in 1 run of 5 or more, the longest 8"
    assert part(found, "zero-volume runs").score == pytest.approx(0.92)


def test_a_price_that_jumps_and_comes_back_is_an_outlier_and_a_crash_is_none():
    batch, instruments = make_venue()
    bars = walk(1, 200)
    spiked = changed(bars, close={50: float(bars.close[0, 50]) * 3}, high={50: float(bars.high[0, 50]) * 3})
    fallen = {
        name: np.where(np.arange(200) >= 120, getattr(spiked, name) / 2, getattr(spiked, name))
        for name in ("open", "high", "low", "close")
    }
    feed(batch, instruments, Bars(time=bars.time, volume=bars.volume, **fallen))

    [found] = quality()

    assert part(found, "outliers").says == "1 jumped over 12 typical moves and came back"


def test_a_source_without_volume_leaves_it_unknown():
    batch, instruments = make_venue()
    bars = walk(1, 100)
    feed(batch, instruments, changed(bars, volume=dict.fromkeys(range(100), np.nan)))

    [found] = quality()

    assert part(found, "zero-volume runs").score is None
    assert found.score == pytest.approx(100)


def test_corrected_bars_and_dropped_rows_are_counted():
    batch, instruments = make_venue()
    bars = walk(1, 100)
    feed(batch, instruments, bars)
    Batch.objects.update(findings={"repeated": 2})
    other = Batch.objects.create(venue=batch.venue, kind="file", name="again", started_at=NOW)
    feed(other, instruments, changed(bars, volume={7: 5.5, 8: 6.5}).slice(0, 20))

    [found] = quality()

    assert part(found, "revised bars").says == "2 corrected after they were stored"
    assert part(found, "revised bars").score == pytest.approx(0.8)
    assert "2 identical rows dropped" in part(found, "duplicates").says


def test_many_series_need_no_more_statements(django_assert_num_queries):
    batch, instruments = make_venue(symbols=tuple(f"{letter}/USDT" for letter in "ABCDEFGH"))
    feed(batch, instruments, walk(1, 50, instruments=8))
    series = list(Series.objects.select_related("instrument__venue"))

    with django_assert_num_queries(3):
        assert len(quality_of(series, at=NOW)) == 8
