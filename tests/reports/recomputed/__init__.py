"""A report recomputed from the rows by SQL, pandas and scipy: nothing here is shared with what makes it."""

import pandas as pd

from tests.reports.recomputed.data import health, quality
from tests.reports.recomputed.outlook import recommendations, trends
from tests.reports.recomputed.performance import performance
from tests.reports.recomputed.rows import Span, all_signals
from tests.reports.recomputed.signals import details, signals
from tests.reports.recomputed.words import sentences


def recomputed(told, *, hidden=()):
    """All numbers, times, names and sentences that a report of its period has to say."""
    period = told["period"]
    before, since, until = (pd.Timestamp(period[name]) for name in ("before", "since", "until"))
    now, then = Span(since, until, period["zone"]), Span(before, since, period["zone"])
    rows = all_signals(hidden)
    found = {
        "period": period,
        "signals": signals(rows, now, then),
        "performance": performance(rows, now, then),
        "data_quality": quality(now, then),
        "health": health(now, then),
        "trends": trends(until),
        "recommendations": recommendations(since, until, before),
        "details": details(rows, now),
    }
    return found | {"summary": sentences(found)}
