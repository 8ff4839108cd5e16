"""What the server counted of each statement, where it has pg_stat_statements."""

from dataclasses import dataclass

from heliograph.monitor.tuning.asked import rows

# Of the database alone, by this account: of others only superusers see the text.
BUSIEST = """
SELECT s.queryid, s.query, s.calls, s.total_exec_time, s.rows, s.shared_blks_hit + s.shared_blks_read
FROM pg_stat_statements AS s
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND s.userid = (SELECT oid FROM pg_roles WHERE rolname = current_user)
  AND s.toplevel AND s.query IS NOT NULL
ORDER BY s.total_exec_time DESC
LIMIT %s
"""
STATE = """
SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements'),
       EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements'),
       current_setting('shared_preload_libraries', true) LIKE '%pg_stat_statements%'
"""
MOST = 200


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with places for its values; `blocks`: pages that it looked at, in all calls together."""

    number: int
    text: str
    calls: int
    total_ms: float
    rows: int
    blocks: int

    @property
    def mean_ms(self) -> float:
        """What a call takes."""
        return self.total_ms / self.calls


def why_unknown() -> str:
    """Why the server does not count statements; empty where it does."""
    has_it, brings_it, is_loaded = rows(STATE)[0]
    if not is_loaded:
        return "the server does not load pg_stat_statements (shared_preload_libraries)"
    if not has_it:
        return (
            "this database has no extension pg_stat_statements"
            if brings_it
            else "the server does not bring it"
        )
    return ""


def busiest(*, most: int = MOST) -> list[Statement]:
    """Those that took most time; none where the server does not count them."""
    if why_unknown():
        return []
    return [Statement(*row) for row in rows(BUSIEST, [most])]
