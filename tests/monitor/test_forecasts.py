"""Forecasts are made of what was kept, absent where that is too little, and scored by what came."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from heliograph.monitor.forecasts.make import make_forecasts
from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.forecasts.queries import list_trends, newest_forecasts
from heliograph.monitor.measure import Definition, known
from heliograph.monitor.models import Series
from heliograph.monitor.store import write
from heliograph.signals.models import Outcome, Signal
from tests.monitor.past import DAY, HOURS, NOON, daily, keep_hours
from tests.reports.ledger import make_ledger
from tests.signals.world import NOW

pytestmark = pytest.mark.django_db
WEEK = 7 * DAY


def newest(**asked):
    return {
        (one.row.name, *one.row.labels.values()): one
        for one in newest_forecasts(at=NOON + 10 * HOURS, **asked)
    }


def test_a_load_is_foreseen_and_again_changes_nothing():
    dice = np.random.default_rng(1)
    keep_hours({"generation_published": 20 + daily(10 * DAY) + dice.normal(size=10 * DAY)})

    first = make_forecasts(at=NOON + timedelta(seconds=20))
    again = make_forecasts(at=NOON + timedelta(minutes=30))

    assert (first["load"], again["load"]) == (1, 0)
    row = newest()["generation_published",].row
    assert (row.kind, row.reason, row.coverage, row.history_points) == ("load", "", 0.8, 240)
    assert (row.history_from, row.history_until) == (NOON - 240 * HOURS, NOON)
    assert (row.begins_at, row.step_seconds, len(row.mean), row.actual) == (NOON, 3600, 24, [None] * 24)
    assert np.all(np.abs(np.array(row.mean) - 20 - daily(24)) < 1.5)
    assert row.low < row.mean < row.high


def test_without_enough_history_there_is_none_and_why():
    keep_hours({"generation_published": np.arange(30.0), "queues_messages": np.zeros(100)})
    keep_hours({("host_disk_free_bytes", (("host", "a"),)): np.arange(30.0)})

    assert [make_forecasts(at=NOON + n * HOURS)[kind] for n in (0, 1) for kind in ("load", "space")] == [
        0
    ] * 4

    found = newest()
    assert {name: one.row.reason for (name, *_), one in found.items()} == {
        "generation_published": "Its history is of 1.2 days; 3 days are needed.",
        "queues_messages": "It was 0 all the time: how it moves is not known.",
        "host_disk_free_bytes": "Its history has 30 hours; 72 over 3 days are needed.",
    }
    assert {one.row.mean == [] and one.score.values == 0 for one in found.values()} == {True}
    # However often it was looked for.
    assert Forecast.objects.count() == 3


def test_scores_are_what_pandas_makes_of_the_rows():
    dice = np.random.default_rng(2)
    values = pd.Series(
        30 + daily(12 * DAY, 5) + dice.normal(size=12 * DAY),
        index=pd.date_range(NOON - 10 * DAY * HOURS, periods=12 * DAY, freq="h"),
    )
    keep_hours({"generation_bars": values[:NOON][:-1]})
    for hours in range(30):
        at = NOON + hours * HOURS
        if hours:
            # One hour was never known.
            keep_hours({"generation_bars": [np.nan if hours == 6 else values[at - HOURS]]}, until=at)
        make_forecasts(at=at + timedelta(seconds=30))
    lost = pd.Timestamp(NOON + 5 * HOURS)
    came = values[values.index < NOON + 29 * HOURS].drop(lost)

    errors, naive, scaled, inside = [], [], [], []
    for row in Forecast.objects.filter(name="generation_bars", reason=""):
        span = pd.date_range(row.begins_at, periods=24, freq="h")
        told = pd.DataFrame({"low": row.low, "mean": row.mean, "high": row.high}, index=span)
        both = told.join(came.rename("came"), how="inner")
        # The history of each ends before it begins; an hour that lacks lies between its neighbours.
        past = came[row.history_from : row.begins_at].drop(pd.Timestamp(row.begins_at), errors="ignore")
        past = past.resample("h").mean()
        before = past.interpolate().shift(freq="24h").reindex(span)
        off = (both.came - both["mean"]).abs()
        scale = (past - past.shift(24)).abs().mean()
        assert row.scale == pytest.approx(scale)
        errors += off.tolist()
        naive += (both.came - before[both.index]).abs().tolist()
        scaled += (off / scale).tolist()
        inside += both.came.between(both.low, both.high).tolist()
    (found,) = newest_forecasts(at=NOON + 30 * HOURS, kind="load")
    assert found.score.values == len(errors) > 100
    assert found.score.error == pytest.approx(np.mean(errors))
    assert found.score.naive_error == pytest.approx(np.mean(naive))
    assert found.score.scaled == pytest.approx(np.mean(scaled))
    assert found.score.skill == pytest.approx(1 - np.sum(errors) / np.sum(naive))
    assert found.score.inside == pytest.approx(np.mean(inside))
    done = Forecast.objects.filter(name="generation_bars").exclude(scored_at=None)
    # A day and the hours for which what lacks is waited for.
    assert done.count() == 1


def test_a_disk_that_fills_says_when_and_is_scored_by_the_week():
    dice = np.random.default_rng(3)
    free = 40e9 - 2e9 * np.arange(21 * DAY) / DAY + 1e8 * dice.normal(size=21 * DAY)
    disk = ("host_disk_free_bytes", (("host", "a"),))
    keep_hours({disk: free[: 14 * DAY]})

    make_forecasts(at=NOON)
    make_forecasts(at=NOON + 20 * HOURS)

    row = newest(kind="space")["host_disk_free_bytes", "a"].row
    assert (row.made_at, row.model, row.step_seconds, len(row.mean)) == (NOON, "Theil-Sen", 86_400, 7)
    left = (row.full_mean - NOON) / timedelta(days=1)
    assert left == pytest.approx(6, abs=0.5)
    assert row.full_early <= row.full_mean <= row.full_late
    assert row.naive == [pytest.approx(free[14 * DAY - 1])] * 7

    keep_hours({disk: free[14 * DAY :]}, until=NOON + WEEK * HOURS)
    make_forecasts(at=NOON + (WEEK + 1) * HOURS)
    row.refresh_from_db()
    assert row.actual == [pytest.approx(free[(15 + day) * DAY - 1]) for day in range(7)]
    assert row.scored_at is not None


def test_a_database_that_grows_fills_what_the_disk_has_left():
    size = 10e9 + 1e9 * np.arange(5 * DAY) / DAY + 1e6 * np.random.default_rng(4).normal(size=5 * DAY)
    keep_hours({"database_size_bytes": size})
    free = Definition("host_disk_free_bytes", "bytes", "free", labels=("host",))
    write([known(free, 8e9, host="a")], at=NOON - timedelta(minutes=1), spent_ms=1)

    make_forecasts(at=NOON)

    row = newest(kind="space")["database_size_bytes",].row
    assert (row.full_mean - NOON) / timedelta(days=1) == pytest.approx(8, abs=0.3)


def results(version, instrument, r, *, first, historical=False):
    """Signals that settled one an hour, two a day ended on."""
    signals = Signal.objects.bulk_create(
        Signal(
            version=version,
            instrument=instrument,
            bar_time=NOW + (first + place) * HOURS,
            side="long",
            state="published",
            close=1,
            historical=historical,
            created_at=NOW,
        )
        for place in range(len(r))
    )
    Outcome.objects.bulk_create(
        Outcome(
            signal=signal,
            instrument=instrument,
            bar_time=signal.bar_time,
            state="settled",
            r=float(value),
            exit_time=signal.bar_time + 12 * place * HOURS,
            settled_at=NOON + (first + place - len(r)) * HOURS
            if first == 0
            else NOON + (first + place) * HOURS,
        )
        for place, (signal, value) in enumerate(zip(signals, r, strict=True))
    )


def test_what_a_version_will_bring_is_foreseen_from_what_settled_since_it_is_active():
    ledger = make_ledger()
    one, other, hidden = ledger.versions
    dice = np.random.default_rng(6)
    past, later = 0.3 + dice.normal(size=90), dice.normal(size=25)
    results(one, ledger.instruments[0], past, first=0)
    results(one, ledger.instruments[1], dice.normal(size=40) + 9, first=0, historical=True)
    results(other, ledger.instruments[0], past[:59], first=0)

    assert make_forecasts(at=NOON)["expectancy"] == 1

    everything = newest_forecasts(at=NOON, kind="expectancy")
    told = {one.row.version_id: one.row for one in everything}
    row = told[one.pk]
    assert (row.history_points, row.signals, row.mean) == (90, 20, [pytest.approx(past.mean())])
    assert row.low[0] < row.mean[0] < row.high[0]
    assert row.naive == [pytest.approx(past[-20:].mean())]
    assert told[other.pk].reason == (
        "59 signals have settled with an R since it is active, on 32 days; 60 on 10 are needed."
    )
    assert told[hidden.pk].reason.startswith("0 signals")
    seen = newest_forecasts(at=NOON, kind="expectancy", hidden=(hidden.strategy_id,))
    assert {one.row.version_id for one in seen} == {one.pk, other.pk}

    results(one, ledger.instruments[2], later, first=1)
    make_forecasts(at=NOON + 19 * HOURS)
    row.refresh_from_db()
    assert (row.known, row.scored_at) == (0, None)
    make_forecasts(at=NOON + 20 * HOURS)
    row.refresh_from_db()
    assert row.actual == [pytest.approx(later[:20].mean())]
    assert row.error == pytest.approx(abs(later[:20].mean() - past.mean()))


def test_trends_of_all_that_is_measured():
    dice = np.random.default_rng(5)
    n = 28 * DAY
    keep_hours(
        {
            "queues_messages": np.where(np.arange(n) < 500, 3, 8) + dice.normal(size=n) * 0.5,
            ("host_cpu_ratio", (("host", "a"),)): 0.4
                + daily(n, 0.1)
                + 0.01 * np.arange(n) / DAY
                + dice.normal(size=n) * 0.01,
            "notices_waiting": np.full(n, 2.0),
            "cache_memory_bytes": np.full(60, 2.0),
            "database_commits_total": np.arange(n),
        }
    )  # fmt: skip

    assert make_forecasts(at=NOON)["trends"] == 3
    assert make_forecasts(at=NOON + HOURS)["trends"] == 0

    found = {one.name: one.row for one in list_trends()}
    assert set(found) == {"queues_messages", "host_cpu_ratio", "notices_waiting", "cache_memory_bytes"}
    (shift,) = found["queues_messages"].shifts
    assert (shift["before"], shift["after"]) == (pytest.approx(3, abs=0.1), pytest.approx(8, abs=0.1))
    assert shift["at"] == (NOON - (n - 500) * HOURS).isoformat()
    cpu = found["host_cpu_ratio"]
    assert cpu.slope_day == pytest.approx(0.01, rel=0.05)
    assert (cpu.of_hours > 0.95, cpu.shifts) == (True, [])
    still = found["notices_waiting"]
    assert (still.slope_day, still.of_hours, still.shifts) == (0, None, [])
    assert found["cache_memory_bytes"].reason == "Its history has 60 hours; 72 are needed."
    assert [one.name for one in list_trends(shifted=True)] == ["queues_messages"]


def test_where_time_runs_out_what_lacks_says_so():
    keep_hours({"generation_published": np.random.default_rng(1).normal(size=100)})
    assert make_forecasts(at=NOON, seconds=-1)["load"] == 0
    assert newest()["generation_published",].row.reason == "There was no time for it at the last making."


def test_what_is_not_measured_any_more_is_not_foreseen():
    dice = np.random.default_rng(1)
    host = ("host_cpu_ratio", (("host", "gone"),))
    keep_hours({host: 0.5 + 0.1 * dice.normal(size=200)}, until=NOON - 5 * HOURS)

    assert [make_forecasts(at=NOON)[kind] for kind in ("load", "trends")] == [0, 0]

    reason = "It was last known at 2026-06-01 07:00 UTC."
    assert newest()["host_cpu_ratio", "gone"].row.reason == reason
    Series.objects.create(name="queues_messages")
    make_forecasts(at=NOON + 4 * HOURS)
    assert (
        newest()["queues_messages",].row.reason == "Its history is of less than an hour; 3 days are needed."
    )
    assert [one.row.reason for one in list_trends()] == [reason]


def test_of_a_version_without_new_results_the_forecast_stands():
    ledger = make_ledger()
    results(ledger.versions[0], ledger.instruments[0], np.random.default_rng(6).normal(size=60), first=0)
    made = [make_forecasts(at=NOON + timedelta(days=days))["expectancy"] for days in (0, 1, 2, 7)]
    assert made == [1, 1, 1, 1]
    assert Forecast.objects.filter(kind="expectancy", reason="").count() == 2
