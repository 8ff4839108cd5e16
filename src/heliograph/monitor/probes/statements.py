"""What statements take, whether indexes serve them, and room that tables hold in vain."""

from collections.abc import Iterator

from heliograph.monitor.measure import Definition, Measure, Rule, known, unknown
from heliograph.monitor.probe import Ground, Probe
from heliograph.monitor.tuning.asked import rows
from heliograph.monitor.tuning.needed import lacking
from heliograph.monitor.tuning.statements import why_unknown
from heliograph.monitor.tuning.tables import LEAST_BYTES, LEAST_ROWS, PAGES

ASKED = Definition("database_statements_total", "total", "statements of our account that were run")
TAKEN = Definition("database_statement_seconds_total", "total", "seconds that these took the server")
SLOWEST = Definition(
    "database_slowest_statement_seconds",
    "seconds",
    "what the slowest that was run twenty times takes, in the mean",
)
LACKING = Definition(
    "database_lacking_indexes",
    "count",
    "indexes that the code needs, and that are missing or invalid",
    Rule(0, 3),
)
BY_INDEX = Definition(
    "database_index_rows_ratio", "ratio", "of the rows read of large tables, those found by an index"
)
WASTED = Definition("database_bloat_bytes", "bytes", "room in large tables that holds nothing, by estimate")
OF_STATEMENTS = (ASKED, TAKEN, SLOWEST)
ALL = (*OF_STATEMENTS, LACKING, BY_INDEX, WASTED)
SUMS = """
SELECT coalesce(sum(calls), 0), coalesce(sum(total_exec_time), 0) / 1000,
       max(mean_exec_time) FILTER (WHERE calls >= 20) / 1000
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND userid = (SELECT oid FROM pg_roles WHERE rolname = current_user)
"""
READ = """
SELECT sum(idx_tup_fetch)::float8 / nullif(sum(coalesce(idx_tup_fetch, 0) + seq_tup_read), 0)
FROM pg_stat_user_tables WHERE n_live_tup >= %s
"""


def read(ground: Ground) -> Iterator[Measure]:
    """From what the server counts, and its catalogue."""
    if reason := why_unknown():
        yield from (unknown(one, reason) for one in OF_STATEMENTS)
    else:
        calls, seconds, slowest = rows(SUMS)[0]
        yield known(ASKED, calls)
        yield known(TAKEN, seconds)
        if slowest is not None:
            yield known(SLOWEST, slowest)
    absent = lacking()
    yield known(LACKING, len(absent), note=", ".join(one.name for one in absent[:3]))
    if (share := rows(READ, [LEAST_ROWS])[0][0]) is not None:
        yield known(BY_INDEX, share)
    sizes = rows(PAGES, [LEAST_BYTES])
    wasted = {table: max(size - wanted, 0.0) for table, size, wanted in sizes}
    yield known(WASTED, sum(wasted.values()), note=max(wasted, key=lambda name: wasted[name], default=""))


PROBE = Probe("database", ALL, read, every=300, seconds=5)
