"""The audit trail: who did what, in a chain of digests in which nothing can be changed unnoticed."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from django.db import connection, transaction

from heliograph.accounts.models import AuditEntry, Person

# Any number that nothing else locks by: entries are appended one after the other.
APPENDING = 4_215_003
BATCH = 2_000

Plain: TypeAlias = str | int | bool | list["Plain"] | dict[str, "Plain"] | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person, or a name such as `command line: ada` or `nobody, from 192.0.2.7`."""

    name: str
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole chain found; `broken` is the first entry that does not fit, `fault` why."""

    entries: int
    head: str
    broken: int | None
    fault: str

    @property
    def whole(self) -> bool:
        """True if every entry is as it was written."""
        return not self.fault


@transaction.atomic
def record(
    actor: Actor,
    action: str,
    subject: str = "",
    details: Mapping[str, object] | None = None,
    *,
    at: datetime,
) -> AuditEntry:
    """Append an entry, in the transaction of the change that it tells of.

    Others that append wait until that transaction ends: call it as the last thing of a change.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPENDING])
    newest = AuditEntry.objects.order_by("-pk").values_list("digest", flat=True).first()
    entry = AuditEntry(
        at=at.astimezone(UTC),
        actor=_text(actor.name)[:120],
        actor_person=actor.person,
        action=_text(action)[:80],
        subject=_text(subject)[:200],
        details=_plain(details or {}),
        previous=newest or "",
    )
    entry.digest = digest_of(entry)
    entry.save(force_insert=True)
    return entry


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 of what an entry says and of the digest before it, as canonical JSON."""
    said = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "person": entry.actor_person_id,
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
        "previous": entry.previous,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify(*, expect: str | None = None) -> Verdict:
    """Look at every entry, oldest first. Constant memory.

    A chain cannot tell that its end was cut off: `expect` is the digest of an entry that was the newest once,
    and the chain is broken if it is no longer in it.
    """
    before, number, met = "", 0, not expect
    for entry in _oldest_first():
        fault = _fault(entry, before)
        if fault:
            return Verdict(number, before, entry.pk, fault)
        before, number = entry.digest, number + 1
        met = met or entry.digest == expect
    if not met:
        return Verdict(number, before, None, f"The entry {expect} is not in the trail: its end was cut off.")
    return Verdict(number, before, None, "")


def _fault(entry: AuditEntry, before: str) -> str:
    if entry.previous != before:
        return f"Entry {entry.pk} does not follow the one before it, which was changed or removed."
    if entry.digest != digest_of(entry):
        return f"Entry {entry.pk} does not say what was written: its digest differs."
    return ""


def _oldest_first() -> Iterator[AuditEntry]:
    last = 0
    while True:
        rows = list(AuditEntry.objects.filter(pk__gt=last).order_by("pk")[:BATCH])
        yield from rows
        if len(rows) < BATCH:
            return
        last = rows[-1].pk


def _plain(value: object) -> Plain:
    """The value as it comes back from the database: a float is a word, since JSON numbers may change form."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {_text(str(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return _text(str(value))


def _text(text: str) -> str:
    """Without NUL and lone surrogates, which PostgreSQL has no place for."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
