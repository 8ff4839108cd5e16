"""A busy season with something in every section of a report."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from django.db import connection

from heliograph.market.models import Series as MarketSeries
from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.forecasts.targets import EXPECTANCY
from heliograph.monitor.models import Sample
from heliograph.monitor.models import Series as MeasureSeries
from heliograph.monitor.store import roll_up
from heliograph.reports.models import QualityDay
from heliograph.signals.models import Outcome, Signal
from tests.reports.ledger import BEGAN, end, fill, make_ledger
from tests.signals.world import NOW

UNTIL = datetime(2025, 3, 3, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SYMBOLS = tuple(f"C{place:02}/USDT" for place in range(24))


def make_season():
    """All of it; returns the ledger. The week before `UNTIL` is the one to look at."""
    ledger = make_ledger(symbols=SYMBOLS)
    fill(ledger, 200)
    _one_of_each(ledger)
    _others(ledger)
    _quality(ledger)
    _health()
    _forecasts(ledger)
    _advice(ledger)
    return ledger


def _one_of_each(ledger):
    """Each instrument ends once in the week, and all leave by different ways."""
    for place in range(len(SYMBOLS)):
        outcome = ledger.publish(1_000 + place, place=place, hours=840 + place, confidence=place / 25)
        result = 1.5 - place / 8
        way = ("stop", "target", "expired")[place % 3]
        more = {
            "exit_reason": way,
            "entry_price": 100.0 + place,
            "exit_price": 101.5,
            "mfe_r": 2.0,
            "mae_r": -0.25,
        }
        end([outcome], r=result, pct=result / 2, after_hours=842 + place, **more)


def _others(ledger):
    """Signals that were rejected, came late, were missed, and run on."""
    for place in range(9):
        Signal.objects.create(
            version=ledger.versions[place % 3],
            instrument=ledger.instruments[place],
            bar_time=UNTIL - timedelta(days=place),
            side="long",
            state="rejected",
            reason=("cooldown", "no_stop", "cooldown")[place % 3],
            close=1.0,
            historical=place % 2 == 0,
            late=place == 4,
            created_at=NOW,
        )
    for place, state in enumerate(("missed", "open", "pending", "unresolved")):
        outcome = ledger.publish(2_000 + place, place=place, hours=900 + place)
        Outcome.objects.filter(pk=outcome.pk).update(state=state)


def _quality(ledger):
    """Days of 24 series, each with something else the matter."""
    dice = np.random.default_rng(8)
    days = [date(2025, 2, 10) + timedelta(days=place) for place in range(22)]
    made = []
    for place, instrument in enumerate(ledger.instruments):
        known = {"first_open": BEGAN, "last_open": UNTIL, "bars": 800, "updated_at": NOW}
        series = MarketSeries.objects.create(instrument=instrument, timeframe="1h", **known)
        for day in days:
            bad = dice.integers(0, 4, size=4)
            made.append(
                QualityDay(
                    series=series,
                    day=day,
                    expected=24,
                    stored=24 - bad[0],
                    gaps=min(bad[0], 2),
                    timed=0 if place % 2 else 20,
                    timely=0 if place % 2 else 20 - bad[1],
                    revised=bad[2],
                    judged=24 - bad[0],
                    implausible=int(bad[3] > 2),
                    duplicates=float(bad[1]) / 10,
                    measured_at=NOW,
                )
            )
    QualityDay.objects.bulk_create(made)


def _health():
    """Four weeks of looks, twice an hour: a score, a depth that rose by a step, and one that grows."""
    dice = np.random.default_rng(9)
    named = [("health_score", {}), ("queue_depth", {"queue": "jobs"}), ("database_size_bytes", {})]
    ids = [MeasureSeries.objects.create(name=name, labels=labels).pk for name, labels in named]
    looks = 2 * 24 * 29
    score = 80 + 10 * np.sin(np.arange(looks) / 48 * 2 * np.pi) + dice.normal(0, 3, looks)
    depth = dice.normal(5, 1, looks) + 40 * (np.arange(looks) > looks - 500)
    size = 1e9 + 1e6 * np.arange(looks) + dice.normal(0, 2e6, looks)
    begin = UNTIL - 29 * DAY + HOUR
    Sample.objects.bulk_create(
        Sample(
            at=begin + place * HOUR / 2,
            series=sorted(ids),
            numbers=[float(row[place]) for row in (score, depth, size)],
            spent_ms=1,
        )
        for place in range(looks)
    )
    roll_up(at=begin + looks * HOUR / 2)


def _forecasts(ledger):
    """A load, a disk that will be full, an expectancy that is not known; older and later ones of the same."""
    version = ledger.versions[0]
    for days, add in ((-9, 50), (-2, 1), (-1, 2), (1, 99)):
        at = UNTIL + days * DAY
        known = {"made_at": at, "low": [1.0, add - 0.5], "mean": [2.0, add + 0.0], "high": [3.0, add + 0.5]}
        Forecast.objects.create(kind="load", name="jobs_due", labels={"queue": "jobs"}, **known)
        full = {"full_mean": at + 90 * DAY}
        giga = {name: [1e9 * one for one in known[name]] for name in ("low", "mean", "high")}
        Forecast.objects.create(kind="space", name="host_disk_free_bytes", **known | giga | full)
    reason = "It has 7 signals; 30 are needed."
    of = {"strategy": version.strategy, "version": version}
    Forecast.objects.create(kind="expectancy", name=EXPECTANCY, made_at=UNTIL - DAY, reason=reason, **of)


def _advice(ledger):
    """Recommendations that stood, ended in the week, ended before it, and are of a channel of somebody."""
    states = [
        ("open", None, UNTIL + DAY),
        ("done", UNTIL - 3 * DAY, UNTIL),
        ("done", UNTIL + 3 * DAY, UNTIL),
        ("over", None, UNTIL - 10 * DAY),
        ("dismissed", UNTIL - 20 * DAY, UNTIL),
        ("over", None, UNTIL - DAY),
    ]
    for place, (state, answered, seen) in enumerate(states):
        Recommendation.objects.create(
            rule="index",
            subject=f"table {place}",
            title=f"Add index {place}.",
            why=f"{place} slow scans.",
            state=state,
            opened_at=UNTIL - (12 + place) * DAY,
            seen_at=seen,
            answered_at=answered,
        )
    named = {"rule": "channel", "title": "Mend it.", "why": "It fails.", "opened_at": UNTIL - DAY}
    Recommendation.objects.create(subject="theirs", audience="person:7", seen_at=UNTIL, **named)


def others_came(ledger):
    """What comes later, and changes no report: signals, their ends, looks, forecasts; and finer rows go."""
    outcome = ledger.publish(9_000, place=1, hours=1_200)
    end([outcome], r=3.0, pct=4.0, after_hours=1_210)
    for place in range(48):
        numbers = [50.0, 9.0, 2e9]
        ids = list(MeasureSeries.objects.order_by("pk").values_list("pk", flat=True))
        Sample.objects.create(at=UNTIL + DAY + place * HOUR, series=ids, numbers=numbers, spent_ms=1)
    roll_up(at=UNTIL + 90 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM monitor_minute WHERE at < %s", [UNTIL])
        assert cursor.fetchone() == (0,)
    MeasureSeries.objects.create(name="a_measure_that_is_new")
    Forecast.objects.create(kind="load", name="jobs_due", labels={"queue": "jobs"}, made_at=UNTIL + 5 * DAY)
    Recommendation.objects.filter(state="open").update(state="done", answered_at=UNTIL + 6 * DAY)
