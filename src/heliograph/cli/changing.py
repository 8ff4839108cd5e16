"""What a command changes, told to the audit trail."""

from collections.abc import Iterator
from contextlib import contextmanager

from heliograph.cli.actor import actor
from heliograph.cli.moments import now


@contextmanager
def changing(action: str, subject: object = "", **details: object) -> Iterator[dict[str, object]]:
    """One transaction with its entry in the trail: both stand, or neither.

    It gives the details, to which the block may add; `subject` among them takes the place of the subject.
    """
    from django.db import transaction

    with transaction.atomic():
        yield details
        _record(action, subject, details)


@contextmanager
def doing(action: str, subject: object = "", **details: object) -> Iterator[dict[str, object]]:
    """Long work of many transactions, told when it has ended, however it ended."""
    try:
        yield details
    except BaseException as fault:
        details["ended"] = type(fault).__name__
        raise
    finally:
        _record(action, subject, details)


@contextmanager
def asking(action: str, subject: object = "", **details: object) -> Iterator[dict[str, object]]:
    """An act that asks somebody outside: what is meant is told before, and what came of it afterwards."""
    _record(action, subject, {**details, "step": "asked"})
    with doing(action, subject, **details) as told:
        told["step"] = "failed"
        yield told
        told["step"] = "done"


def _record(action: str, subject: object, details: dict[str, object]) -> None:
    from heliograph.accounts.audit import record

    record(actor(), action, str(details.pop("subject", subject)), details, at=now())
