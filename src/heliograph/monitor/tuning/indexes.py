"""Indexes that cost and do not pay: the same twice, part of another, never used, left half made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.monitor.tuning.advice import Advice
from heliograph.monitor.tuning.asked import quoted, rows
from heliograph.monitor.tuning.needed import lacking, needed

# Of ordinary tables: what belongs to a partition goes with the index of the whole.
INDEXES = """
SELECT c.relname, t.relname, am.amname, i.indkey::text, i.indclass::text, i.indcollation::text,
       i.indoption::text, coalesce(pg_get_expr(i.indexprs, i.indrelid), ''),
       coalesce(pg_get_expr(i.indpred, i.indrelid), ''), i.indnkeyatts < i.indnatts,
       i.indisunique, i.indisvalid,
       i.indisprimary OR i.indisexclusion OR i.indisreplident OR i.indisclustered
         OR EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid),
       pg_relation_size(i.indexrelid), coalesce(s.idx_scan, 0), pg_get_indexdef(i.indexrelid)
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_class AS t ON t.oid = i.indrelid
JOIN pg_am AS am ON am.oid = c.relam
LEFT JOIN pg_stat_user_indexes AS s ON s.indexrelid = i.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'i' AND NOT c.relispartition
  AND t.relkind = 'r' AND t.relpersistence <> 't'
ORDER BY t.relname, c.oid
"""
COUNTED_SINCE = """
SELECT greatest(coalesce(stats_reset, '-infinity'), pg_postmaster_start_time()), (
    SELECT count(*) FROM pg_stat_replication)
FROM pg_stat_database WHERE datname = current_database()
"""
BEING_BUILT = "SELECT index_relid::regclass::text FROM pg_stat_progress_create_index WHERE index_relid <> 0"
# For so long it must have been counted that nobody used one, and so large it must be.
LONG_ENOUGH = timedelta(days=14)
LEAST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Index:
    """An index as the catalogue has it."""

    name: str
    table: str
    method: str
    columns: str
    classes: str
    collations: str
    options: str
    expressions: str
    predicate: str
    includes: bool
    is_unique: bool
    is_valid: bool
    is_held: bool
    size: int
    scans: int
    definition: str

    @property
    def is_needed(self) -> bool:
        """Of a constraint or of our migrations: never to be dropped."""
        return self.is_held or self.name in needed()

    @property
    def alike(self) -> tuple[object, ...]:
        """What is the same of two that do the same."""
        return (
            *(self.table, self.method, self.columns, self.classes, self.collations),
            *(self.options, self.expressions, self.predicate, self.includes),
        )

    def begins(self, other: "Index") -> bool:
        """True if all that this one is good for, the other is too, since it begins with the same columns."""
        mine, theirs = self.columns.split(), other.columns.split()
        count = len(mine)
        return (
            (self.table, self.method, self.predicate) == (other.table, other.method, other.predicate)
            and self.method == "btree"
            and not (self.is_unique or self.expressions or other.expressions or self.includes)
            and len(theirs) > count
            and theirs[:count] == mine
            and all(
                getattr(self, name).split() == getattr(other, name).split()[:count]
                for name in ("classes", "collations", "options")
            )
        )


def idle_indexes(*, at: datetime) -> list[Advice]:
    """What could be dropped, or must be made whole."""
    found = [Index(*row) for row in rows(INDEXES)]
    valid = [one for one in found if one.is_valid]
    doubled = dict(_doubles(valid))
    rest = [one for one in valid if one.name not in doubled]
    covered = dict(_covered(rest))
    rest = [one for one in rest if one.name not in covered]
    return [
        *doubled.values(),
        *covered.values(),
        *_unused(rest, at=at),
        *_half_made([one for one in found if not one.is_valid]),
        *_lacking(),
    ]


def _doubles(found: Sequence[Index]) -> Iterator[tuple[str, Advice]]:
    kept: dict[tuple[object, ...], Index] = {}
    # Of two the one stays that is needed, then the unique one, then the older one.
    for one in sorted(found, key=lambda one: (not one.is_needed, not one.is_unique)):
        other = kept.setdefault(one.alike, one)
        if other is not one and not one.is_needed and (other.is_unique or not one.is_unique):
            yield one.name, _drop("duplicate index", one, f"{other.name} is the same")


def _covered(found: Sequence[Index]) -> Iterator[tuple[str, Advice]]:
    for one in found:
        other = next((other for other in found if one.begins(other)), None)
        if other is not None and not one.is_needed:
            why = f"{other.name} begins with the same columns"
            # One that is much larger serves, and not as fast.
            yield one.name, _drop("redundant index", one, why, is_safe=other.size <= 2 * one.size)


def _unused(found: Sequence[Index], *, at: datetime) -> Iterator[Advice]:
    since, replicas = rows(COUNTED_SINCE)[0]
    if at - since < LONG_ENOUGH:
        return
    for one in found:
        if not (one.scans or one.is_unique or one.is_needed) and one.size >= LEAST_BYTES:
            beside = "; replicas count for themselves: look there first" if replicas else ""
            why = f"nobody used it in {(at - since).days} days{beside}"
            yield _drop("unused index", one, why, is_safe=not replicas)


def _half_made(found: Sequence[Index]) -> Iterator[Advice]:
    """Every write keeps them up, and nobody can use them."""
    built = {name for (name,) in rows(BEING_BUILT)}
    for one in found:
        if one.name not in built and not one.is_needed:
            yield _drop("invalid index", one, "its making failed halfway")


def _lacking() -> Iterator[Advice]:
    for one in lacking():
        kind = "invalid index" if one.is_invalid else "missing index"
        why = "the code needs it" + ("; its making failed halfway" if one.is_invalid else "")
        undo = "" if one.is_invalid else f"DROP INDEX CONCURRENTLY {quoted(one.name)}"
        is_safe = "CONCURRENTLY" in one.statement
        yield Advice(kind, f"{one.table} {one.name}", why, one.statement, undo, is_safe=is_safe)


def _drop(kind: str, one: Index, why: str, *, is_safe: bool = True) -> Advice:
    undo = one.definition.replace(" INDEX ", " INDEX CONCURRENTLY ", 1)
    return Advice(
        kind,  # type: ignore[arg-type]
        f"{one.table} {one.name}",
        why,
        f"DROP INDEX CONCURRENTLY {quoted(one.name)}",
        undo,
        is_safe=is_safe,
        measured={"bytes": one.size, "scans": one.scans},
    )
