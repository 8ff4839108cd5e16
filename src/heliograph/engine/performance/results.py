"""Measures of results signal by signal: in R, or as returns.

A result above zero is a win, or hit, one below zero a loss; zero is neither, and counts in the number. Values
are given in the order in which the signals ended; only streaks depend on it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.performance.distribution import Distribution, describe
from heliograph.engine.performance.estimates import Estimate, mean_of, share
from heliograph.engine.performance.known import known, known_together, over


@dataclass(frozen=True, slots=True)
class Streaks:
    """The most wins and the most losses in a row, and how many in a row there are at the end: wins as a
    positive number, losses as a negative one, 0 after a zero. All None without a value.
    """

    wins: int | None
    losses: int | None
    current: int | None


@dataclass(frozen=True, slots=True)
class ResultFigures:
    """Results at once, in their own unit; see the functions of this module. `total` is their sum."""

    hit_rate: Estimate
    expectancy: Estimate
    total: float | None
    profit_factor: float | None
    payoff_ratio: float | None
    streaks: Streaks
    distribution: Distribution


@dataclass(frozen=True, slots=True)
class Excursions:
    """How far signals went for and against before they ended, in R. The worst is 0 or negative.

    `best_of_losses` tells what was there to be taken from those that lost, `worst_of_wins` what had to be
    borne by those that won.
    """

    best: Distribution
    worst: Distribution
    best_of_losses: Distribution
    worst_of_wins: Distribution


def result_figures(values: npt.ArrayLike) -> ResultFigures:
    """All measures of a row of results; NaN and infinite ones are left out, and counted in the
    distribution.
    """
    row = known(values)
    return ResultFigures(
        hit_rate=hit_rate(row),
        expectancy=mean_of(row),
        total=float(np.sum(row)) if len(row) else None,
        profit_factor=profit_factor(row),
        payoff_ratio=payoff_ratio(row),
        streaks=streaks(row),
        distribution=describe(values),
    )


def hit_rate(values: npt.ArrayLike) -> Estimate:
    """The share of results above zero, 0 to 1, with Wilson's interval; unknown ones are left out."""
    row = known(values)
    return share(int(np.count_nonzero(row > 0)), len(row))


def expectancy(values: npt.ArrayLike) -> Estimate:
    """The mean result, in its unit, with Student's interval; unknown ones are left out.

    Tharp (1998), "Trade your way to financial freedom": what a signal brings on average, in R. The interval
    holds for independent results; `bootstrap_mean_by_day` has one for those that overlap.
    """
    return mean_of(values)


def profit_factor(values: npt.ArrayLike) -> float | None:
    """The sum of the wins over that of the losses, without a unit; None without a loss.

    Schwager (1984), "A complete guide to the futures markets": gross profit over gross loss.
    """
    row = known(values)
    return over(float(np.sum(row[row > 0])), -float(np.sum(row[row < 0])))


def payoff_ratio(values: npt.ArrayLike) -> float | None:
    """The mean win over the mean loss, without a unit; None without a win or without a loss.

    Vince (1990), "Portfolio management formulas".
    """
    row = known(values)
    wins, losses = row[row > 0], row[row < 0]
    if not len(wins) or not len(losses):
        return None
    return float(np.mean(wins)) / -float(np.mean(losses))


def streaks(values: npt.ArrayLike) -> Streaks:
    """Runs of wins and of losses; a zero ends either, an unknown result is left out and ends none."""
    row = known(values)
    if not len(row):
        return Streaks(None, None, None)
    signs = np.sign(row)
    starts = np.flatnonzero(np.concatenate(([True], signs[1:] != signs[:-1])))
    lengths, of = np.diff(np.append(starts, len(row))), signs[starts]
    return Streaks(
        wins=int(np.max(lengths[of > 0], initial=0)),
        losses=int(np.max(lengths[of < 0], initial=0)),
        current=int(lengths[-1] * of[-1]),
    )


def excursions(mfe: npt.ArrayLike, mae: npt.ArrayLike, results: npt.ArrayLike) -> Excursions:
    """The distributions of the best and of the worst excursion of each signal, three rows of one length in R.

    What is unknown is left out where it is unknown. Sweeney (1996), "Maximum adverse excursion".
    """
    best_of_all, after = known_together(mfe, results)
    worst_of_all, ended = known_together(mae, results)
    return Excursions(
        best=describe(mfe),
        worst=describe(mae),
        best_of_losses=describe(best_of_all[after < 0]),
        worst_of_wins=describe(worst_of_all[ended > 0]),
    )
