"""Writes notices in the transaction that makes them true."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# The statement for those who write many rows at once; `spread` and `id` have defaults of the database.
INSERT = """
INSERT INTO notices_notice (topic, subject, payload, created_at)
SELECT topic, subject, payload::jsonb, %(at)s
FROM unnest(%(topics)s::text[], %(subjects)s::text[], %(payloads)s::text[]) AS told (topic, subject, payload)
ON CONFLICT (topic, subject) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell: a topic such as `signal.published`, and a subject, unique in it, as `signal:17`."""

    topic: str
    subject: str
    payload: Mapping[str, object]


def raise_notices(told: Sequence[Told], *, at: datetime) -> int:
    """Write these notices; how many are new, since nothing is told twice."""
    if not told:
        return 0
    columns = {
        "topics": [one.topic for one in told],
        "subjects": [one.subject for one in told],
        "payloads": [json.dumps(one.payload, allow_nan=False) for one in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, columns | {"at": at})
        return cursor.rowcount
