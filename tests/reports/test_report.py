"""Every number of a report is that of the rows, recomputed with pandas."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from heliograph.engine.performance.calibration import calibration
from heliograph.reports.make import make_report
from heliograph.reports.periods import Kind, last_period, span
from heliograph.signals.models import Instrument, Signal, Strategy, StrategyVersion
from tests.reports.ledger import BEGAN, R_EDGES, end, fill, make_ledger, table
from tests.reports.test_analytics import about, figures_of
from tests.signals.world import NOW

pytestmark = pytest.mark.django_db
WEEK = last_period(Kind.WEEKLY, at=datetime(2025, 3, 5, tzinfo=UTC))


@pytest.fixture
def rows():
    """Signals of two strategies, as a table of those that settled."""
    ledger = make_ledger()
    fill(ledger, 250)
    return table()


def within(rows, period, *, by="exit_time"):
    return rows[(rows[by] >= period.since) & (rows[by] < period.until)]


def told(figures, name):
    one = figures[name]
    return {"n": one.n, "value": about(one.value), "low": about(one.low), "high": about(one.high)}


def near(value):
    return None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "period",
    [WEEK, last_period(Kind.MONTHLY, at=datetime(2025, 3, 5, tzinfo=UTC), zone="America/New_York")],
    ids=["week", "month in New York"],
)
def test_performance_is_that_of_the_rows_of_both_periods(rows, period):
    found = make_report(period).sections["performance"].figures

    for chosen, part in ((period, "value"), (period.previous, "previous")):
        own = within(rows, chosen)
        own = own.assign(day=own.exit_time.dt.tz_convert(chosen.zone).dt.date)
        wanted = figures_of(own)
        assert len(own) > 5
        got = {name: getattr(one, part) for name, one in found.items()}
        series = wanted["pct"]["series"]
        ended = own[own.return_pct.notna()]
        judged = calibration(ended.confidence, ended.return_pct > 0)
        assert got == {
            "settled": len(own),
            "hit_rate": wanted["hit_rate"]["value"],
            "mean_r": wanted["r"]["expectancy"]["value"],
            "mean_pct": wanted["pct"]["expectancy"]["value"],
            "total_r": wanted["r"]["total"],
            "total_pct": wanted["pct"]["total"],
            "profit_factor": wanted["pct"]["profit_factor"],
            "max_drawdown_pct": series["max_drawdown"],
            "sharpe": series["sharpe"],
            "sortino": series["sortino"],
            "calmar": series["calmar"],
            "value_at_risk_pct": series["value_at_risk"],
            "expected_shortfall_pct": series["expected_shortfall"],
            "mfe_r": wanted["mfe_r"],
            "mae_r": wanted["mae_r"],
            "hours_held": wanted["hours_held"],
            "brier": wanted["brier"],
            "calibration_error": near(judged.ece),
        }
    own = within(rows, period)
    assert told(found, "mean_r") == figures_of(own)["r"]["expectancy"]
    assert told(found, "hit_rate") == figures_of(own)["hit_rate"]


def test_groups_course_and_spread_are_those_of_the_rows(rows):
    tables = make_report(WEEK).sections["performance"].tables
    own = within(rows, WEEK)

    def group(key, names):
        return {
            names(one): (len(part), near(part.r.mean()), near(part.r.sum()), near(part.return_pct.sum()))
            for one, part in own.groupby(key)
        }

    def got(name):
        return {row[0]: (row[1], near(row[3]), near(row[6]), near(row[7])) for row in tables[name].rows}

    versions = {one.pk: str(one) for one in StrategyVersion.objects.select_related("strategy")}
    symbols = {one.pk: f"file:{one.symbol}" for one in Instrument.objects.all()}
    assert got("by_side") == group("side", str)
    assert got("by_version") == group("version_id", versions.get)
    assert got("by_instrument") == group("instrument_id", symbols.get)
    by_day = own.groupby("day")
    assert [row[:2] for row in tables["curve"].rows] == [
        (f"{day}T00:00:00Z", len(part)) for day, part in by_day
    ]
    assert tables["curve"].rows[-1][4:] == (near(own.r.sum()), near(own.return_pct.sum()))
    cut = pd.cut(own.r.dropna(), [-np.inf, *R_EDGES, np.inf], right=False)
    assert [row[2] for row in tables["spread_r"].rows] == cut.value_counts(sort=False).tolist()


def test_signals_are_counted_by_their_bar(rows):
    ledger_version = StrategyVersion.objects.first()
    instrument = Instrument.objects.first()
    for place, reason in enumerate(["cooldown", "cooldown", "no_stop"]):
        Signal.objects.create(
            version=ledger_version,
            instrument=instrument,
            bar_time=WEEK.since + timedelta(minutes=place),
            side="long",
            state="rejected",
            reason=reason,
            close=1.0,
            historical=place == 0,
            created_at=NOW,
        )

    section = make_report(WEEK).sections["signals"]

    own, before = (within(rows, one, by="bar_time") for one in (WEEK, WEEK.previous))
    still = (rows.bar_time < WEEK.until) & (rows.exit_time >= WEEK.until)
    got = {name: (one.value, one.previous) for name, one in section.figures.items()}
    assert got == {
        "published": (len(own), len(before)),
        "rejected": (3, 0),
        "missed": (0, 0),
        "late": (0, 0),
        "historical": (1, 0),
        "open_at_end": (
            still.sum(),
            ((rows.bar_time < WEEK.since) & (rows.exit_time >= WEEK.since)).sum(),
        ),
    }
    assert section.tables["rejections"].rows == [("cooldown", 2, 0), ("no stop", 1, 0)]
    assert sum(row[1] for row in section.tables["by_version"].rows) == len(own)


def test_details_list_what_settled_and_say_what_is_left_out(rows):
    period = span(BEGAN, BEGAN + timedelta(days=200))

    table = make_report(period).sections["details"].tables["settled"]

    newest = rows.sort_values("exit_time", ascending=False).head(200)
    assert [row[0] for row in table.rows] == [f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in newest.exit_time]
    assert table.note == "The newest 200; 50 more settled."


def test_what_is_unknown_says_why():
    ledger = make_ledger()
    end([ledger.publish(1, confidence=None)], r=None, pct=1.0, after_hours=1)

    report = make_report(span(BEGAN, BEGAN + timedelta(hours=5)))

    figures = report.sections["performance"].figures
    assert (figures["mean_r"].value, figures["mean_r"].reason) == (
        None,
        "none that settled has an R, that is a stop",
    )
    assert figures["sharpe"].reason == "the period has fewer than three days"
    assert figures["brier"].reason == "none that settled has a confidence from 0 to 1"
    empty = make_report(span(BEGAN - timedelta(days=9), BEGAN - timedelta(days=8)))
    assert {one.reason for one in empty.sections["performance"].figures.values() if one.value is None} == {
        "no signal settled in the period"
    }
    assert "No signal settled; in the period before 0 did." in empty.summary


def test_the_summary_says_what_the_figures_say(rows):
    report = make_report(WEEK)

    figures = report.sections["performance"].figures
    mean = figures["mean_r"]
    number = f"{mean.value:+.2f} R ({mean.low:+.2f} to {mean.high:+.2f}, n {mean.n})".replace("-", "−")
    assert any(number in sentence for sentence in report.summary)
    verdict = "above zero" if mean.low > 0 else "below zero" if mean.high < 0 else "holds zero"
    assert any(verdict in sentence for sentence in report.summary)


def test_what_is_hidden_is_in_no_part_of_it(rows):
    slow = Strategy.objects.get(name="Slow")

    report = make_report(WEEK, hidden=(slow.pk,))

    own = within(rows[rows.strategy_id != slow.pk], WEEK)
    assert report.sections["performance"].figures["settled"].value == len(own)
    assert "Slow" not in str(report.to_dict())
