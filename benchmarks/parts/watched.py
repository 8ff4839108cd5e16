"""A history of what was measured, as if the installation had been as it is now for weeks, more or less."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

EVERY = 15.0
# By the sizes that are kept: raw two days, minutes 30, and hours.
DAYS = 35
FACTOR = "1 + 0.2 * sin(n * %(seconds)s * pi() / 43200) + 0.05 * random()"
RAW = f"""
INSERT INTO monitor_sample (at, series, numbers, reasons, spent_ms)
SELECT newest.at - n * interval '15 s', newest.series,
       ARRAY(SELECT x * factor FROM unnest(newest.numbers) AS x), newest.reasons, newest.spent_ms
FROM (SELECT * FROM monitor_sample ORDER BY at DESC LIMIT 1) AS newest,
     (SELECT n, {FACTOR} AS factor FROM generate_series(1, 11520) AS n) AS before
ON CONFLICT DO NOTHING
"""
# The look that was kept stands for the newest whole minute and hour.
NEWEST = """
INSERT INTO {table} (at, series, counts, least, most, sums, last)
SELECT date_trunc(%(span)s, at) - %(length)s::interval, array_agg(id), array_agg(4), array_agg(number),
       array_agg(number), array_agg(4 * number), array_agg(number)
FROM (SELECT at, id, number FROM (SELECT * FROM monitor_sample ORDER BY at DESC LIMIT 1) AS newest,
             unnest(series, numbers) AS u(id, number) WHERE number IS NOT NULL) AS known
GROUP BY at
ON CONFLICT DO NOTHING
"""
ROLLED = f"""
INSERT INTO {{table}} (at, series, counts, least, most, sums, last)
SELECT newest.at - n * %(length)s::interval, newest.series, newest.counts,
       ARRAY(SELECT x * factor FROM unnest(newest.least) AS x),
       ARRAY(SELECT x * factor FROM unnest(newest.most) AS x),
       ARRAY(SELECT x * factor FROM unnest(newest.sums) AS x),
       ARRAY(SELECT x * factor FROM unnest(newest.last) AS x)
FROM (SELECT * FROM {{table}} ORDER BY at DESC LIMIT 1) AS newest,
     (SELECT n, {FACTOR} AS factor FROM generate_series(1, %(count)s) AS n) AS before
ON CONFLICT DO NOTHING
"""


def fill_history() -> None:
    """Looks, minutes and hours before the newest look that is kept."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(RAW, {"seconds": EVERY})
        for table, span, seconds, count in (
            ("monitor_minute", "minute", 60, 1440 * 30),
            ("monitor_hour", "hour", 3600, 24 * DAYS),
        ):
            told = {"span": span, "length": f"{seconds} s", "seconds": seconds, "count": count}
            cursor.execute(NEWEST.format(table=table), told)
            cursor.execute(ROLLED.format(table=table), told)


def look_now() -> None:
    """Take a look and keep it, as a worker does."""
    from heliograph.kit.clock import utc_now
    from heliograph.monitor.take import keep_look
    from heliograph.workers.measuring import ground

    keep_look(ground(at=utc_now()))


@contextmanager
def looking() -> Iterator[None]:
    """A look every 15 seconds meanwhile."""
    over = threading.Event()

    def go_on() -> None:
        from django.db import connection

        while not over.wait(EVERY):
            look_now()
        connection.close()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
