"""The third level: entries in an unlogged table, which the cache makes itself.

PostgreSQL empties such a table after a crash and writes no log for it: that is what a cache needs.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from heliograph.kit.cache.breaker import Breaker
from heliograph.kit.cache.changes import Changes
from heliograph.kit.cache.limits import Limits
from heliograph.kit.cache.table_link import TableLink

FETCH = """
SELECT key, envelope, ARRAY(SELECT name || ' ' || version FROM cache_change WHERE name = ANY(tags))
FROM cache_entry WHERE key = ANY(%s)
"""
STORE = """
INSERT INTO cache_entry (key, envelope, tags, dead_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET
    envelope = excluded.envelope, tags = excluded.tags, dead_at = excluded.dead_at
"""
CHANGE = """
INSERT INTO cache_change
SELECT name, greatest(%(version)s::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
                      (SELECT coalesce(max(version), 0) + 1 FROM cache_change))
FROM (SELECT unnest(%(names)s::text[]) AS name ORDER BY 1) AS changed
ON CONFLICT (name) DO UPDATE SET version = greatest(cache_change.version, excluded.version)
RETURNING version
"""
CHANGED = "SELECT name, version FROM cache_change WHERE version > %s ORDER BY version"
# Beyond the size the rows that die first go first.
PRUNE = """
DELETE FROM cache_entry WHERE key IN (
    SELECT key FROM cache_entry ORDER BY dead_at
    LIMIT (SELECT CASE WHEN sum(octet_length(envelope)) > %(most)s THEN count(*) / 4 ELSE 0 END
           FROM cache_entry)
) OR dead_at < %(now)s
"""
FORGET = "DELETE FROM cache_change WHERE name LIKE 'k%%' AND version < %s"


class PostgresLevel:
    """Entries in PostgreSQL. All methods raise LevelDown where it does not answer."""

    number = 3

    def __init__(self, url: str, *, limits: Limits) -> None:
        self.breaker = Breaker()
        self.link = TableLink(url, breaker=self.breaker, patience=limits.patience)
        self._limits = limits

    def forget(self) -> None:
        """Leave all connections to whoever had them."""
        self.link.forget()

    def probing(self) -> AbstractContextManager[None]:
        """This thread alone may ask though the breaker is open, which closes if nothing fails."""
        return self.link.probing()

    def fetch(self, keys: Sequence[str]) -> dict[str, tuple[bytes, list[tuple[str, int]]]]:
        """The entries that there are, each with the present versions of its tags."""
        rows = self.link.run(lambda link: link.execute(FETCH, [list(keys)], binary=True).fetchall())
        return {key: (bytes(data), [_named(one) for one in changed]) for key, data, changed in rows}

    def store(self, key: str, data: bytes, *, tags: Sequence[str], dead_at: float) -> None:
        """Write an entry over what there is."""
        named = [f"t{tag}" for tag in tags]
        self.link.run(lambda link: link.execute(STORE, [key, data, named, dead_at]))

    def remove(self, keys: Sequence[str]) -> None:
        """Forget entries."""
        self.link.run(lambda link: link.execute("DELETE FROM cache_entry WHERE key = ANY(%s)", [list(keys)]))

    def change(self, names: Sequence[str], *, version: int) -> int:
        """Write changes down, `t..` for a tag, `k..` for a key; the new version, at least the one given."""
        asked = {"names": list(names), "version": version}
        return int(self.link.run(lambda link: link.execute(CHANGE, asked).fetchall())[-1][0])

    def changes(self, since: int) -> Changes:
        """What changed after a version."""
        rows = self.link.run(lambda link: link.execute(CHANGED, [since]).fetchall())
        tags = [(name[1:], version) for name, version in rows if name[0] == "t"]
        keys = [(name[1:], version) for name, version in rows if name[0] == "k"]
        return Changes(b"", rows[-1][1] if rows else since, tags, keys)

    def clear(self) -> None:
        """Remove everything."""
        self.link.run(lambda link: link.execute("TRUNCATE cache_entry"))

    def prune(self, *, now: float) -> None:
        """Remove what is dead, and a quarter where it grew too large."""
        asked = {"now": now, "most": self._limits.table_bytes}
        self.link.run(lambda link: link.execute(PRUNE, asked))
        self.link.run(lambda link: link.execute(FORGET, [int((now - 60) * 1_000_000)]))

    def size(self) -> tuple[int, int]:
        """Entries, and the bytes of the table."""
        question = "SELECT count(*), pg_total_relation_size('cache_entry') FROM cache_entry"
        rows = self.link.run(lambda link: link.execute(question).fetchall())
        return int(rows[0][0]), int(rows[0][1])


def _named(told: str) -> tuple[str, int]:
    name, version = told.rsplit(" ", 1)
    return name[1:], int(version)
