"""Means and shares with their 95 % intervals."""

import numpy as np
from scipy import stats

from tests.reports.recomputed.rows import known

Z = stats.norm.ppf(0.975)


def mean_of(values):
    """The mean with Student's interval."""
    n = len(values)
    half = stats.t.ppf(0.975, n - 1) * values.std() / n**0.5 if n > 1 else np.nan
    return known(values.mean()), known(values.mean() - half), known(values.mean() + half), n


def share_of(hits, n):
    """The share with Wilson's interval."""
    if not n:
        return None, None, None, 0
    p, z = hits / n, Z**2 / n
    middle, half = (p + z / 2) / (1 + z), (p * (1 - p) * z + z**2 / 4) ** 0.5 / (1 + z)
    return p, middle - half, middle + half, n
