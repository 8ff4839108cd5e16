"""Notes in the rows of watches and feeds, locked in the order of their numbers.

Polls, streams and the healing of gaps write into the same rows at once: in one order, none waits for another
in a circle.
"""

from collections.abc import Sequence

from django.db import connection, models, transaction

from heliograph.market.models import Feed, Watch

# A statement locks what it changes in the order in which it comes across it, which is any.
WRITE = """
WITH locked AS MATERIALIZED (
    SELECT id FROM {table} WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE)
UPDATE {table} AS noted SET {changes}
FROM locked JOIN unnest(%s::bigint[], {arrays}) AS new(id, {columns}) ON new.id = locked.id
WHERE noted.id = locked.id
"""
TYPES = {
    models.DateTimeField: "timestamptz[]",
    models.TextField: "text[]",
    models.PositiveIntegerField: "integer[]",
}


def write(rows: Sequence[Watch] | Sequence[Feed], columns: Sequence[str]) -> None:
    """Write these columns of the rows, all in one statement."""
    if not rows:
        return
    meta = rows[0]._meta
    statement = WRITE.format(
        table=meta.db_table,
        changes=", ".join(f"{name} = new.{name}" for name in columns),
        arrays=", ".join(f"%s::{TYPES[type(meta.get_field(name))]}" for name in columns),
        columns=", ".join(columns),
    )
    ids = [row.pk for row in rows]
    values = [[getattr(row, name) for row in rows] for name in columns]
    with connection.cursor() as cursor:
        cursor.execute(statement, [ids, ids, *values])


@transaction.atomic
def update(rows: models.QuerySet, **values: object) -> None:
    """Give all these rows the same values."""
    rows.model.objects.filter(pk__in=locked(rows)).update(**values)


def locked(rows: models.QuerySet) -> list[int]:
    """Lock these rows until the transaction ends; their numbers, rising."""
    ordered = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return list(ordered.values_list("pk", flat=True))
