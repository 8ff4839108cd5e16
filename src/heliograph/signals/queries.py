"""Reads signals and strategies for tables and pages."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal, TypeAlias

from django.db.models import Q, QuerySet

from heliograph.kit.prepared import ask_prepared
from heliograph.market.models import Instrument, Venue
from heliograph.signals.errors import BadCursor, NoSuchSignal, NoSuchStrategy, NoSuchVersion
from heliograph.signals.items import COLUMNS, ID, SignalItem
from heliograph.signals.models import Outcome, Signal, Strategy, StrategyVersion

ListedState: TypeAlias = Literal["published", "open", "settled", "missed", "unresolved", "rejected"]
Hidden: TypeAlias = tuple[int, ...]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROW = ("outcome", "version__strategy", "instrument__venue")

STATES: dict[str, Q] = {
    "published": Q(state=Signal.State.PUBLISHED),
    "open": Q(outcome__state__in=Outcome.RUNNING),
    "settled": Q(outcome__state=Outcome.State.SETTLED),
    "missed": Q(outcome__state=Outcome.State.MISSED),
    "unresolved": Q(outcome__state=Outcome.State.UNRESOLVED),
    "rejected": Q(state=Signal.State.REJECTED),
}
# The states that are asked of outcomes, not of signals.
OF_OUTCOMES = {"open", "settled", "missed", "unresolved"}


def seen(hidden: Hidden, strategy: str) -> Q:
    """The rows of all strategies but the hidden ones; `strategy` is the way to it from such a row."""
    return ~Q(**{f"{strategy}__in": hidden}) if hidden else Q()


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """Which signals to list; None leaves a question open.

    `since` and `until` (before it) look at the bar of the signal, `settled_since` and `settled_until` at that
    of its exit. `hidden` are strategies whose signals are left out.
    """

    strategy: str | None = None
    version_id: int | None = None
    instrument_id: int | None = None
    symbol: str | None = None
    venue: str | None = None
    side: str | None = None
    state: ListedState | None = None
    since: datetime | None = None
    historical: bool | None = None
    timeframe: str | None = None
    until: datetime | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None
    settled_since: datetime | None = None
    settled_until: datetime | None = None
    hidden: Hidden = ()

    def condition(self) -> Q:
        """The same as a condition on Signal rows.

        Names are looked up first, a statement for each kind: only with the ids does the server know how many
        rows to expect, and which index leads to them.
        """
        # Lists of a state of outcomes go by an index of these, which knows the instrument and the bar too.
        of = "outcome__" if self.state in OF_OUTCOMES else ""
        asked = {
            "version_id": self.version_id,
            "version_id__in": self.versions(),
            f"{of}instrument_id": self.instrument_id,
            f"{of}instrument_id__in": self.instruments(),
            "instrument__venue__in": self.venues() if self.symbol is None else None,
            "side": self.side,
            f"{of}bar_time__gte": self.since,
            "historical": self.historical,
            # None has left before its bar: the server can begin there.
            f"{of}bar_time__lt": min(filter(None, (self.until, self.settled_until)), default=None),
            "confidence__gte": self.min_confidence,
            "confidence__lte": self.max_confidence,
            "outcome__exit_time__gte": self.settled_since,
            "outcome__exit_time__lt": self.settled_until,
        }
        named = Q(**{name: value for name, value in asked.items() if value is not None})
        named &= seen(self.hidden, "version__strategy")
        return named & STATES[self.state] if self.state else named

    def versions(self) -> list[int] | None:
        """The versions of the strategy and of the timeframe; None where neither is asked for."""
        asked = {"strategy__name": self.strategy, "timeframe": self.timeframe}
        named = {name: value for name, value in asked.items() if value is not None}
        return list(StrategyVersion.objects.filter(**named).values_list("pk", flat=True)) if named else None

    def instruments(self) -> list[int] | None:
        """The instruments of that symbol (at that venue); None where no symbol is asked for."""
        if self.symbol is None:
            return None
        rows = Instrument.objects.filter(symbol=self.symbol)
        if self.venue is not None:
            rows = rows.filter(venue__name=self.venue)
        return list(rows.values_list("pk", flat=True))

    def venues(self) -> list[int] | None:
        """The venue of that name; None where none is asked for."""
        if self.venue is None:
            return None
        return list(Venue.objects.filter(name=self.venue).values_list("pk", flat=True))

    @property
    def order(self) -> str:
        """The moment by which they are listed: that of their bar, of settled ones that of their exit."""
        if self.state == "settled":
            return "outcome__exit_time"
        return "outcome__bar_time" if self.state in OF_OUTCOMES else "bar_time"


@dataclass(frozen=True, slots=True)
class SignalPage:
    """One page of a list; `next` is the cursor of the page after it, None on the last."""

    items: tuple[SignalItem, ...]
    next: str | None


def list_signals(
    filters: SignalFilter | None = None, *, limit: int = 50, cursor: str | None = None
) -> SignalPage:
    """Signals newest first: by bar, in settled lists by the bar of their exit.

    Two statements, and one for each kind of name in the filter.

    A cursor stays right while new signals arrive. BadCursor if it is not one of ours.
    """
    filters = filters or SignalFilter()
    found = signal_rows(filters, limit=limit + 1, behind=_read_cursor(cursor) if cursor else None)
    items = tuple(SignalItem.of_row(row) for row in found[:limit])
    return SignalPage(items, _cursor(items[-1], filters.order) if len(found) > limit else None)


def signal_rows(
    filters: SignalFilter, *, limit: int, behind: tuple[datetime, int] | None = None
) -> list[tuple]:
    """What `items.COLUMNS` gives of signals, newest first, from behind the one of that moment and id."""
    order = filters.order
    rows = Signal.objects.filter(filters.condition())
    if behind:
        moment, last = behind
        # The first condition is what the index is entered by: the server finds no way in through an OR.
        rows = rows.filter(Q(**{f"{order}__lte": moment}), Q(**{f"{order}__lt": moment}) | Q(pk__lt=last))
    ids = list(rows.order_by(f"-{order}", "-pk").values_list("pk", flat=True)[:limit])
    # What they are joined with is asked for by their ids: with the filters, planning would take longer than
    # finding.
    found = {row[ID]: row for row in ask_prepared(_columns_by_id(), [ids])} if ids else {}
    return [found[one] for one in ids]


@cache
def _columns_by_id() -> str:
    statement, values = Signal.objects.values_list(*COLUMNS).query.sql_with_params()
    assert not values
    return f"{statement} WHERE signals_signal.id = ANY(%s)"


def signal_item(signal_id: int, *, hidden: Hidden = ()) -> SignalItem:
    """One signal; NoSuchSignal if there is none of that id, or only one of a hidden strategy."""
    rows = Signal.objects.select_related(*ROW).filter(seen(hidden, "version__strategy"))
    row = rows.filter(pk=signal_id).first()
    if row is None:
        raise NoSuchSignal(signal_id)
    return SignalItem.of(row)


def find_version(name: str, number: int | None = None, *, hidden: Hidden = ()) -> StrategyVersion:
    """The version of that number; without one the live version (of two that with the larger share), else the
    newest that runs, else the newest.

    NoSuchStrategy or NoSuchVersion if it is not stored, or hidden.
    """
    versions = _versions(name, hidden)
    if number is None:
        return max(versions, key=lambda version: (*_weight(version), version.number))
    chosen = next((version for version in versions if version.number == number), None)
    if chosen is None:
        raise NoSuchVersion(name, number)
    return chosen


def newest_version(name: str) -> StrategyVersion:
    """The version with the highest number, whatever its stage; NoSuchStrategy if there is none."""
    return max(_versions(name), key=lambda version: version.number)


def _versions(name: str, hidden: Hidden = ()) -> list[StrategyVersion]:
    rows = StrategyVersion.objects.select_related("strategy").filter(seen(hidden, "strategy"))
    versions = list(rows.filter(strategy__name=name))
    if not versions:
        known = Strategy.objects.filter(seen(hidden, "pk"))
        raise NoSuchStrategy(name, sorted(known.values_list("name", flat=True)))
    return versions


def _weight(version: StrategyVersion) -> tuple[int, bool]:
    share = version.share if version.stage == StrategyVersion.Stage.LIVE else 0
    return share, version.stage in StrategyVersion.RUNNING


def running_versions() -> QuerySet[StrategyVersion]:
    """The versions that take signals, oldest first."""
    return (
        StrategyVersion.objects.filter(stage__in=StrategyVersion.RUNNING)
        .select_related("strategy")
        .order_by("pk")
    )


def _cursor(item: SignalItem, order: str) -> str:
    moment = item.exit_time if order == "outcome__exit_time" else item.signal_time
    assert moment is not None
    micros = (moment - EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}:{item.id}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        micros, last = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(":")
        return EPOCH + timedelta(microseconds=int(micros)), int(last)
    except (ValueError, binascii.Error, OverflowError, UnicodeEncodeError) as fault:
        raise BadCursor from fault
