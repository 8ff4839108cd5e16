"""What there will be to do in the next hours: exponential smoothing with its interval.

The model is the additive one of Hyndman, Koehler, Ord and Snyder (2008), "Forecasting with exponential
smoothing", as statsmodels has it: with the season of a day where the history shows one, with a damped trend
where that explains more (by Akaike's criterion). What weekdays add is taken off before and put on again.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.monitor.forecasts.season import DAY, STRONG, WEEK, of_hours, of_weekdays, weekday_effects
from heliograph.monitor.forecasts.shifts import level_shifts

if TYPE_CHECKING:
    from statsmodels.tsa.exponential_smoothing.ets import ETSResults

STEPS = DAY
COVERAGE = 0.8
# Hours: three days, of which so many must be known.
LEAST = 72
KNOWN = 0.8


@dataclass(frozen=True, slots=True)
class Curve:
    """A forecast of hourly values, with what the day before says and how far that was off in the history;
    `first` is the place in the history from which on it was used.
    """

    low: Floats
    mean: Floats
    high: Floats
    naive: Floats
    scale: float | None
    model: str
    first: int


class TooLittle(Exception):
    """There is too little history to say anything; the message says what lacks."""


def forecast(values: Floats, *, least: float | None = None, most: float | None = None) -> Curve:
    """The STEPS values after hourly ones float64[n], NaN where unknown; TooLittle where they do not suffice.

    What was before the newest shift of the level is left out, where enough is left. `least` and `most` are
    what values can be.
    """
    first = _first(values)
    used = values[first:]
    _insist(used)
    filled = _filled(used)
    n, weekly = len(filled), of_weekdays(used)
    is_weekly = weekly is not None and weekly >= STRONG
    days = weekday_effects(filled) if is_weekly else np.zeros(WEEK)
    added = days[np.arange(n + STEPS) // DAY % WEEK]
    base = filled - added[:n]
    hourly = of_hours(base)
    fit, model = _best(base, seasonal=hourly is not None and hourly >= STRONG)
    told = fit.get_prediction(start=n, end=n + STEPS - 1).summary_frame(alpha=1 - COVERAGE)
    low, mean, high = (
        np.clip(told[name].to_numpy() + added[n:], least, most) for name in ("pi_lower", "mean", "pi_upper")
    )
    return Curve(
        low=low,
        mean=mean,
        high=high,
        naive=np.resize(filled[-DAY:], STEPS),
        scale=naive_error(used, DAY),
        model=f"{model} by weekday" if is_weekly else model,
        first=first,
    )


def naive_error(values: Floats, season: int) -> float | None:
    """The mean distance from the value a season before: what errors are scaled by. None where nothing moves.

    Hyndman and Koehler (2006), "Another look at measures of forecast accuracy".
    """
    apart = np.abs(values[season:] - values[:-season])
    apart = apart[np.isfinite(apart)]
    return float(np.mean(apart)) or None if len(apart) else None


def _first(values: Floats) -> int:
    shifts = [shift.place for shift in level_shifts(values)]
    return max((place for place in shifts if len(values) - place >= LEAST), default=0)


def _insist(values: Floats) -> None:
    known = values[np.isfinite(values)]
    if len(values) < LEAST:
        raise TooLittle(f"Its history is of {_length(len(values))}; {LEAST // DAY} days are needed.")
    if len(known) < KNOWN * len(values):
        raise TooLittle(f"It is known in {len(known)} of {len(values)} hours; {KNOWN:.0%} are needed.")
    if known.min() == known.max():
        raise TooLittle(f"It was {known[0]:.6g} all the time: how it moves is not known.")


def _length(hours: int) -> str:
    """So many hours in words; days are rounded down, so that no history seems to be enough that is not."""
    if hours >= DAY:
        return f"{hours * 10 // DAY / 10:.1f} days"
    return "less than an hour" if not hours else f"{hours} hour" if hours == 1 else f"{hours} hours"


def _filled(values: Floats) -> Floats:
    """Hours that lack lie on the line between their neighbours."""
    places = np.arange(len(values))
    known = np.isfinite(values)
    return np.interp(places, places[known], values[known])


def _best(values: Floats, *, seasonal: bool) -> "tuple[ETSResults, str]":
    """The fitted model that explains most, and its name."""
    # Seconds and memory, which only whoever forecasts should spend.
    from pandas import Series, date_range
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    series = Series(values, index=date_range("2000-01-01", periods=len(values), freq="h"))
    season = {"seasonal": "add", "seasonal_periods": DAY} if seasonal else {}
    found = []
    for trend in (None, "add"):
        model = ETSModel(
            series,
            error="add",
            trend=trend,
            damped_trend=trend is not None,
            initialization_method="heuristic",
            **season,
        )
        name = f"ETS(A,{'Ad' if trend else 'N'},{'A' if seasonal else 'N'})"
        found.append((model.fit(disp=False, maxiter=100), name))
    return min(found, key=lambda one: float(one[0].aic))
