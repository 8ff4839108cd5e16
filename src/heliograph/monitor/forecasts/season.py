"""How much a measure follows the hour of the day and the day of the week."""

import numpy as np

from heliograph.engine.bars import Floats

# Of hours, and of days.
DAY, WEEK = 24, 7
# A season that was seen less often is none yet.
LEAST_CYCLES = {DAY: 4, WEEK: 3}
# From here on it is used in forecasts.
STRONG = 0.3
# So many medians of distances are an outlier.
FAR = 8.0


def by_phase(values: Floats, season: int) -> Floats:
    """What each place in the season adds, float64[season]: the median of what is left about the running level
    of one season; 0 where a place was never seen.
    """
    apart = values - level(values, season)
    found = np.zeros(season)
    for place in range(season):
        known = apart[place::season]
        known = known[np.isfinite(known)]
        if len(known):
            found[place] = np.median(known)
    return found - float(np.mean(found))


def level(values: Floats, window: int) -> Floats:
    """The median of the `window` values about each one, shorter at the ends; NaN where none is known."""
    half = window // 2
    padded = np.concatenate([np.full(half, np.nan), values, np.full(half, np.nan)])
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    known = np.isfinite(views)
    whole, some = known.all(axis=1), known.any(axis=1)
    found = np.full(len(values), np.nan)
    # Many times as fast as where something lacks, which is rare.
    found[whole] = np.median(views[whole], axis=1)
    found[some & ~whole] = np.nanmedian(views[some & ~whole], axis=1)
    return found


def strength(values: Floats, season: int) -> float | None:
    """The share of what moves about the running level that the season explains, 0 to 1.

    Wang, Smith and Hyndman (2006), "Characteristic-based clustering for time series data", with a level by
    medians; less what as many medians explain of pure noise. None with too few seasons, or where nothing
    moves.
    """
    cycles = np.isfinite(values).sum() / season
    if cycles < LEAST_CYCLES[season]:
        return None
    season_part = np.resize(by_phase(values, season), len(values))
    rest = _drawn(values - level(values, season) - season_part)
    whole = float(np.nanvar(season_part + rest))
    if not whole > 0:
        return None
    explained = 1 - float(np.nanvar(rest)) / whole
    # What medians of so few values take from noise: that of n has pi / (2 n) of its variance.
    chance = min(np.pi / (2 * cycles), 0.99)
    return float(np.clip((explained - chance) / (1 - chance), 0, 1))


def of_hours(values: Floats) -> float | None:
    """The strength of the hour of the day."""
    return strength(values, DAY)


def of_weekdays(values: Floats) -> float | None:
    """The strength of the day of the week, in the means of days."""
    return strength(_days(values), WEEK)


def without_seasons(values: Floats) -> Floats:
    """What is left without strong seasons."""
    weekly = of_weekdays(values)
    if weekly is not None and weekly >= STRONG:
        values = (
            values - np.repeat(np.resize(weekday_effects(values), len(values) // DAY + 1), DAY)[: len(values)]
        )
    hourly = of_hours(values)
    if hourly is not None and hourly >= STRONG:
        values = values - np.resize(by_phase(values, DAY), len(values))
    return values


def weekday_effects(values: Floats) -> Floats:
    """What each day of the week adds, float64[WEEK], counted from the first value on."""
    return by_phase(_days(values), WEEK)


def _drawn(rest: Floats) -> Floats:
    """Outliers drawn in: one of them would outweigh all seasons."""
    far = FAR * float(np.nanmedian(np.abs(rest)))
    return np.clip(rest, -far, far) if far else rest


def _days(values: Floats) -> Floats:
    whole = values[: len(values) // DAY * DAY].reshape(-1, DAY)
    # A day of which half is unknown has no mean.
    enough = np.isfinite(whole).sum(axis=1) * 2 >= DAY
    found = np.full(len(whole), np.nan)
    found[enough] = np.nanmean(whole[enough], axis=1)
    return found
