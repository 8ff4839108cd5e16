"""The arithmetic of forecasts, on series whose truth is known."""

import numpy as np
import pytest

from heliograph.monitor.forecasts.expectancy import AHEAD, expected
from heliograph.monitor.forecasts.load import TooLittle, forecast
from heliograph.monitor.forecasts.season import of_hours, of_weekdays
from heliograph.monitor.forecasts.shifts import level_shifts
from heliograph.monitor.forecasts.slope import slope_of
from tests.monitor.past import DAY, carried, daily

WEEKS = 28 * DAY


def covered(draw, origins):
    """The share of the true values within the interval, over so many histories."""
    inside = []
    for _ in range(origins):
        values = draw()
        told = forecast(values[:-DAY])
        inside.append(np.mean((told.low <= values[-DAY:]) & (values[-DAY:] <= told.high)))
    return np.mean(inside)


def test_an_interval_of_80_percent_holds_about_as_many_of_the_hours_to_come():
    dice = np.random.default_rng(7)
    n = 15 * DAY
    shapes = {
        "a day's season": lambda: 20 + daily(n) + dice.normal(size=n),
        "counts": lambda: dice.poisson(3, n).astype(float),
        "a walk": lambda: np.cumsum(dice.normal(size=n)),
    }
    for name, draw in shapes.items():
        assert 0.68 <= covered(draw, 12) <= 0.92, name


def test_seasons_are_followed_beyond_the_end_of_the_history():
    dice = np.random.default_rng(8)
    weekdays = np.resize(np.repeat([0, 0, 0, 0, 0, 9, 9], DAY), WEEKS + DAY)
    for season, model in (
        (daily(WEEKS + DAY, 6), "ETS(A,N,A)"),
        (weekdays, "ETS(A,N,N) by weekday"),
    ):
        values = 20 + season + dice.normal(size=WEEKS + DAY)
        told = forecast(values[:-DAY])
        assert told.model.replace("Ad", "N") == model
        assert np.mean(np.abs(told.mean - 20 - season[-DAY:])) < 1
        assert told.scale == pytest.approx(np.mean(np.abs(values[DAY:-DAY] - values[: -2 * DAY])))


def test_what_was_before_a_shift_is_left_out_and_what_cannot_be_is_not_foreseen():
    dice = np.random.default_rng(9)
    values = np.concatenate([dice.poisson(2, 300), dice.poisson(30, 200)]).astype(float)
    told = forecast(values, least=0)
    assert 295 <= told.first <= 302
    assert np.all(np.abs(told.mean - 30) < 6)
    assert np.all(forecast(dice.poisson(0.3, 300).astype(float), least=0).low == 0)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.arange(71.0), "Its history is of 2.9 days; 3 days are needed."),
        (np.arange(24.0), "Its history is of 1.0 days; 3 days are needed."),
        (np.arange(1.0), "Its history is of 1 hour; 3 days are needed."),
        (np.full(200, 4.0), "It was 4 all the time: how it moves is not known."),
        (np.where(np.arange(200) % 3, np.arange(200.0), np.nan), "It is known in 133 of 200 hours; 80%"),
    ],
)  # fmt: skip
def test_of_too_little_nothing_is_foreseen(values, reason):
    with pytest.raises(TooLittle, match=reason):
        forecast(values)


def test_a_shift_is_found_at_its_place():
    dice = np.random.default_rng(10)
    noises = (
        (dice.normal(size=WEEKS), 1),
        (daily(WEEKS) + dice.normal(size=WEEKS), 1),
        (carried(dice, WEEKS, 0.6), 5),
    )
    for noise, near in noises:
        values = noise + np.where(np.arange(WEEKS) >= 400, 5, 0)
        values[[50, 51, 500]] += (80, 60, -90)
        values[200:205] = np.nan
        (shift,) = level_shifts(values)
        assert abs(shift.place - 400) <= near
        assert shift.after - shift.before == pytest.approx(5, abs=0.6)
        assert shift.deviations > 2


