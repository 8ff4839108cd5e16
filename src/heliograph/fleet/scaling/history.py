"""What was wished and done before: a decision depends on it, and on nothing else that is remembered."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class PastWish:
    """How many workers the measures asked for at a moment, before any limit."""

    at: datetime
    workers: int


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the number of workers."""

    at: datetime
    before: int
    after: int

    @property
    def by(self) -> int:
        """Workers that came; negative: went."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Past:
    """Wishes and changes, oldest first."""

    wishes: tuple[PastWish, ...] = ()
    changes: tuple[Change, ...] = ()

    def wished_since(self, moment: datetime) -> list[int]:
        """The wishes from that moment on."""
        return [wish.workers for wish in self.wishes if wish.at >= moment]

    def changes_since(self, moment: datetime) -> list[Change]:
        """The changes after that moment."""
        return [change for change in self.changes if change.at > moment]

    def with_look(self, *, at: datetime, wished: int, before: int, after: int, keep_s: float) -> "Past":
        """The same with one decision more, without what is older than `keep_s`."""
        since = at - timedelta(seconds=keep_s)
        wishes = [wish for wish in self.wishes if wish.at >= since]
        changes = [change for change in self.changes if change.at >= since]
        if after != before:
            changes.append(Change(at, before, after))
        return Past((*wishes, PastWish(at, wished)), tuple(changes))
