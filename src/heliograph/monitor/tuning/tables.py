"""Tables: dead rows, room that is not used, statistics that are old, partitions without a row."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from heliograph.market.models import Series, Venue
from heliograph.market.months import ATTACH, CREATE, partition
from heliograph.monitor.tuning.advice import Advice
from heliograph.monitor.tuning.asked import quoted, rows

LEAST_ROWS = 10_000
# Of the rows of a table: more dead ones than the server's own cleaning leaves, and more changed ones than it
# leaves without looking again.
DEAD, CHANGED = 0.25, 0.25
# Of the pages of a table, that hold nothing, and how many bytes that is at least.
EMPTY, LEAST_BYTES = 0.5, 64 * 1024 * 1024
# Each partition is looked at and locked by a question over all of a history.
MOST_EMPTY = 24
ROWS = """
SELECT relname, n_live_tup, n_dead_tup, n_mod_since_analyze,
       coalesce(greatest(last_analyze, last_autoanalyze)::text, '')
FROM pg_stat_user_tables
WHERE schemaname = current_schema() AND greatest(n_live_tup + n_dead_tup, n_mod_since_analyze) >= %s
ORDER BY relname
"""
# By the mean width of a row as statistics have it, and a head of 28 bytes; only where both are known.
PAGES = """
SELECT c.relname, pg_relation_size(c.oid), c.reltuples * (28 + w.width) * 1.1
FROM pg_class AS c
CROSS JOIN LATERAL (
    SELECT sum((1 - null_frac) * avg_width) AS width, count(*) AS columns FROM pg_stats
    WHERE schemaname = current_schema() AND tablename = c.relname AND NOT inherited
) AS w
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.reltuples > 0
  AND w.columns > 0 AND pg_relation_size(c.oid) >= %s
ORDER BY c.relname
"""
EMPTY_MONTHS = """
SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = to_regclass('candle') AND pg_relation_size(c.oid) = 0
ORDER BY c.relname
"""
# A candle that came meanwhile must not go with it.
DROP_EMPTY = """
DO $$ BEGIN
    LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM {name}) THEN RAISE 'it is not empty any more'; END IF;
    DROP TABLE {name};
END $$
""".strip()


def tables(*, at: datetime) -> list[Advice]:
    """What is to be done about tables."""
    return [*_rows(), *_pages(), *_months(at=at)]


def _rows() -> Iterator[Advice]:
    for table, live, dead, changed, analyzed in rows(ROWS, [LEAST_ROWS]):
        measured = {"live_rows": live, "dead_rows": dead, "changed_rows": changed}
        if dead >= LEAST_ROWS and dead >= DEAD * (live + dead):
            share = 100 * dead / (live + dead)
            why = f"{dead:,} dead rows, {share:.0f} % of all, that its cleaning has not come to"
            statement = f"VACUUM (ANALYZE) {quoted(table)}"
            yield Advice("dead rows", table, why, statement, is_safe=True, measured=measured)
        elif changed >= LEAST_ROWS and changed >= CHANGED * live:
            since = f"since {analyzed[:16]}" if analyzed else "and nobody has looked at them"
            why = f"{changed:,} rows changed {since}: plans go by what was there before"
            yield Advice(
                "old statistics", table, why, f"ANALYZE {quoted(table)}", is_safe=True, measured=measured
            )


def _pages() -> Iterator[Advice]:
    for table, size, wanted in rows(PAGES, [LEAST_BYTES]):
        if size - wanted >= max(LEAST_BYTES, EMPTY * size):
            why = (
                f"some {(size - wanted) / 2**20:,.0f} MiB of {size / 2**20:,.0f} hold nothing; new rows use"
                " them, and only VACUUM FULL, which locks the table, or pg_repack gives them back"
            )
            yield Advice("bloat", table, why, measured={"bytes": size, "wanted_bytes": float(wanted)})


def _months(*, at: datetime) -> Iterator[Advice]:
    """Empty months beyond some, and the month to come where candles are about to reach it."""
    this, soon = (np.datetime64(moment.replace(tzinfo=None), "M") for moment in (at, at + timedelta(days=3)))
    empty = [name for (name,) in rows(EMPTY_MONTHS) if name not in (partition(this), partition(soon))]
    if len(empty) > MOST_EMPTY:
        for name in empty:
            why = f"it is empty, one of {len(empty)} that each question about a history looks at"
            yield Advice("partition", name, why, DROP_EMPTY.format(name=quoted(name)), is_safe=True)
    if soon != this and _is_awaited(partition(soon), at=at):
        name = partition(soon)
        made = CREATE.format(name=name), ATTACH.format(name=name, start=soon, end=soon + 1).strip()
        why = "it begins within three days; made now, its first bar need not wait for it"
        undo = DROP_EMPTY.format(name=quoted(name))
        yield Advice("partition", name, why, "; ".join(made), undo, is_safe=True)


def _is_awaited(name: str, *, at: datetime) -> bool:
    """True if candles come from exchanges, and the month of that name is not there."""
    kind = Venue.Kind.EXCHANGE
    watched = Series.objects.filter(instrument__venue__kind=kind, last_open__gte=at - timedelta(days=3))
    return rows("SELECT to_regclass(%s) IS NULL", [name])[0][0] and watched.exists()
