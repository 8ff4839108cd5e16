"""How good the candles were, and how well the installation was."""

from datetime import timedelta

import pandas as pd

from tests.reports.recomputed.rows import ask, beside, moment, rows_of

QUALITY = """
SELECT q.*, ve.name AS venue, ve.name || ':' || i.symbol || ' ' || se.timeframe AS series
FROM reports_qualityday q JOIN market_series se ON se.id = q.series_id
JOIN market_instrument i ON i.id = se.instrument_id JOIN market_venue ve ON ve.id = i.venue_id
WHERE q.day BETWEEN %s AND %s
"""
# Of the minutes, of which the report reads none.
HEALTH = """
SELECT m.at, u.least, u.sum, u.count, u.last
FROM monitor_minute m CROSS JOIN LATERAL unnest(m.series, m.counts, m.least, m.sums, m.last)
     AS u(id, count, least, sum, last) JOIN monitor_series s ON s.id = u.id
WHERE s.name = 'health_score' ORDER BY m.at
"""
PARTS = {
    "completeness": 0.4,
    "freshness": 0.2,
    "gaps": 0.1,
    "revisions": 0.1,
    "plausibility": 0.15,
    "duplicates": 0.05,
}
NO = {"figures": {"score": None, **dict.fromkeys(PARTS)}}


def quality_of(days):
    """Score, parts, and the bars expected and stored."""

    def clean(bad, of):
        return 1 - min(bad / of / 0.1, 1) if of else None

    sums = days[["expected", "stored", "gaps", "timed", "timely", "revised", "judged", "implausible"]].sum()
    parts = {
        "completeness": min(sums.stored / sums.expected, 1) if sums.expected else None,
        "freshness": sums.timely / sums.timed if sums.timed else None,
        "gaps": 1 - min(sums.gaps / len(days) / 6, 1) if sums.expected else None,
        "revisions": clean(sums.revised, sums.stored),
        "plausibility": clean(sums.implausible, sums.judged),
        "duplicates": clean(days.duplicates.sum(), sums.stored),
    }
    told = {name: value for name, value in parts.items() if value is not None}
    weight = sum(PARTS[name] for name in told)
    score = 100 * sum(PARTS[name] * value for name, value in told.items()) / weight if told else None
    return {"score": score} | parts, (int(sums.expected), int(sums.stored))


def quality_of_days(span):
    """The quality of the UTC days that a period touches; None where none was kept."""
    days = ask(QUALITY, span.since.date(), (span.until - timedelta(microseconds=1)).date())
    if not len(days):
        return None

    def table(by):
        for name, part in days.groupby(by):
            parts, counts = quality_of(part)
            yield str(name), *parts.values(), *counts

    def worst(by):
        return sorted(table(by), key=lambda one: (one[1] is not None, one[1] or 0, one[0]))

    left = max(0, days.series.nunique() - 20)
    note = f"{left:,} that are better are left out." if left else None
    tables = {
        "by_day": rows_of(table("day")),
        "by_venue": rows_of(worst("venue")),
        "worst": rows_of(worst("series")[:20], note),
    }
    return {"figures": quality_of(days)[0], "tables": tables}


def quality(now, then):
    """Beside that of the period before, which may be unknown."""
    own, old = quality_of_days(now), quality_of_days(then)
    return own and own | {"figures": beside(own["figures"], (old or NO)["figures"])}


def health(now, then):
    """The score by the hours that ended in each period."""
    looks = ask(HEALTH)
    looks["hour"] = pd.to_datetime(looks["at"], utc=True).dt.floor("h")
    by_hour = looks.groupby("hour").agg(
        least=("least", "min"), sum=("sum", "sum"), n=("count", "sum"), last=("last", "last")
    )
    by_hour["mean"] = by_hour["sum"] / by_hour.n
    ends = by_hour.index + pd.Timedelta(hours=1)
    own, old = (by_hour[(ends > span.since) & (ends <= span.until)] for span in (now, then))
    if not len(own):
        return None

    def figures(hours):
        if not len(hours):
            return dict.fromkeys(("mean", "least", "last"))
        return {"mean": hours["mean"].mean(), "least": hours.least.min(), "last": hours["last"].iloc[-1]}

    course = [(moment(hour), one.least, one["mean"]) for hour, one in own.iterrows()]
    return {"figures": beside(figures(own), figures(old)), "tables": {"course": rows_of(course)}}
