"""Series of real prices against quantstats and empyrical, where definitions agree.

docs/reference/performance.md lists where they do not.
"""

from pathlib import Path

import numpy as np
import pytest

from heliograph.engine.performance.distribution import describe
from heliograph.engine.performance.drawdown import drawdowns, max_drawdown, ulcer_index
from heliograph.engine.performance.growth import COMPOUNDED
from heliograph.engine.performance.moments import excess_kurtosis, skewness
from heliograph.engine.performance.ratios import (
    calmar,
    omega,
    sharpe,
    sortino,
    tail_ratio,
    total_return,
    volatility,
    yearly_return,
)
from heliograph.engine.performance.results import hit_rate, payoff_ratio
from heliograph.engine.performance.risk import gaussian_risk, historical_risk
from heliograph.engine.performance.series import series_figures

OURS = {
    "empyrical.cum_return": lambda x, year: total_return(x, COMPOUNDED),
    "quantstats.comp": lambda x, year: total_return(x, COMPOUNDED),
    "empyrical.annual_return": lambda x, year: yearly_return(x, COMPOUNDED, per_year=year),
    "empyrical.cagr": lambda x, year: yearly_return(x, COMPOUNDED, per_year=year),
    "quantstats.cagr": lambda x, year: yearly_return(x, COMPOUNDED, per_year=year),
    "empyrical.annual_volatility": lambda x, year: volatility(x, per_year=year),
    "quantstats.volatility": lambda x, year: volatility(x, per_year=year),
    "empyrical.sharpe": lambda x, year: sharpe(x, per_year=year),
    "quantstats.sharpe": lambda x, year: sharpe(x, per_year=year),
    "empyrical.sortino": lambda x, year: sortino(x, per_year=year),
    "quantstats.sortino": lambda x, year: sortino(x, per_year=year),
    "empyrical.max_drawdown": lambda x, year: -max_drawdown(x, COMPOUNDED),
    "quantstats.max_drawdown": lambda x, year: -max_drawdown(x, COMPOUNDED),
    "empyrical.calmar": lambda x, year: calmar(x, COMPOUNDED, per_year=year),
    "quantstats.calmar": lambda x, year: calmar(x, COMPOUNDED, per_year=year),
    "empyrical.omega": lambda x, year: omega(x),
    "quantstats.omega": lambda x, year: omega(x),
    "quantstats.gain_to_pain": lambda x, year: omega(x) - 1,
    "empyrical.tail_ratio": lambda x, year: tail_ratio(x),
    "quantstats.tail_ratio": lambda x, year: tail_ratio(x),
    "empyrical.var_5": lambda x, year: -historical_risk(x).value_at_risk,
    "quantstats.var_95_parametric": lambda x, year: -gaussian_risk(x).value_at_risk,
    "quantstats.skew": lambda x, year: skewness(x),
    "quantstats.kurtosis": lambda x, year: excess_kurtosis(x),
    # quantstats divides by n - 1.
    "quantstats.ulcer_index": lambda x, year: ulcer_index(x, COMPOUNDED) * (len(x) / (len(x) - 1)) ** 0.5,
    # The mean of the worst int((n - 1) * 0.05) + 1 returns.
    "empyrical.cvar_5": lambda x, year: np.sort(x)[: int((len(x) - 1) * 0.05) + 1].mean(),
    "quantstats.cvar_95": lambda x, year: -gaussian_risk(x).expected_shortfall,
    # What the Sortino ratio divides by, for a year.
    "empyrical.downside_risk": lambda x, year: x.mean() * year / sortino(x, per_year=year),
    "quantstats.avg_win": lambda x, year: describe(x[x > 0]).mean,
    "quantstats.avg_loss": lambda x, year: describe(x[x < 0]).mean,
    # These two have no function of their own here; they are made of measures that have.
    "quantstats.kelly": lambda x, year: kelly(hit_rate(x[x != 0]).value, payoff_ratio(x)),
    "quantstats.ulcer_performance_index": lambda x, year: (
        total_return(x, COMPOUNDED) / ulcer_index(x, COMPOUNDED) * ((len(x) - 1) / len(x)) ** 0.5
    ),
}
# Measures of the libraries that are none of ours; the page says why.
NOT_OURS = {
    "empyrical.stability",
    "quantstats.smart_sharpe",
    "quantstats.risk_of_ruin",
    "quantstats.outlier_win_ratio",
    "quantstats.serenity",
}
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "performance.md"


def kelly(rate, payoff):
    return rate - (1 - rate) / payoff


@pytest.mark.parametrize("measure", OURS)
def test_a_measure_equals_that_of_a_library(measure, priced):
    assert OURS[measure](priced.returns, priced.year) == pytest.approx(priced.of(measure), rel=1e-9)


def test_the_deepest_drawdowns_are_those_of_quantstats(priced):
    found = drawdowns(priced.days, priced.returns, COMPOUNDED)

    theirs = priced.of("quantstats.top5_drawdowns")
    assert [
        (day(one.first_day), day(one.deepest_day), day(one.last_day), round(-100 * one.depth, 9))
        for one in found
    ] == [(row["start"], row["valley"], row["end"], round(float(row["max drawdown"]), 9)) for row in theirs]


def test_expected_shortfall_lies_near_that_of_empyrical_though_the_last_result_counts_by_its_part(priced):
    theirs = -priced.of("empyrical.cvar_5")

    assert historical_risk(priced.returns).expected_shortfall == pytest.approx(theirs, rel=0.02)


def test_all_figures_at_once_are_those_one_by_one(goog):
    found = series_figures(goog.days, goog.returns, COMPOUNDED, per_year=252)

    assert found.periods == 2147
    assert found.total == pytest.approx(goog.of("quantstats.comp"))
    assert found.yearly == pytest.approx(goog.of("quantstats.cagr"))
    assert found.max_drawdown == found.deepest[0].depth == pytest.approx(-goog.of("quantstats.max_drawdown"))
    assert (found.sharpe, found.sortino) == pytest.approx(
        (goog.of("quantstats.sharpe"), goog.of("quantstats.sortino"))
    )
    assert found.skewness == pytest.approx(goog.of("quantstats.skew"))


def test_every_measure_of_the_libraries_is_compared_or_said_to_be_none_of_ours(priced):
    texts = [path.read_text() for path in Path(__file__).parent.glob("*.py")]
    compared = {
        name for name in priced.theirs["results"] if any(f'priced.of("{name}")' in text for text in texts)
    }

    assert priced.theirs["results"].keys() - OURS.keys() - compared == NOT_OURS
    page = PAGE.read_text()
    assert [name for name in NOT_OURS if f"`{name.partition('.')[2]}`" not in page] == []


def day(ms):
    return str(np.datetime64(ms, "ms").astype("datetime64[D]"))
