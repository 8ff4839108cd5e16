"""What is ahead and what to do, recomputed from the rows of forecasts, hours and recommendations."""

import json
from datetime import timedelta

import numpy as np
import pandas as pd
from scipy import stats

from tests.reports.recomputed.rows import ask, moment

FORECASTS = """
SELECT DISTINCT ON (f.kind, f.name, f.labels, f.version_id) f.*, s.name AS strategy, v.number AS version
FROM forecasts_forecast f LEFT JOIN signals_strategyversion v ON v.id = f.version_id
LEFT JOIN signals_strategy s ON s.id = v.strategy_id
WHERE made_at <= %s AND made_at > %s ORDER BY f.kind, f.name, f.labels, f.version_id, made_at DESC, f.id DESC
"""
HOURS = """
SELECT s.name, s.labels, h.at, u.sum / u.count AS mean
FROM monitor_hour h CROSS JOIN LATERAL unnest(h.series, h.counts, h.sums) AS u(id, count, sum)
JOIN monitor_series s ON s.id = u.id
WHERE s.name NOT LIKE '%%_total' AND h.at >= %s AND h.at < %s ORDER BY h.at
"""
ADVICE = "SELECT * FROM advice_recommendation ORDER BY opened_at DESC, id DESC"
# How often the level of a measure was shifted in the rows that a test wrote.
SHIFTED = {"queue_depth jobs": 1}
# What each is called, the unit it is read in, and how much of the base unit that is. What nobody measures
# keeps its name.
READ = {
    "health_score": ("Health", "of 100", 1),
    "database_size_bytes": ("Database size", "MB", 1e6),
    "host_disk_free_bytes": ("Disk free", "MB", 1e6),
    "strategy_expectancy_r": ("Mean R of the next signals", "R", 1),
}


def named(name, labels):
    return " ".join([READ.get(name, (name,))[0], *json.loads(labels).values()])


def read_in(name):
    return READ.get(name, (name, None, 1))[1:]


def trends(until):
    """The newest forecasts of the eight days before, and the slopes of four weeks of hours."""
    newest = ask(FORECASTS, until, until - timedelta(days=8)).astype(object)
    newest = newest.where(newest.notna(), None)
    forecasts = []
    for one in newest.itertuples():
        unit, size = read_in(one.name)
        ends = [row[-1] / size if row else None for row in (one.low, one.mean, one.high)]
        full = one.full_mean and moment(pd.Timestamp(one.full_mean))
        of_version = f" of {one.strategy} v{int(one.version)}" if one.version else ""
        what = named(one.name, one.labels) + of_version
        told = what, one.kind, moment(one.made_at), unit, *ends, full, one.reason or None
        forecasts.append(list(told))
    hours = ask(HOURS, until - timedelta(days=28), until)
    hours["series"] = [named(name, labels) for name, labels in zip(hours.name, hours.labels, strict=True)]
    moving = []
    for series, part in hours.groupby("series"):
        unit, size = read_in(part["name"].iloc[0])
        slope, low, high = (one / size for one in slope_of(part["mean"].to_numpy()))
        shifts = SHIFTED.get(series, 0)
        if low > 0 or high < 0 or shifts:
            moving.append([series, unit, slope, low, high, shifts])
    if not forecasts and not moving:
        return None
    none_moves = "No measure has a slope or a shift of level that stands out."
    none_made = "No forecast was made until the end of the period."
    tables = {
        "forecasts": {"rows": forecasts, "note": None if forecasts else none_made},
        "trends": {"rows": moving, "note": None if moving else none_moves},
    }
    return {"figures": {}, "tables": tables}


def slope_of(values):
    """Sen's slope in a day, its 80 % interval widened by how alike residuals are; of hours without gaps."""
    width = -(-len(values) // 336)
    days = np.arange(len(values)) / 24
    days, known = (
        np.median(row[len(row) % width :].reshape(-1, width), axis=1) if width > 1 else row
        for row in (days, values)
    )
    days = days - days[-1]
    slope, start, low, high = stats.theilslopes(known, days, 0.95)
    rest = known - start - slope * days
    if not rest.any():
        return slope, slope, slope
    like = min(max((rest[1:] @ rest[:-1]) / (rest @ rest), 0), 0.999)
    changes = np.diff(values[::-1][::24][::-1])
    if len(rest) * (1 - like) < 21.8:
        error, freedom = changes.std(ddof=1) / len(changes) ** 0.5, len(changes) - 1
    else:
        alike = max(len(rest) * (1 - like) / (1 + like), 3)
        error, freedom = (high - low) / 2 / stats.norm.ppf(0.975) * (len(rest) / alike) ** 0.5, alike - 2
    half = stats.t.ppf(0.9, freedom) * error
    return slope, slope - half, slope + half


def recommendations(since, until, before):
    """Those that stood in the period, as they were at its end."""
    rows = ask(ADVICE)
    rows = rows[rows.audience.isna()]
    ended = pd.to_datetime(rows.answered_at.fillna(rows.seen_at), utc=True)
    opened = pd.to_datetime(rows.opened_at, utc=True)

    def stood(start, end):
        return (opened < end) & ((rows.state == "open") | (ended >= start))

    states = rows.state.where(ended < until, "open")
    chosen = stood(since, until)
    lines = [
        [title, why, moment(at), state]
        for title, why, at, state in zip(
            rows.title[chosen], rows.why[chosen], opened[chosen], states[chosen], strict=True
        )
    ]
    standing = {
        "value": len(lines),
        "previous": int(stood(before, since).sum()),
        "low": None,
        "high": None,
        "n": None,
    }
    note = None if lines else "Nothing was recommended."
    return {"figures": {"standing": standing}, "tables": {"recommendations": {"rows": lines, "note": note}}}
