"""How large the largest tables are: what they grow by is foreseen from it."""

from collections.abc import Iterator

from django.db import connection

from heliograph.monitor.measure import Definition, Measure, known
from heliograph.monitor.probe import Ground, Probe

SIZE = Definition(
    "database_table_size_bytes", "bytes", "a large table with its indexes and partitions", labels=("table",)
)
# So many names, the largest ones.
MOST = 12
LARGEST = """
SELECT coalesce(pg_partition_root(c.oid), c.oid)::regclass::text AS name,
       sum(pg_total_relation_size(c.oid))::float8 AS size
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
GROUP BY 1 ORDER BY size DESC, name LIMIT %s
"""


def read(ground: Ground) -> Iterator[Measure]:
    """By the catalogue: no table is read."""
    with connection.cursor() as cursor:
        cursor.execute(LARGEST, [MOST])
        for name, size in cursor.fetchall():
            yield known(SIZE, size, table=name)


PROBE = Probe("database", (SIZE,), read, every=3_600, seconds=5)
