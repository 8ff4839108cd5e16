"""The figures of a backtest as they are stored: averages with their number and 95 % interval."""

from dataclasses import asdict

from heliograph.engine.backtest import Backtest
from heliograph.engine.performance.estimates import mean_of, share


def figures(done: Backtest, *, still_open: int) -> dict[str, object]:
    """The seven figures of a summary by name, and estimates of hit rate and means."""
    records = done.records
    wins = int((records["return_pct"] > 0).sum())
    return {
        "figures": asdict(done.summary),
        "open": still_open,
        "estimates": {
            "hit_rate": asdict(share(wins, len(records))),
            "mean_r": asdict(mean_of(records["r"])),
            "mean_return_pct": asdict(mean_of(records["return_pct"])),
        },
    }
