"""What was done with an archive last, kept beside it: the tries to restore it, and its copies elsewhere."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from heliograph.backup.archive.place import Archive
from heliograph.backup.errors import BadBackup
from heliograph.backup.file import writing

TRIED, COPIED = "tried.json", "copied.json"


@dataclass(frozen=True, slots=True)
class Told:
    """How one act went: when it ended, why it failed (empty: it did not), and how often in a row it has.

    `good_at` is when it went well last. `facts` are for people.
    """

    at: datetime
    error: str
    failures: int
    good_at: datetime | None
    facts: dict[str, object]


def tell(archive: Archive, name: str, *, at: datetime, error: str = "", **facts: object) -> Told:
    """Write down how an act went."""
    before = told(archive, name)
    failures = (before.failures if before else 0) + 1 if error else 0
    good_at = at if not error else before.good_at if before else None
    found = Told(at, error, failures, good_at, facts)
    text = json.dumps(asdict(found) | {"at": at.isoformat(), "good_at": good_at and good_at.isoformat()})
    # It names no secret, and whoever watches must be able to read it.
    with writing(archive.folder / name, passphrase=None) as out:
        out.write(text.encode())
    (archive.folder / name).chmod(0o640)
    return found


def told(archive: Archive, name: str) -> Told | None:
    """How the act went last; None if it never was."""
    path = archive.folder / name
    return _read(path) if path.exists() else None


def _read(path: Path) -> Told:
    try:
        facts = json.loads(path.read_text())
        good_at = facts["good_at"] and datetime.fromisoformat(facts["good_at"])
        return Told(**{**facts, "at": datetime.fromisoformat(facts["at"]), "good_at": good_at})
    except (ValueError, TypeError, KeyError) as fault:
        raise BadBackup(f"{path} was changed; delete it, and it is written anew.") from fault
