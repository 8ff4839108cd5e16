"""Every figure of an answer is that of the rows, recomputed with pandas."""

from dataclasses import asdict
from datetime import date
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from heliograph.engine.performance.calibration import calibration
from heliograph.engine.performance.distribution import R_EDGES
from heliograph.engine.performance.student import student
from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked
from heliograph.reports.groupings import By
from heliograph.reports.sums import WITH_DAYS, fold
from heliograph.signals.models import Strategy
from tests.reports import ledger
from tests.reports.ledger import KEYS, end, fill, make_ledger, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    """Signals of two strategies, most of them added to the sums."""
    fill(make_ledger(), 250)
    fold(most=200)
    return table()


def about(value):
    """Equal but for rounding; None where it is not known."""
    return None if value is None or not np.isfinite(value) else pytest.approx(value, rel=1e-9, abs=1e-9)


def wilson(hits, n):
    """The roots of (p - hits / n)^2 = z^2 p (1 - p) / n."""
    z = NormalDist().inv_cdf(0.975)
    p = hits / n
    roots = np.roots([1 + z**2 / n, -(2 * p + z**2 / n), p**2])
    return sorted(roots.real)


def series_of(results, days):
    """The measures of the days on which these ended, with zeros between them."""
    by_day = results.groupby(pd.to_datetime(days)).sum()
    row = by_day.reindex(pd.date_range(by_day.index[0], by_day.index[-1]), fill_value=0.0).to_numpy()
    curve = np.cumsum(row)
    falls = np.maximum.accumulate(np.maximum(curve, 0)) - curve
    deviation = row.std(ddof=1) if len(row) > 1 else np.nan
    loss = np.sqrt((np.minimum(row, 0) ** 2).mean())
    worst, part = np.sort(row), 0.05 * len(row)
    whole = int(part)
    tail = worst[:whole].sum() + (part - whole) * worst[whole]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "days": len(row),
            "yearly": about(row.mean() * 365),
            "volatility": about(deviation * 365**0.5),
            "sharpe": about(row.mean() / deviation * 365**0.5),
            "sortino": about(row.mean() / loss * 365**0.5),
            "calmar": about(np.divide(row.mean() * 365, falls.max())),
            "max_drawdown": about(falls.max()),
            "value_at_risk": about(-np.quantile(row, 0.05)),
            "expected_shortfall": about(-tail / part),
        }


def results_of(values, days, *, with_days):
    """Expectancy with Student's interval, total, profit factor and the series."""
    values = values.dropna()
    n = len(values)
    half = student(n - 1) * values.std() / n**0.5 if n > 1 else np.nan
    lost = -values[values < 0].sum()
    return {
        "expectancy": {
            "n": n,
            "value": about(values.mean()),
            "low": about(values.mean() - half),
            "high": about(values.mean() + half),
        },
        "total": about(values.sum() if n else np.nan),
        "profit_factor": about(values[values > 0].sum() / lost if lost else np.nan),
        "series": series_of(values, days[values.index]) if n and with_days else None,
    }


def figures_of(rows, *, with_days=True):
    """All figures but the spread."""
    pct, said = rows.return_pct.dropna(), rows.said.dropna()
    hits = int((pct > 0).sum())
    low, high = wilson(hits, len(pct)) if len(pct) else (np.nan, np.nan)
    hit = (rows.return_pct[said.index] > 0).astype(float)
    given = np.where(hit > 0, said, 1 - said)
    return {
        "signals": len(rows),
        "hit_rate": {
            "n": len(pct),
            "value": about(hits / len(pct) if len(pct) else np.nan),
            "low": about(low),
            "high": about(high),
        },
        "r": results_of(rows.r, rows.day, with_days=with_days),
        "pct": results_of(rows.return_pct, rows.day, with_days=with_days),
        "mfe_r": about(rows.mfe_r.mean()),
        "mae_r": about(rows.mae_r.mean()),
        "bars_held": about(rows.bars_held.mean()),
        "hours_held": about((rows.exit_time - rows.entry_time).dt.total_seconds().mean() / 3600),
        "brier": about(((said - hit) ** 2).mean()),
        "log_loss": about(-np.log(np.maximum(given, 1e-15)).mean() if len(given) else np.nan),
    }


def without_spread(figures):
    told = asdict(figures)
    del told["spread_r"]
    return told


