"""The instruments that a person looks at first."""

from datetime import datetime

from heliograph.accounts.models import Person, WatchedInstrument
from heliograph.errors import UserError

MOST = 500


class FullWatchList(UserError):
    """There is no more room on a watch-list."""

    def __init__(self) -> None:
        super().__init__(f"{MOST} instruments are the most of a watch-list; take one off first.")


def watched_by(person: Person) -> list[int]:
    """The ids of the instruments on a person's watch-list. One statement."""
    rows = WatchedInstrument.objects.filter(person=person)
    return list(rows.order_by("instrument").values_list("instrument", flat=True))


def add_to_watchlist(person: Person, instrument_id: int, *, at: datetime) -> bool:
    """True if it was not there before; FullWatchList if there is no room."""
    if WatchedInstrument.objects.filter(person=person).count() >= MOST:
        raise FullWatchList
    _, added = WatchedInstrument.objects.get_or_create(
        person=person, instrument_id=instrument_id, defaults={"added_at": at}
    )
    return added


def take_off_watchlist(person: Person, instrument_id: int) -> bool:
    """True if it was there."""
    return bool(WatchedInstrument.objects.filter(person=person, instrument=instrument_id).delete()[0])
