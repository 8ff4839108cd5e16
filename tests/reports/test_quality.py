"""The quality of days is counted from the candles, added up by venue and series, and told by all doors."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from heliograph.market.models import Batch, Candle, Series, Venue
from heliograph.reports.make import make_report
from heliograph.reports.models import QualityDay
from heliograph.reports.periods import Kind, last_period
from heliograph.reports.quality.groupings import By
from heliograph.reports.quality.keep import keep_days, keep_newest, old_days
from heliograph.reports.quality.queries import QualityAsked, quality
from heliograph.reports.quality.score import WEIGHTS, QualityCounts
from tests.cli.conftest import heliograph
from tests.market.test_quality import changed
from tests.signals.world import NOW, feed, make_venue, walk
from tests.web.people import with_token

__all__ = ["heliograph"]
pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2024, 1, 1), date(2024, 1, 2)
HOUR = timedelta(hours=1)


@pytest.fixture
def market():
    """An exchange and a file with four days each; of the second day of the first three things are wrong."""
    batch, (own,) = make_venue("binance", kind=Venue.Kind.EXCHANGE)
    other, (theirs,) = make_venue("file")
    bars = walk(3, 96)
    feed(other, [theirs], bars, at=NOW)
    # Bars 30 to 32 and 40 lack, bar 26 is corrected, bar 35 jumps and comes back.
    jumped = bars.close.copy()
    jumped[0, 35] *= 1.9
    close = {place: float(jumped[0, place]) for place in (35,)}
    wrong = changed(bars, close=close, high={35: float(jumped[0, 35]) * 1.01})
    for start, stop in ((0, 30), (33, 40), (41, 96)):
        feed(batch, [own], wrong.slice(start, stop), at=NOW)
    again = Batch.objects.create(venue=batch.venue, kind="exchange", name="again", started_at=NOW)
    feed(again, [own], changed(wrong, volume={26: 5.5}).slice(24, 28), at=NOW)
    Candle.objects.filter(instrument=own).update(recorded_at=NOW)
    for place in range(24, 48):
        opens = datetime(2024, 1, 1, tzinfo=UTC) + place * HOUR
        # Two came much later than they closed.
        late = 5 * HOUR if place in (44, 45) else HOUR + timedelta(seconds=3)
        Candle.objects.filter(instrument=own, open_time=opens).update(recorded_at=opens + late)
    return own, theirs


def test_a_day_is_counted_as_it_is_in_the_candles(market):
    own, _ = market
    keep_days(first=FIRST, last=SECOND, at=NOW)

    found = QualityDay.objects.get(series__instrument=own, day=SECOND)

    names = ("expected", "stored", "gaps", "revised", "judged", "implausible", "timely")
    assert {name: getattr(found, name) for name in names} == {
        "expected": 24,
        "stored": 20,
        "gaps": 2,
        "revised": 1,
        "judged": 20,
        "implausible": 1,
        # The corrected one came first at another time, which is the one that counts.
        "timely": found.timed - 2,
    }
    assert (keep_days(first=SECOND, last=SECOND, at=NOW), QualityDay.objects.count()) == (2, 4)


def test_groups_add_up_and_the_score_is_the_mean_of_known_parts(market):
    keep_days(first=FIRST, last=SECOND, at=NOW)

    answer = quality(QualityAsked(since=SECOND), by=By.VENUE)

    worst, best = answer.groups
    assert (worst.name, best.name, best.score) == ("binance", "file", 100.0)
    assert best.parts["freshness"] is None
    counts = worst.counts
    parts = {
        "completeness": 20 / 24,
        "freshness": counts.timely / counts.timed,
        "gaps": 1 - 2 / 6,
        "revisions": 1 - 1 / 20 / 0.1,
        "plausibility": 1 - 1 / 20 / 0.1,
        "duplicates": 1.0,
    }
    assert worst.parts == pytest.approx(parts)
    assert worst.score == pytest.approx(100 * sum(WEIGHTS[name] * value for name, value in parts.items()))
    assert answer.total.counts == worst.counts + best.counts
    by_day = quality(QualityAsked(), by=By.DAY)
    assert [one.name for one in by_day.groups] == ["2024-01-01", "2024-01-02"]
    assert QualityCounts().score is None


def test_the_newest_days_of_each_series_are_kept_by_themselves(market):
    # What comes from an exchange owes bars until now.
    keep_newest(at=datetime(2024, 1, 5, tzinfo=UTC))

    days = QualityDay.objects.values_list("series", "day").order_by("series", "day")
    assert list(days) == [
        (one.pk, date(2024, 1, number)) for one in Series.objects.order_by("pk") for number in (3, 4)
    ]
    assert old_days(at=datetime(2027, 1, 1, tzinfo=UTC)).count() == 4


def test_a_report_tells_of_it_beside_the_day_before(market):
    keep_days(first=FIRST, last=SECOND, at=NOW)
    period = last_period(Kind.DAILY, at=datetime(2024, 1, 3, tzinfo=UTC))

    section = make_report(period).sections["data_quality"]

    counts = quality(QualityAsked(SECOND, SECOND)).total
    before = quality(QualityAsked(FIRST, FIRST)).total
    figures = section.figures
    assert (figures["score"].value, figures["score"].previous) == (counts.score, before.score)
    assert figures["completeness"].value == pytest.approx(44 / 48)
    assert section.tables["worst"].rows[0][0] == "binance:BTC/USDT 1h"
    sentence = f"The quality of data was {counts.score:.1f} of 100; 91.67 % of the expected bars are stored."
    assert sentence in make_report(period).summary


def test_the_command_measures_and_tells(market, heliograph):
    told = json.loads(
        heliograph(
            "quality", "--measure", "--since", FIRST, "--until", SECOND, "--by", "series", "--json"
        ).out
    )

    assert told == json.loads(json.dumps(quality(QualityAsked(FIRST, SECOND), by=By.SERIES).to_dict()))
    lines = heliograph("quality").out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["binance", "file", "all"]


def test_the_api_tells_the_same(market):
    keep_days(first=FIRST, last=SECOND, at=NOW)

    answer = with_token("read", role="viewer").get("/api/v1/data-quality?by=day&venue=binance")

    assert answer.json() == json.loads(
        json.dumps(quality(QualityAsked(venue="binance"), by=By.DAY).to_dict())
    )


def test_what_begins_within_a_day_has_no_gap_before_its_begin():
    batch, (instrument,) = make_venue("file")
    feed(batch, [instrument], walk(3, 60).slice(5, 60), at=NOW)

    keep_days(first=FIRST, last=SECOND, at=NOW)

    found = QualityDay.objects.order_by("day").values_list("expected", "stored", "gaps")
    assert list(found) == [(19, 19, 0), (24, 24, 0)]
