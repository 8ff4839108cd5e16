"""`heliograph capacity --recorded`: the load that was, from its rows."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from heliograph.fleet.models import ScalingLook
from heliograph.market.models import Candle, Venue
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.models import Evaluation, Progress
from heliograph.signals.strategies import add_strategy
from tests.cli.conftest import refused
from tests.cli.test_capacity import home
from tests.signals.world import BUSY, feed, make_venue, walk

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["home"]
MINUTE = timedelta(minutes=1)
MINUTES = 120


def second(seconds):
    return timedelta(seconds=seconds)


@pytest.fixture
def begin():
    """The open of the first of the minutes, which end a while ago."""
    return datetime.now(UTC).replace(second=0, microsecond=0) - (MINUTES + 10) * MINUTE


def shard(name, venue, instruments):
    """A version over these, and the shard of it."""
    text = BUSY.replace('"Busy"', f'"{name}"').replace('"1h"', '"1m"')
    version = add_strategy(text=text, at=datetime.now(UTC))
    zeros = [0] * len(instruments)
    values = {
        "instruments": [one.pk for one in instruments],
        "origins": zeros,
        "watermarks": zeros,
        "historical_until": zeros,
        "amendments": zeros,
        "updated_at": datetime.now(UTC),
    }
    progress, _ = Progress.objects.update_or_create(values, version=version, venue=venue, shard=0)
    return progress


def step(progress, *, bar, started, ms, kind=Evaluation.Kind.ADVANCE):
    return Evaluation.objects.create(
        progress=progress,
        version=progress.version,
        kind=kind,
        first_bar=bar,
        last_bar=bar,
        instruments=2,
        bars=2,
        published=0,
        rejected=0,
        settled=0,
        inputs_digest="",
        started_at=started,
        duration_ms=ms,
    )


@pytest.fixture
def recorded(begin):
    """Candles that came 2 s after each close, two steps of 0.8 s that one call did 1 s later, and looks."""
    batch, instruments = make_venue("binance", Venue.Kind.EXCHANGE, symbols=("BTC/USDT", "ETH/USDT"))
    start = to_ms(begin)
    feed(
        batch,
        instruments,
        walk(1, MINUTES, instruments=2, start=start, step=60_000),
        timeframe="1m",
        at=datetime.now(UTC),
    )
    shards = [shard(name, batch.venue, instruments) for name in ("One", "Other")]
    for number in range(MINUTES):
        bar = begin + number * MINUTE
        close = bar + MINUTE
        Candle.objects.filter(open_time=bar).update(recorded_at=close + second(2))
        for progress in shards:
            step(progress, bar=bar, started=close + second(3), ms=800)
    end = begin + (MINUTES + 1) * MINUTE
    step(shards[0], bar=begin, started=end, ms=500, kind=Evaluation.Kind.CORRECTION)
    looks = [(begin + 10 * number * MINUTE, 2 if number < 6 else 3) for number in range(12)]
    ScalingLook.objects.bulk_create(
        [
            ScalingLook(pool="local", at=at, workers=size, wished=size, target=size, reason="")
            for at, size in looks
        ]
    )
    return begin


def test_the_load_that_was_is_simulated_beside_what_happened(heliograph, home, recorded, monkeypatch):
    monkeypatch.setenv("HELIOGRAPH_WORKERS_MIN", "2")
    monkeypatch.setenv("HELIOGRAPH_WORKERS_MAX", "4")
    told = json.loads(heliograph("capacity", "--recorded", "--home", home, "--json").out)

    was = told["recorded"]
    first_due = recorded + MINUTE + second(2)
    assert was["from"] == first_due.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (was["evaluations"], was["evaluations_left_out"], was["looks"]) == (241, 0, 11)
    # Due when its candles came; the second of the call after the first.
    assert was["age_seconds"] == pytest.approx({"p50": 1.8, "p95": 2.6, "p99": 2.6})
    assert (was["pool"], was["most_workers"], was["changes"]) == ("local", 3, 1)
    # The first look was before anything was due; from then on half of the time 2 and half of it 3 workers.
    assert was["worker_hours_per_day"] == pytest.approx(24 * 2.5)
    assert (told["workers"], told["within_seconds"]) == (1, 6.0)
    assert told["age_seconds"] == pytest.approx({"p50": 0.8, "p95": 1.6, "p99": 1.6})
    # 99 % in 6 s, of two steps one after the other.
    assert told["margin"] == pytest.approx(6.0 / 1.6, rel=0.02)
    assert told["scaled"]["age_seconds"] == pytest.approx({"p50": 0.8, "p95": 0.8, "p99": 0.8})
    assert (told["instruments"], told["strategies"], told["timeframe"]) == (2, 2, "1m")
    assert told["rows_per_day"]["evaluations"] == pytest.approx(241 * 86_400 / was_seconds(was), rel=0.01)
    assert told["rows_per_day"]["candles"] == pytest.approx(240 * 86_400 / was_seconds(was), rel=0.01)
    assert told["assumptions"][0] == was["stands_on"]


def was_seconds(was):
    return (datetime.fromisoformat(was["to"]) - datetime.fromisoformat(was["from"])).total_seconds()


def test_people_see_on_which_rows_it_stands_and_a_plot(heliograph, home, recorded):
    ScalingLook.objects.all().delete()

    shown = heliograph("capacity", "--recorded", "--since", "1d", "--chart", "--home", home)

    assert "pieces that wait or run" in shown.out
    lines = [line.split() for line in shown.out.splitlines()]
    assert ["age", "p99", "2.60", "s", "1.60", "s"] in lines
    assert ["workers", "at", "most", "–", "1"] in lines
    assert "- It stands on 241 stored evaluations from " in shown.err
    assert "UTC, and no look of a pool: how many workers there were is not recorded." in shown.err


def test_closes_are_told_to_the_policy_as_they_are_where_it_acts(recorded):
    from heliograph.workers.recorded import recorded_load

    found = recorded_load(since=recorded, at=datetime.now(UTC))

    assert len(found.load.closings) == MINUTES - 1
    first = found.load.closings[0]
    assert (first.at_s, first.pieces, first.what) == (58.0, 2, "1m bars of binance")
    assert first.seconds_each == pytest.approx(0.8)
    assert to_datetime(to_ms(found.begin)) == recorded + MINUTE + second(2)


def test_too_few_rows_are_one_sentence(heliograph, home):
    sentence = refused(heliograph("capacity", "--recorded", "--since", "2026-11-01", "--home", home))

    assert sentence == (
        "0 evaluations are stored since 2026-11-01 00:00 UTC, and 100 are needed; ask for a longer time with "
        "--since, or plan from measured costs without --recorded."
    )
