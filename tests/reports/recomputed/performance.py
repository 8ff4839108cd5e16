"""What the signals that ended were worth."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from tests.reports.recomputed.estimates import mean_of, share_of
from tests.reports.recomputed.rows import figure, known, moment, rows_of, settled

YEAR = 365**0.5


def bins_of(own):
    """Tenths of confidence: how many, how sure, how often right."""
    said = own[own.confidence.between(0, 1) & own.return_pct.notna()]
    edges = np.linspace(0, 1, 11)
    tenth = np.minimum(np.searchsorted(edges, said.confidence, side="right") - 1, 9)
    for place, part in said.groupby(tenth):
        hits = int((part.return_pct > 0).sum())
        yield (
            edges[place],
            edges[place + 1],
            len(part),
            part.confidence.mean(),
            *share_of(hits, len(part))[:3],
        )


def days_of(own, span):
    """Returns of the days of the zone, from the first on which something ended to the last."""
    ended = own[own.return_pct.notna()]
    if not len(ended) or (span.until - span.since).days < 3:
        return None
    by_day = ended.groupby(ended.exit_time.dt.tz_convert(span.zone).dt.date).return_pct.sum()
    by_day.index = pd.to_datetime(by_day.index)
    return by_day.reindex(pd.date_range(by_day.index[0], by_day.index[-1]), fill_value=0.0).to_numpy()


def series(days):
    """What the days were like; all of it unknown without days."""
    names = ("max_drawdown_pct", "sharpe", "sortino", "calmar", "value_at_risk_pct", "expected_shortfall_pct")
    if days is None:
        return dict.fromkeys(names)
    curve = np.concatenate(([0.0], days.cumsum()))
    fall = (np.maximum.accumulate(curve) - curve).max()
    worst, part = np.sort(days), 0.05 * len(days)
    tail = worst[: int(part)].sum() + (part - int(part)) * worst[int(part)]
    deviation = days.std(ddof=1) if len(days) > 1 else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (
            fall,
            days.mean() / deviation * YEAR,
            days.mean() / np.sqrt((np.minimum(days, 0) ** 2).mean()) * YEAR,
            np.divide(days.mean() * 365, fall),
            -np.quantile(days, 0.05),
            -tail / part,
        )
    return {name: known(value) for name, value in zip(names, values, strict=True)}


def worth(rows, span):
    """The figures of one period by name; those with an interval as mean, ends and number."""
    own = span.of(settled(rows), "exit_time")
    r, pct = own.r.dropna(), own.return_pct.dropna()
    said = own[own.confidence.between(0, 1) & own.return_pct.notna()]
    lost = -pct[pct < 0].sum()
    tenths = list(bins_of(own))
    return {
        "settled": len(own),
        "hit_rate": share_of(int((pct > 0).sum()), len(pct)),
        "mean_r": mean_of(r),
        "mean_pct": mean_of(pct),
        "total_r": known(r.sum()) if len(r) else None,
        "total_pct": known(pct.sum()) if len(pct) else None,
        "profit_factor": known(pct[pct > 0].sum() / lost) if lost else None,
        **series(days_of(own, span)),
        "mfe_r": known(own.mfe_r.mean()),
        "mae_r": known(own.mae_r.mean()),
        "hours_held": known((own.exit_time - own.entry_time).dt.total_seconds().mean() / 3600),
        "brier": known(((said.confidence - (said.return_pct > 0)) ** 2).mean()),
        "calibration_error": sum(n * abs(sure - hits) for _, _, n, sure, hits, *_ in tenths) / len(said)
        if len(said)
        else None,
    }


def grouped(own, by):
    """The rows of a table of groups."""
    for name, part in own.groupby(by):
        r, pct = part.r.dropna(), part.return_pct.dropna()
        mean, low, high, n = mean_of(r)
        rate = share_of(int((pct > 0).sum()), len(pct))[0]
        sums = known(r.sum()) if n else None, known(pct.sum()) if len(pct) else None
        yield name, len(part), rate, mean, low, high, *sums


def performance(rows, now, then):
    """What ended in the period."""
    own = now.of(settled(rows), "exit_time")
    new, old = worth(rows, now), worth(rows, then)
    figures = {
        name: figure(
            *([value[0], old[name][0], *value[1:]] if isinstance(value, tuple) else [value, old[name]])
        )
        for name, value in new.items()
    }
    none = None if len(own) else "No signal settled in the period."
    hours = now.until - now.since <= timedelta(days=3)
    unit = "hour" if hours else "day"
    begins = own.exit_time.dt.floor("h") if hours else own.exit_time.dt.tz_convert(now.zone).dt.normalize()
    curve, sums = [], [0.0, 0.0]
    for begin, part in own.groupby(begins):
        ended = [known(part[name].sum(min_count=1)) for name in ("r", "return_pct")]
        sums = [one + (more or 0.0) for one, more in zip(sums, ended, strict=True)]
        curve.append((moment(begin.tz_convert("UTC")), len(part), *ended, *sums))
    edges = [-np.inf, *np.arange(-6, 11) / 2, np.inf]
    spread = [
        (known(low), known(high), int(((own.r >= low) & (own.r < high)).sum()))
        for low, high in pairwise(edges)
    ]
    instruments = list(grouped(own, ["instrument_id", "instrument"]))
    instruments.sort(key=lambda one: (-(one[6] or 0.0), -(one[7] or 0.0), one[0][0]))
    left = max(0, len(instruments) - 20)
    shown = instruments if not left else instruments[:10] + instruments[-10:]
    note = f"The best and the worst by their sum of R; {left:,} between them are left out." if left else none
    left_out = f"{unit.capitalize()}s in which nothing ended are left out." if curve else "Nothing ended."
    confidence = list(bins_of(own))
    return {
        "figures": figures,
        "tables": {
            "curve": rows_of(curve, left_out),
            "spread_r": rows_of(spread if own.r.notna().any() else []),
            "by_version": rows_of(grouped(own, "version"), none),
            "by_instrument": rows_of(((key[1], *rest) for key, *rest in shown), note),
            "by_side": rows_of(grouped(own, "side"), none),
            "by_exit": rows_of(grouped(own, "exit_reason"), none),
            "confidence": rows_of(confidence, None if confidence else "No confidence."),
        },
    }
