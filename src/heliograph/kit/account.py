"""The account as which the servers run: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heliograph.kit.errors import BadSetting

ROOT_STATE = Path("/var/lib/heliograph")
PREFERRED = ("heliograph", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the system."""

    name: str
    uid: int
    gid: int

    @classmethod
    def named(cls, name: str) -> "Account":
        """The account of that name; BadSetting if there is none."""
        try:
            entry = pwd.getpwnam(name)
        except KeyError as fault:
            raise BadSetting(f"There is no account '{name}'; name one in HELIOGRAPH_ACCOUNT.") from fault
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @classmethod
    def of_servers(cls, data: Path) -> "Account | None":
        """The account to drop to: None unless root.

        For root it is the owner of the data if there are any, else HELIOGRAPH_ACCOUNT, `heliograph` or
        `nobody`.
        """
        if os.geteuid() != 0:
            return None
        if data.exists() and data.stat().st_uid != 0:
            return cls.named(pwd.getpwuid(data.stat().st_uid).pw_name)
        known = {entry.pw_name for entry in pwd.getpwall()}
        fallback = next((name for name in PREFERRED if name in known), "nobody")
        return cls.named(os.environ.get("HELIOGRAPH_ACCOUNT") or fallback)

    def reaches(self, path: Path) -> bool:
        """True if the account may walk into every folder above `path`."""
        return all(self._may_enter(folder) for folder in path.resolve().parents)

    def _may_enter(self, folder: Path) -> bool:
        facts = folder.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & 0o100)
        return bool(facts.st_mode & (0o010 if facts.st_gid == self.gid else 0o001))

    def give(self, folder: Path) -> None:
        """Make the folder, private and owned by the account."""
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, self.uid, self.gid)


def reachable_copy(source: Path, *, account: Account | None, name: str) -> Path:
    """`source`, or where the account cannot reach it a copy of that folder or file where it can."""
    if account is None or account.reaches(source):
        return source
    copy = ROOT_STATE / "programs" / name
    if copy.exists():
        return copy
    copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    partial = copy.with_name(f"{name}.{os.getpid()}")
    if source.is_dir():
        shutil.copytree(source, partial, symlinks=True)
    else:
        shutil.copy2(source, partial)
    _publish(partial, copy)
    return copy


def _publish(partial: Path, copy: Path) -> None:
    # Two homes may make the same copy at once: the first to rename wins, both are alike.
    try:
        partial.rename(copy)
    except OSError:
        if not copy.exists():
            raise
        shutil.rmtree(partial, ignore_errors=True)


def identity(account: Account | None) -> dict[str, Any]:
    """The arguments of `subprocess` that make a child run as the account."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