@pytest.mark.parametrize("by", By)
def test_figures_of_all_and_of_each_group_are_those_of_the_rows(rows, by):
    found = analytics(Asked(), by=by)

    assert without_spread(found.total) == figures_of(rows)
    groups = dict(list(rows.groupby(KEYS[by])))
    assert {one.key for one in found.groups} == set(groups)
    for one in found.groups:
        assert without_spread(one.figures) == figures_of(groups[one.key], with_days=by in WITH_DAYS)


def test_the_spread_counts_results_by_half_an_r(rows):
    spread = analytics(Asked()).total.spread_r
    r = rows.r.dropna()

    cut = pd.cut(r, [-np.inf, *R_EDGES, np.inf], right=False).value_counts(sort=False).tolist()
    assert [spread.below, *spread.counts, spread.above] == cut
    told = (spread.q05, spread.q25, spread.median, spread.q75, spread.q95)
    assert told == pytest.approx(tuple(np.percentile(r, (5, 25, 50, 75, 95))), abs=0.5)


def test_confidences_are_judged_as_from_the_rows(rows):
    found = analytics(Asked()).calibration
    known = rows[rows.return_pct.notna()]
    wanted = calibration(known.confidence, known.return_pct > 0)

    assert found.n == wanted.n == rows.said.notna().sum()
    assert found.left_out == rows.said.isna().sum()
    for name in ("ece", "worst_bin", "log_loss"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-9)
    assert asdict(found.brier) == pytest.approx(asdict(wanted.brier), rel=1e-9, abs=1e-12)
    assert [(one.low, one.hit_rate) for one in found.bins] == [(one.low, one.hit_rate) for one in wanted.bins]


def test_days_are_told_with_what_ended_on_them(rows):
    found = analytics(Asked()).days

    assert [one.day for one in found] == sorted(set(rows.day))
    assert [one.signals for one in found] == rows.groupby("day").size().tolist()
    totals = rows.groupby("day").return_pct.sum()
    known = rows.groupby("day").return_pct.count()
    assert [one.pct for one in found] == [
        pytest.approx(total) if n else None for total, n in zip(totals, known, strict=True)
    ]


def test_filters_and_days_hold_for_every_part_of_the_answer(rows):
    since, until = date(2025, 2, 10), date(2025, 3, 20)
    slow = Strategy.objects.get(name="Slow")
    inside = rows[(rows.day >= since) & (rows.day <= until) & (rows.strategy_id != slow.pk)]

    found = analytics(Asked(since=since, until=until, hidden=(slow.pk,)), by=By.HOUR)

    assert without_spread(found.total) == figures_of(inside)
    assert found.calibration.n == inside.said.notna().sum()
    assert {one.day for one in found.days} == set(inside.day)
    assert {one.key: one.figures.signals for one in found.groups} == inside.groupby("hour").size().to_dict()


def test_of_nothing_everything_is_unknown():
    found = analytics(Asked())

    assert (found.groups, found.days, found.calibration.n) == ((), (), 0)
    told = without_spread(found.total)
    nothing = {"n": 0, "value": None, "low": None, "high": None}
    unknown = {"expectancy": nothing, "total": None, "profit_factor": None, "series": None}
    assert told.pop("signals") == 0
    assert told.pop("hit_rate") == nothing
    assert (told.pop("r"), told.pop("pct")) == (unknown, unknown)
    assert set(told.values()) == {None}
    assert found.total.spread_r.median is None


def test_without_a_stop_there_is_no_series_in_r():
    ledger = make_ledger()
    end([ledger.publish(1)], r=None, pct=2.0, after_hours=3)

    figures = analytics(Asked()).total

    assert (figures.r.series, figures.r.total) == (None, None)
    assert (figures.pct.series.days, figures.pct.series.max_drawdown, figures.pct.series.sharpe) == (
        1,
        0.0,
        None,
    )


def test_groups_have_the_names_that_people_know():
    made = make_ledger()
    end([made.publish(1, place=2, confidence=0.3)], r=1.0, pct=2.0, after_hours=3)
    end([made.publish(2, place=0, confidence=None)], r=1.0, pct=2.0, after_hours=3)

    names = {by: [one.name for one in analytics(Asked(), by=by).groups] for by in By}

    assert names == {
        By.STRATEGY: ["Busy", "Slow"],
        By.VERSION: ["Busy v1", "Slow v1"],
        By.INSTRUMENT: ["file:BTC/USDT", "file:SOL/USDT"],
        By.TIMEFRAME: ["1h", "2h"],
        By.SIDE: ["long"],
        By.HOUR: ["17:00"],
        By.CONFIDENCE: ["0.2 to 0.3", "none"],
        By.REGIME: ["not looked at yet"],
    }
    assert np.array_equal(ledger.R_EDGES, R_EDGES)
