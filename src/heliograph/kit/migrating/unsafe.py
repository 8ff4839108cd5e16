"""What in an expanding migration would harm the release before, which runs while it is applied and after."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

# Django does not say what indexes a field has.
Field: TypeAlias = Any

# Each with what to do instead.
TAKEN_AWAY: dict[type[Operation], str] = {
    operations.RemoveField: "the release before reads that column; remove it in a contract migration",
    operations.DeleteModel: "the release before reads that table; remove it in a contract migration",
    operations.RenameField: "the release before uses the old name; add a column, fill it, contract later",
    operations.RenameModel: "the release before uses the old name; add a table, fill it, contract later",
    operations.AlterModelTable: "the release before uses the old name; add a table, fill it, contract later",
    operations.RemoveConstraint: "the release before may rely on it; remove it in a contract migration",
    operations.AlterUniqueTogether: "the release before may rely on it; use a contract migration",
}
HARMFUL_SQL = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|VIEW|FUNCTION|CONSTRAINT)|RENAME\s+(TO|COLUMN)|SET\s+NOT\s+NULL|TRUNCATE"
    r"|ALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE|CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY))\b",
    re.IGNORECASE,
)


def unsafe(migration: Migration, before: ProjectState) -> list[str]:
    """Why it may not run beside the release before, a line a reason; `before` is the state it starts from."""
    state = before.clone()
    made: set[tuple[str, str]] = set()
    found: list[str] = []
    for operation in migration.operations:
        for one in _flat([operation]):
            what = f"{migration.app_label}.{migration.name}: {one.describe()}"
            found += [f"{what}: {why}" for why in _reasons(one, state, migration.app_label, made)]
        if isinstance(operation, operations.CreateModel):
            made.add((migration.app_label, operation.name_lower))
        operation.state_forwards(migration.app_label, state)
    return found


def _flat(given: Sequence[Operation]) -> Iterator[Operation]:
    for operation in given:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _reasons(
    operation: Operation, state: ProjectState, app: str, made: set[tuple[str, str]]
) -> Iterator[str]:
    name = getattr(operation, "model_name_lower", "") or getattr(operation, "name_lower", "")
    # What this very migration makes is used by nobody yet.
    if (app, name) in made:
        return
    for kind, why in TAKEN_AWAY.items():
        if isinstance(operation, kind):
            yield why
    if isinstance(operation, operations.AddField):
        yield from _of_new(operation.field)
    elif isinstance(operation, operations.AlterField):
        yield from _of_changed(state.models[app, name], operation)
    elif isinstance(operation, operations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        yield "writes stop while it is built; use AddIndexConcurrently with atomic = False"
    elif isinstance(operation, operations.AddConstraint):
        yield "the release before may write what it forbids; add it in a contract migration"
    elif isinstance(operation, operations.RunSQL) and (harm := HARMFUL_SQL.search(str(operation.sql))):
        yield f"`{' '.join(harm[0].split())}` harms the release before; use a contract migration"


def _of_new(field: Field) -> Iterator[str]:
    if isinstance(field, models.ManyToManyField):
        return
    if not field.null and not field.has_db_default():
        yield "rows of the release before lack it; let it be null, or give it a db_default"
    if field.unique or (field.db_index and not field.primary_key):
        yield "its index stops writes while it is built; add it later with AddIndexConcurrently"


def _of_changed(model: ModelState, operation: operations.AlterField) -> Iterator[str]:
    old: Field = model.fields[operation.name]
    new: Field = operation.field
    if old.null and not new.null:
        yield "the release before may write null; use a contract migration"
    if (new.unique and not old.unique) or (new.db_index and not old.db_index):
        yield "its index stops writes while it is built; use AddIndexConcurrently"
    if not _same_type(old, new):
        yield "the table is written anew, or the release before cannot read it; add another column"


def _same_type(old: Field, new: Field) -> bool:
    if old.get_internal_type() != new.get_internal_type():
        return (old.get_internal_type(), new.get_internal_type()) == ("CharField", "TextField")
    return old.max_length is None or new.max_length is None or bool(new.max_length >= old.max_length)
