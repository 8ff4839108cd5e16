"""Measures as they were kept over weeks, whose truth is known."""

from datetime import UTC, datetime, timedelta

import numpy as np

from heliograph.monitor.models import Hour, Series

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOURS = timedelta(hours=1)
DAY = 24


def keep_hours(series, *, until=NOON):
    """Hours before a moment of measures by name, or by name and one label; NaN: it was not known."""
    rows = {}
    for key, values in series.items():
        name, labels = key if isinstance(key, tuple) else (key, {})
        row, _ = Series.objects.get_or_create(name=name, labels=dict(labels))
        for place, value in enumerate(values):
            if np.isfinite(value):
                at = until - (len(values) - place) * HOURS
                rows.setdefault(at, []).append((row.pk, float(value)))
    for at, found in rows.items():
        add_hour(at, found)


def add_hour(at, found):
    """An hour in which each was measured four times, always the same."""
    ids, values = [pk for pk, _ in found], [value for _, value in found]
    made, _ = Hour.objects.get_or_create(
        at=at, defaults={name: [] for name in ("series", "counts", "least", "most", "sums", "last")}
    )
    made.series += ids
    made.counts += [4] * len(ids)
    made.sums += [4 * value for value in values]
    for name in ("least", "most", "last"):
        setattr(made, name, getattr(made, name) + values)
    made.save()


def daily(n, size=3.0):
    """A day's season."""
    return size * np.sin(2 * np.pi * np.arange(n) / DAY)


def carried(dice, n, part):
    """Noise of which each value carries on a part of the one before."""
    noise, found = dice.normal(size=n), np.zeros(n)
    for place in range(1, n):
        found[place] = part * found[place - 1] + noise[place]
    return found
