"""The sample becomes history and, bar by bar, the present."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS
from heliograph.market.bars import load_bars
from heliograph.market.clock import venue_clock
from heliograph.market.models import Batch, Candle, Instrument, Replay
from heliograph.market.sources.replay.play import play_due
from heliograph.market.sources.replay.samples import SAMPLES, find_sample, read_sample
from heliograph.market.sources.replay.venue import load_sample, new_run

NOW = datetime(2026, 1, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def eurusd(db):
    return load_sample(find_sample("eurusd"), at=NOW)


@pytest.fixture
def shares(db):
    return load_sample(find_sample("us-shares"), at=NOW)


def stored(replay):
    """The bars that the database holds of a replay's venue, by symbol."""
    ids = list(Instrument.objects.filter(venue=replay.venue).order_by("symbol").values_list("pk", flat=True))
    return load_bars(instruments=ids, timeframe=replay.timeframe)


def test_the_bundled_sample_is_what_its_readme_says():
    facts = {sample.name: read_sample(sample) for sample in SAMPLES}

    assert {
        name: (whole.symbols, int((~np.isnan(whole.bars.close)).sum()), len(whole.bars) - whole.boundary)
        for name, whole in facts.items()
    } == {
        "us-shares": (("AAPL", "FB", "GOOG", "IBM", "MSFT"), 12_154, 750),
        "eurusd": (("EURUSD",), 6_225, 1_000),
    }


def test_history_ends_before_the_first_held_back_bar(eurusd):
    whole = read_sample(find_sample("eurusd"))

    bars = stored(eurusd)

    assert np.array_equal(bars.time, whole.bars.time[:-1000])
    for name in INPUTS:
        assert np.array_equal(getattr(bars, name), getattr(whole.bars.upto(len(bars)), name))


def test_a_sample_is_loaded_once(eurusd):
    assert load_sample(find_sample("eurusd"), at=NOW) is None
    assert Candle.objects.count() == 5_225


def test_one_bar_is_played_each_second_however_the_ring_jitters(eurusd):
    seconds = (0.0, 1.1, 1.95, 3.02, 3.9, 3.95, 5.0)

    played = [play_due(at=NOW + s * SECOND) for s in seconds]

    assert played == [1, 1, 1, 1, 1, 0, 1]


def test_the_clock_of_the_venue_is_the_end_of_its_last_played_bar(eurusd):
    before = venue_clock(eurusd.venue, at=NOW)
    play_due(at=NOW)

    whole = read_sample(find_sample("eurusd"))
    ends = [
        datetime.fromtimestamp(int(t) / 1000, UTC) + timedelta(hours=1) for t in whole.bars.time[-1001:-999]
    ]
    assert [before, venue_clock(eurusd.venue, at=NOW)] == ends


def test_a_replay_that_was_stopped_goes_on_with_the_next_bar(eurusd):
    play_due(at=NOW)
    hours_later = NOW + timedelta(hours=5)

    assert [play_due(at=hours_later), play_due(at=hours_later + SECOND)] == [1, 1]
    assert len(stored(eurusd)) == 5_225 + 3


def test_a_share_is_listed_with_its_first_bar(shares):
    listed = set(Instrument.objects.filter(venue=shares.venue).values_list("symbol", flat=True))
    assert listed == {"AAPL", "GOOG", "IBM", "MSFT"}

    Replay.objects.update(seconds_per_bar=0.001)
    play_due(at=NOW)
    play_due(at=NOW + SECOND)

    assert Instrument.objects.filter(venue=shares.venue, symbol="FB").exists()


def test_a_replay_that_was_played_to_its_end_holds_the_whole_sample_and_says_so(shares):
    Replay.objects.update(seconds_per_bar=0.001)
    played = [play_due(at=NOW + s * SECOND) for s in range(3)]

    shares.refresh_from_db()
    bars = stored(shares)
    whole = read_sample(find_sample("us-shares")).bars
    assert (sum(played), shares.finished_at, shares.position) == (750, NOW + SECOND, shares.ends_at)
    assert np.array_equal(bars.time, whole.time)
    for name in INPUTS:
        assert np.array_equal(getattr(bars, name), getattr(whole, name), equal_nan=True)


def test_a_replay_has_finished_its_delivery_at_its_last_bar_and_not_before(shares):
    Replay.objects.update(seconds_per_bar=0.001)
    finished = [play_due(at=NOW) and Batch.objects.get(venue=shares.venue).finished_at]
    finished += [play_due(at=NOW + SECOND) and Batch.objects.get(venue=shares.venue).finished_at]

    assert finished == [None, NOW + SECOND]


def test_a_new_run_is_a_venue_of_its_own(eurusd):
    again = new_run(eurusd, at=NOW)

    assert (eurusd.venue.name, again.venue.name) == ("replay-eurusd", "replay-eurusd-2")
    assert len(stored(again)) == 5_225
    assert play_due(at=NOW) == 2
