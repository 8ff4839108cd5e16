"""A cache in rows whose values are JSON: Django's own pickles, so that who writes there could run code."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

READ = "SELECT value FROM {table} WHERE cache_key = %s AND expires > now()"
WRITE = """
INSERT INTO {table} AS kept (cache_key, value, expires) VALUES (%s, %s, %s)
ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires
"""
# Only what is over gives way: of two who add at once one succeeds.
ADD = WRITE + " WHERE kept.expires <= now()"
TOUCH = "UPDATE {table} SET expires = %s WHERE cache_key = %s AND expires > now()"
DELETE = "DELETE FROM {table} WHERE cache_key = %s"
CULL = "DELETE FROM {table} WHERE expires <= now()"
EVERY = 500


class AttemptsCache(BaseCache):
    """Django's cache on the table that LOCATION names, which is made by a migration."""

    def __init__(self, table: str, params: Mapping[str, Any]) -> None:
        super().__init__(dict(params))
        self._table = table
        self._writes = 0

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(READ.format(table=self._table), [self.make_and_validate_key(key, version=version)])
            row = cursor.fetchone()
        try:
            return json.loads(row[0]) if row else default
        except ValueError:  # of an earlier release, which pickled
            return default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._run(WRITE, self._row(key, value, timeout, version))
        self._writes += 1
        if self._writes % EVERY == 0:
            self._run(CULL, [])

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._run(ADD, self._row(key, value, timeout, version)) == 1

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        row = [self._until(timeout), self.make_and_validate_key(key, version=version)]
        return self._run(TOUCH, row) == 1

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._run(DELETE, [self.make_and_validate_key(key, version=version)]) == 1

    def clear(self) -> None:
        self._run("DELETE FROM {table}", [])

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> list[Any]:
        return [self.make_and_validate_key(key, version=version), json.dumps(value), self._until(timeout)]

    def _until(self, timeout: Any) -> datetime:
        end = self.get_backend_timeout(timeout)
        return datetime.max.replace(tzinfo=UTC) if end is None else datetime.fromtimestamp(end, UTC)

    def _run(self, statement: str, values: list[Any]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(table=self._table), values)
            return int(cursor.rowcount)
