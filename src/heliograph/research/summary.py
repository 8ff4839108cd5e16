"""The figures of a backtest as they are stored: averages with their number and 95 % interval."""

from dataclasses import asdict

import numpy as np

from heliograph.engine.backtest import Backtest
from heliograph.engine.bars import Floats
from heliograph.signals.scores import Estimate, mean, share


def figures(done: Backtest, *, still_open: int) -> dict[str, object]:
    """The seven figures of a summary by name, and estimates of hit rate and means."""
    records = done.records
    known = records["r"][~np.isnan(records["r"])]
    wins = int((records["return_pct"] > 0).sum())
    return {
        "figures": asdict(done.summary),
        "open": still_open,
        "estimates": {
            "hit_rate": asdict(share(wins, len(records))),
            "mean_r": asdict(_mean(known)),
            "mean_return_pct": asdict(_mean(records["return_pct"])),
        },
    }


def _mean(values: Floats) -> Estimate:
    n = len(values)
    return mean(float(values.mean()) if n else None, float(values.std(ddof=1)) if n > 1 else None, n)
