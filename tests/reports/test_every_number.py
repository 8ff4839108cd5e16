"""Every number of a report is recomputed from the rows; one that is not fails here by its place."""

import copy
from datetime import UTC, datetime, timedelta
from numbers import Number

import pytest

from heliograph.reports.forms import FORMS
from heliograph.reports.make import make_report
from heliograph.reports.periods import Kind, last_period, span
from heliograph.reports.quality.keep import keep_days
from heliograph.signals.generate import generate
from heliograph.signals.models import Strategy
from heliograph.signals.strategies import add_strategy
from tests.engine.candles import SAMPLES, candles
from tests.reports.busy import UNTIL, make_season, others_came
from tests.reports.recomputed import recomputed
from tests.signals.world import NOW, feed_one, make_venue

pytestmark = pytest.mark.django_db
SECTIONS = (
    "signals", "performance", "data_quality", "health", "trends", "recommendations", "details"
)  # fmt: skip
# What these say is the same in every report.
CONSTANT = {"label", "unit", "title", "chart", "columns", "reason"}
PERIODS = {
    "hour": last_period(Kind.HOURLY, at=UNTIL - timedelta(days=2)),
    "day": last_period(Kind.DAILY, at=UNTIL),
    "day in Tokyo": last_period(Kind.DAILY, at=UNTIL, zone="Asia/Tokyo"),
    "week": last_period(Kind.WEEKLY, at=UNTIL),
    "month in New York": last_period(Kind.MONTHLY, at=UNTIL, zone="America/New_York"),
    "hundred days": span(UNTIL - timedelta(days=60), UNTIL + timedelta(days=40)),
    "nothing": span(UNTIL - timedelta(days=400), UNTIL - timedelta(days=399)),
}

UNKNOWN = {"hundred days": ["trends"], "nothing": ["data_quality", "health", "trends"]}


@pytest.fixture
def season():
    """Something in every section."""
    return make_season()


def as_told(period, hidden=()):
    """The report as programs read it."""
    return make_report(period, hidden=hidden).to_dict()


def differences(told, wanted, place):
    """Where what is told is not what was recomputed; all that is told has to be there."""
    if isinstance(told, dict):
        if told.get("reason") and "tables" in told:
            return [] if wanted is None and not told["figures"] and not told["tables"] else [(place, "known")]
        keys = [key for key in told if key not in CONSTANT]
        missing = [(place, "not recomputed", key) for key in keys if key not in (wanted or {})]
        more = [(place, "not told", key) for key in wanted or {} if key not in keys]
        known = [key for key in keys if key in (wanted or {})]
        return (
            missing
            + more
            + [d for key in known for d in differences(told[key], wanted[key], f"{place}.{key}")]
        )
    if isinstance(told, list | tuple):
        if len(told) != len(wanted):
            return [(place, len(told), len(wanted))]
        pairs = enumerate(zip(told, wanted, strict=True))
        return [d for at, pair in pairs for d in differences(*pair, f"{place}[{at}]")]
    if isinstance(told, Number) and isinstance(wanted, Number):
        return [] if told == pytest.approx(wanted, rel=1e-9, abs=1e-9) else [(place, told, wanted)]
    return [] if told == wanted else [(place, told, wanted)]


def check(told, hidden=()):
    """All that is told, beside what the rows say."""
    wanted = recomputed(told, hidden=hidden)
    for name in SECTIONS:
        if wanted[name] is None:
            wanted["summary"].append(f"{told[name]['title']}: not known, as {told[name]['reason']}.")
    return differences({name: part for name, part in told.items() if name != "title"}, wanted, "report")


@pytest.mark.usefixtures("season")
def test_every_number_of_a_report_is_that_of_the_rows():
    for name, period in PERIODS.items():
        told = as_told(period)

        assert check(told) == [], name
        unknown = [section for section in SECTIONS if told[section]["reason"]]
        assert unknown == UNKNOWN.get(name, []), name


def test_every_number_of_a_report_on_the_sample_is_that_of_the_rows():
    shares = candles(SAMPLES / "us_shares_1d.parquet")
    batch, instruments = make_venue(symbols=("AAPL", "GOOG", "IBM"))
    for instrument in instruments:
        bars = shares[instrument.symbol]
        newest = bars.slice(len(bars.time) - 700, len(bars.time))
        feed_one(batch, instrument, newest, timeframe="1d")
    for name in ("trend", "pullback", "squeeze"):
        add_strategy(text=(SAMPLES / "strategies" / f"{name}.toml").read_text(), stage="shadow", at=NOW)
    generate(at=NOW)
    at = datetime(2013, 3, 2, tzinfo=UTC)
    keep_days(first=at.date() - timedelta(days=60), last=at.date(), at=NOW)

    year = as_told(span(at - timedelta(days=700), at))
    month = as_told(last_period(Kind.MONTHLY, at=at, zone="America/New_York"))

    assert year["performance"]["figures"]["settled"]["value"] > 20
    assert [check(told) for told in (year, month)] == [[], []]


@pytest.mark.usefixtures("season")
def test_of_those_who_may_not_see_all_as_well():
    slow = Strategy.objects.get(name="Slow").pk

    told = as_told(PERIODS["week"], hidden=(slow,))

    assert check(told, hidden=(slow,)) == []
    assert check(told) != []


@pytest.mark.usefixtures("season")
def test_a_number_that_is_new_or_wrong_does_not_slip_in():
    told = as_told(PERIODS["week"])
    more, wrong, longer = (copy.deepcopy(told) for _ in range(3))
    more["performance"]["figures"]["luck"] = more["performance"]["figures"]["mean_r"]
    wrong["health"]["figures"]["mean"]["previous"] += 0.001
    longer["signals"]["tables"]["more"] = longer["signals"]["tables"]["by_version"]

    assert check(more) == [("report.performance.figures", "not recomputed", "luck")]
    ((place, *_),) = check(wrong)
    assert place == "report.health.figures.mean.previous"
    assert check(longer) == [("report.signals.tables", "not recomputed", "more")]


def test_a_report_is_the_same_to_the_byte_whatever_comes_later(season):
    kinds = "day", "week", "month in New York"
    before = {name: as_told(PERIODS[name]) for name in kinds}
    files = {form: FORMS[form].make(before["week"]) for form in FORMS}

    others_came(season)

    again = {name: as_told(PERIODS[name]) for name in kinds}
    assert {name: FORMS["json"].make(told) for name, told in again.items()} == {
        name: FORMS["json"].make(told) for name, told in before.items()
    }
    assert {form: FORMS[form].make(again["week"]) for form in FORMS} == files
