"""Student's t and the normal distribution, as far as intervals and tests need them."""

from functools import lru_cache
from math import exp, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

NORMAL = NormalDist()
Z95 = 1.959963984540054
OUTSIDE = 0.05
# From so many degrees of freedom on the series below are exact to the last digits.
MANY = 1_000
CLOSE = 1e-15


@lru_cache(maxsize=4_096)
def student(freedom: float) -> float:
    """The 97.5 % quantile of Student's t, for one degree of freedom or more.

    Newton's method from below, where the tail is convex; Abramowitz and Stegun 26.7.5 for many degrees.
    """
    if freedom > MANY:
        z, v = Z95, freedom
        third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        return z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2) + third
    t, step = Z95, 1.0
    while step > 1e-13 * t:
        step = (both_tails(t, freedom) - OUTSIDE) / (2 * _density(t, freedom))
        t += step
    return t


def both_tails(t: float, freedom: float) -> float:
    """The probability that Student's t is at least as far from 0 as `t`.

    The incomplete beta function I_x(v/2, 1/2) with x = v / (v + t^2); for many degrees the normal
    distribution after Abramowitz and Stegun 26.7.8.
    """
    if not t:
        return 1.0
    if freedom > 1_000 * MANY:
        z = abs(t) * (1 - 1 / (4 * freedom)) / sqrt(1 + t * t / (2 * freedom))
        return 2 * NORMAL.cdf(-z)
    x = freedom / (freedom + t * t)
    if x < (freedom / 2 + 1) / (freedom / 2 + 2.5):
        return _incomplete_beta(x, freedom / 2, 0.5)
    return 1 - _incomplete_beta(1 - x, 0.5, freedom / 2)


def _density(t: float, v: float) -> float:
    return exp(lgamma((v + 1) / 2) - lgamma(v / 2) - (v + 1) / 2 * log1p(t * t / v)) / sqrt(v * pi)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """By the continued fraction 26.5.8 of Abramowitz and Stegun, evaluated as Lentz does."""
    if x <= 0:
        return 0.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value, step, m = d, 2.0, 1
    while abs(step - 1) > CLOSE and m < MANY:
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / (1 + even * d), 1 + even / c
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / (1 + odd * d), 1 + odd / c
        step = d * c
        value *= step
        m += 1
    return front * value