def test_there_is_no_shift_in_noise():
    dice = np.random.default_rng(11)
    noises = {
        "independent": lambda: dice.normal(size=WEEKS),
        "with outliers": lambda: dice.standard_t(2, WEEKS),
        "carried on": lambda: carried(dice, WEEKS, 0.6),
        "counts": lambda: dice.poisson(0.3, WEEKS).astype(float),
        "skewed": lambda: dice.exponential(size=WEEKS),
        "a season": lambda: daily(WEEKS, 6) + dice.normal(size=WEEKS),
        "a slope": lambda: 0.02 * np.arange(WEEKS) + dice.normal(size=WEEKS),
        "weekends": lambda: np.resize(np.repeat([0, 0, 0, 0, 0, 9, 9], DAY), WEEKS) + dice.normal(size=WEEKS),
    }
    found = {name: sum(bool(level_shifts(draw())) for _ in range(12)) for name, draw in noises.items()}
    assert sum(found.values()) <= 2, found
    assert level_shifts(np.full(WEEKS, 3.0)) == []


def test_the_strength_of_a_season_is_its_share_of_what_moves():
    dice = np.random.default_rng(12)
    noise = dice.normal(size=WEEKS)
    # A sine of that size has the variance 4.5, to 1 of the noise.
    assert of_hours(daily(WEEKS) + noise) == pytest.approx(4.5 / 5.5, abs=0.05)
    assert of_hours(noise) < 0.05
    assert of_weekdays(np.resize(np.repeat([0, 0, 0, 0, 0, 9, 9], DAY), WEEKS) + noise) > 0.9
    assert of_weekdays(noise) < 0.3
    assert (of_hours(noise[:90]), of_weekdays(noise[: 20 * DAY])) == (None, None)


def test_a_slope_and_where_it_leads_lie_within_their_interval_as_often_as_that_says():
    dice = np.random.default_rng(13)
    n = 14 * DAY
    shapes = {
        "independent": lambda m: dice.normal(size=m),
        "carried on": lambda m: carried(dice, m, 0.8),
        "a walk": lambda m: np.cumsum(dice.normal(size=m)),
    }
    for name, draw in shapes.items():
        slopes, ends = [], []
        for _ in range(40):
            values = 3 * np.arange(n + 7 * DAY) / DAY + draw(n + 7 * DAY)
            slope = slope_of(values[:n])
            low, _, high = slope.at(7)
            slopes.append(slope.low <= 3 <= slope.high)
            ends.append(low <= values[-1] <= high)
        assert 0.65 <= np.mean(slopes) <= 0.95, name
        assert 0.65 <= np.mean(ends) <= 0.95, name


def test_when_a_slope_comes_to_a_limit():
    dice = np.random.default_rng(14)
    falling = 100 - 4 * np.arange(14 * DAY) / DAY + dice.normal(size=14 * DAY)
    falling[100] = 0
    early, mean, late = slope_of(falling).reaches(0)
    assert early < mean < late < early + 4
    assert mean == pytest.approx(11, abs=0.5)
    assert slope_of(-falling).rises_to(0) == (early, mean, late)
    assert slope_of(falling).rises_to(200) == (None, None, None)
    assert slope_of(falling[:71]) is None


def test_the_mean_of_the_next_signals_lies_within_its_interval_as_often_as_that_says():
    dice = np.random.default_rng(15)
    n, per_day = 150, 3
    inside = []
    for _ in range(100):
        days = np.arange(n + AHEAD) // per_day
        # Signals of a day share half of their luck.
        results = 0.2 + dice.standard_t(5, n + AHEAD) + dice.normal(size=n + AHEAD)[days]
        told = expected(results[:n], days[:n], rng=dice)
        inside.append(told.low <= results[n:].mean() <= told.high)
    assert 0.68 <= np.mean(inside) <= 0.9
    assert told.mean == pytest.approx(results[:n].mean())
    assert told.naive == pytest.approx(results[n - AHEAD : n].mean())
