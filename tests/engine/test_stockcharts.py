"""The spreadsheets of StockCharts' ChartSchool, where their definitions are ours.

They differ in these, and are left out there: their averages (EMA in MACD and PPO, gains and losses in RSI)
begin with the first value where TA-Lib's begin with the mean of the first n; their ATR counts the range of
the very first bar as a true range; their OBV begins with 0 where TA-Lib's begins with the first volume, so
it is given none here. Parabolic SAR and the ultimate oscillator are not in the language.
"""

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, Bars
from tests.engine.series import DAY, read_csv, values_of


@pytest.mark.parametrize(
    ("file", "column", "expression", "first", "digits"),
    [
        ("cs-bbands.csv", "MiddleBand", "bb_mid(close, 20, 2)", 19, 5e-7),
        ("cs-bbands.csv", "20-day Standard Deviation", "stddev(close, 20)", 19, 5e-7),
        ("cs-bbands.csv", "HighBand", "bb_upper(close, 20, 2)", 19, 2e-6),
        ("cs-bbands.csv", "LowBand", "bb_lower(close, 20, 2)", 19, 2e-6),
        ("cs-roc.csv", "ROC", "roc(close, 12)", 12, 5e-9),
        ("cs-wma.csv", "WMA", "wma(close, 9)", 8, 5e-5),
        ("cs-obv.csv", "OBV", "obv()", 1, 1e-9),
        ("cs-atr.csv", "TR", "true_range()", 1, 1e-9),
    ],
)
def test_chart_school_agrees(file, column, expression, first, digits):
    columns = read_csv(f"reference/stockcharts/{file}")
    close = columns["Close"]
    fields = {name: columns.get(name.capitalize(), close) for name in INPUTS}
    fields["volume"] = np.nan_to_num(fields["volume"])
    got = values_of(expression, Bars.single(np.arange(len(close)) * DAY, **fields))[0]
    np.testing.assert_allclose(got[first:], columns[column][first:], rtol=0.0, atol=digits)
