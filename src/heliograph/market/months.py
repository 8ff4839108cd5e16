"""The monthly partitions of the candles, made when the first bar of a month arrives."""

import numpy as np
from django.db import connection

from heliograph.engine.bars import Times

# Any number that nobody else locks: the letters "candle" in hexadecimal.
LOCK = 0x63616E646C65

CREATE = "CREATE TABLE {name} (LIKE candle INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
# Attaching lets readers and writers of other months go on, where CREATE .. PARTITION OF would stop them.
ATTACH = """
ALTER TABLE candle ATTACH PARTITION {name} FOR VALUES FROM ('{start}-01 00:00+00') TO ('{end}-01 00:00+00')
"""
# The catalogue itself: to_regclass() may remember, behind the lock, that there was none before it.
MISSING = """
SELECT name FROM unnest(%s::text[]) AS name
WHERE NOT EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = current_schema()::regnamespace)
"""


def ensure_months(times: Times) -> None:
    """Make the partitions that bars opening at these UTC milliseconds need. Safe beside other writers."""
    months = np.unique(times.astype("datetime64[ms]").astype("datetime64[M]"))
    with connection.cursor() as cursor:
        if not _missing(cursor, months):
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for month in _missing(cursor, months):
            name = partition(month)
            cursor.execute(CREATE.format(name=name))
            cursor.execute(ATTACH.format(name=name, start=month, end=month + 1))


def partition(month: np.datetime64) -> str:
    """The name of the partition of a month."""
    year, number = str(month).split("-")
    return f"candle_y{year}m{number}"


def _missing(cursor, months) -> list[np.datetime64]:
    names = [partition(month) for month in months]
    cursor.execute(MISSING, [names])
    absent = {name for (name,) in cursor.fetchall()}
    return [month for month, name in zip(months, names, strict=True) if name in absent]
