"""Which migrations wait, and in which phase each may be applied.

A migration is of the phase `expand` unless its class says `phase = "contract"`. What is expanded is safe
beside the release before; what is contracted takes away what only that release needed.
"""

from dataclasses import dataclass
from typing import Literal

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

Phase = Literal["expand", "contract"]
EXPAND: Phase = "expand"
CONTRACT: Phase = "contract"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Migrations that are not applied, each list in the order in which they are.

    `behind` are expanding ones that can be applied only after one of `contract`; `in_order` are all of them.
    """

    expand: list[Migration]
    contract: list[Migration]
    behind: list[Migration]
    in_order: list[Migration]


def phase_of(migration: Migration) -> Phase:
    """What its class says."""
    return CONTRACT if getattr(migration, "phase", EXPAND) == CONTRACT else EXPAND


def name_of(migration: Migration) -> str:
    """As people name it: `signals.0009_outcomes_know_their_bar`."""
    return f"{migration.app_label}.{migration.name}"


def waiting(connection: BaseDatabaseWrapper) -> Waiting:
    """What of the migrations of this release is not applied; others than these are not looked at."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    found = Waiting([], [], [], [])
    held: set[tuple[str, str]] = set()
    for migration, _ in executor.migration_plan(graph.leaf_nodes()):
        found.in_order.append(migration)
        key = (migration.app_label, migration.name)
        is_behind = any(parent.key in held for parent in graph.node_map[key].parents)
        if phase_of(migration) == CONTRACT:
            found.contract.append(migration)
        elif is_behind:
            found.behind.append(migration)
        else:
            found.expand.append(migration)
            continue
        held.add(key)
    return found
