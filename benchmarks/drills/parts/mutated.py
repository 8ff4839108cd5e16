"""The application of workers with one of the pipeline's guards taken out, as DRILL_MUTANT says."""

import os

from heliograph.workers.app import app

__all__ = ["app"]


def without_fencing() -> None:
    """Steps are stored whatever the epoch of the shard is by now."""
    from heliograph.signals import store

    for name in ("MOVE", "EVALUATED"):
        guarded = getattr(store, name)
        open_to_all = guarded.replace("AND epoch = %(epoch)s", "")
        assert open_to_all != guarded
        setattr(store, name, open_to_all)


def with_early_ack() -> None:
    """A message is gone as soon as a worker has it."""
    app.conf.task_acks_late = False


def without_reconciler() -> None:
    """What is due is worked on when its message arrives, and never looked for in rows."""
    from heliograph.workers import schedule, tasks

    app.loader.import_default_modules()
    tasks.reconcile.run = lambda: None
    for name in ("reconcile", "generate_due"):
        del schedule.STANDING[name]


MUTATIONS = {
    "": lambda: None,
    # That guard stands in the database.
    "no unique key": lambda: None,
    "no fencing": without_fencing,
    "early ack": with_early_ack,
    "no reconciler": without_reconciler,
}

MUTATIONS[os.environ.get("DRILL_MUTANT", "")]()
