"""Which timeframe bars have, and whether their opens lie on its grid."""

import math

import numpy as np

from heliograph.engine.bars import Times
from heliograph.engine.timeframe import DAY, FIRST_MONDAY, LENGTHS, WEEK
from heliograph.market.sources.files.table import Mask

NAMES = {ms: name for name, ms in LENGTHS.items() if ms}
# Months are 28 to 31 days long.
MONTH = (28 * DAY, 31 * DAY)
# So many equal steps in a row are no chance; in a short file fewer are.
RUN, SHORT_RUN, SHORT = 3, 2, 50
CHANCE = 1e-9


def on_grid(wall: Times, timeframe: str) -> Mask:
    """Which of these wall-clock opens lie on the timeframe's grid."""
    length = LENGTHS[timeframe]
    if length is None:
        return (wall % DAY == 0) & (
            wall.astype("datetime64[ms]").astype("datetime64[D]") == _month_starts(wall)
        )
    return (wall - (FIRST_MONDAY if length == WEEK else 0)) % length == 0


def spacing(wall: Times) -> str | None:
    """The timeframe that is the most frequent step between rising opens; None if that is none."""
    steps = np.diff(wall)
    if not len(steps):
        return None
    lengths, counts = np.unique(steps, return_counts=True)
    months = (steps >= MONTH[0]) & (steps <= MONTH[1])
    if months.sum() * 2 > len(steps):
        return "1M"
    return NAMES.get(int(lengths[counts.argmax()]))


def change_of_step(wall: Times) -> tuple[int, str, str] | None:
    """Where bars of one timeframe turn into those of another: (index, before, after), or None."""
    steps = np.diff(wall)
    return _change_between_ends(steps) or _stretch_of_another(steps, spacing(wall))


def _change_between_ends(steps: Times) -> tuple[int, str, str] | None:
    """Seen by steps that are equal at the start and equal at the end, each a timeframe, and not the same."""
    run = RUN if len(steps) >= SHORT else SHORT_RUN
    if len(steps) < 2 * run:
        return None
    before, after = (NAMES.get(int(step)) for step in (steps[0], steps[-1]))
    if not before or not after or before == after:
        return None
    if np.any(steps[:run] != steps[0]) or np.any(steps[-run:] != steps[-1]):
        return None
    turns = np.flatnonzero(steps != steps[-1])
    # Gaps may lie between: on either side nearly all steps must be that side's.
    place = int(turns[-1]) + 1
    if np.mean(steps[:place] == steps[0]) < 0.9:
        return None
    return place + 1, before, after


def _stretch_of_another(steps: Times, usual: str | None) -> tuple[int, str, str] | None:
    """Seen by equal steps in a row: shorter than the usual ones, or longer and too many to be gaps."""
    length = LENGTHS.get(usual or "")
    if length is None:
        return None
    starts = np.flatnonzero(np.diff(steps, prepend=0))
    runs = np.diff(starts, append=len(steps))
    for start, run in zip(starts[runs >= RUN].tolist(), runs[runs >= RUN].tolist(), strict=True):
        step = int(steps[start])
        if step not in NAMES or step == length or max(step, length) % min(step, length):
            continue
        if step < length or run >= _more_than_gaps(step // length):
            return (start + 1, str(usual), NAMES[step]) if start else (run + 1, NAMES[step], str(usual))
    return None


def _more_than_gaps(bars: int) -> float:
    """So many steps of so many bars are no gaps: at the worst share of missing bars a chance of 1e-9."""
    share = (1 - 1 / bars) ** (bars - 1) / bars
    return math.log(CHANCE) / math.log(share)


def ends(utc: Times, timeframe: str) -> Times:
    """When bars that open at these UTC milliseconds are over."""
    length = LENGTHS[timeframe]
    if length is not None:
        return utc + length
    # The open may lie up to a day off the UTC month where the file's zone is not UTC.
    months = (utc + DAY // 2).astype("datetime64[ms]").astype("datetime64[M]")
    shift = utc - months.astype("datetime64[ms]").astype(np.int64)
    return (months + 1).astype("datetime64[ms]").astype(np.int64) + shift


def _month_starts(wall: Times) -> np.ndarray:
    return wall.astype("datetime64[ms]").astype("datetime64[M]").astype("datetime64[D]")
