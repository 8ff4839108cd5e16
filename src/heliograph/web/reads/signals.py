"""The list of signals in the order of finding, how many there are, and what can be asked for."""

from dataclasses import fields

from django.db.models import Count, Exists, Max, OuterRef

from heliograph.market.models import Instrument, Venue
from heliograph.signals.errors import BadCursor
from heliograph.signals.items import SignalItem
from heliograph.signals.models import Outcome, Signal, Strategy, StrategyVersion
from heliograph.signals.queries import ROW, STATES, Hidden, SignalFilter, SignalPage, seen
from heliograph.signals.tallies import read

MOST_CHOICES = 200


def list_by_found(filters: SignalFilter, *, limit: int, cursor: str | None) -> SignalPage:
    """Signals as they were found, last first. One statement; BadCursor if it is not one of this list."""
    rows = Signal.objects.filter(filters.condition()).select_related(*ROW)
    if cursor:
        if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
            raise BadCursor
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    items = tuple(SignalItem.of(row) for row in found[:limit])
    return SignalPage(items, str(items[-1].id) if len(found) > limit else None)


def counts(filters: SignalFilter) -> dict[str, int]:
    """How many signals each tab holds, the tab's own state left aside.

    From the running counts, where they tell by what is asked for.
    """
    if not _is_tallied(filters):
        tabs = {state: Count("pk", filter=condition) for state, condition in STATES.items()}
        return Signal.objects.filter(filters.condition()).aggregate(all=Count("pk"), **tabs)
    found = read.counts(
        versions=_versions(filters),
        venues=filters.venues(),
        side=filters.side,
        historical=filters.historical,
    )
    tabs = {state: found.get(state, 0) for state in STATES}
    tabs["open"] = sum(found.get(state, 0) for state in Outcome.RUNNING)
    return tabs | {"all": tabs["published"] + tabs["rejected"]}


def _is_tallied(filters: SignalFilter) -> bool:
    told = {"strategy", "version_id", "venue", "side", "historical", "timeframe", "state", "hidden"}
    none = SignalFilter()
    others = (one.name for one in fields(SignalFilter) if one.name not in told)
    return all(getattr(filters, name) == getattr(none, name) for name in others)


def _versions(filters: SignalFilter) -> list[int] | None:
    if filters.version_id is None and not filters.hidden:
        return filters.versions()
    rows = StrategyVersion.objects.exclude(strategy__in=filters.hidden)
    wanted = filters.versions()
    if wanted is not None:
        rows = rows.filter(pk__in=wanted)
    if filters.version_id is not None:
        rows = rows.filter(pk=filters.version_id)
    return list(rows.values_list("pk", flat=True))


def arrived(filters: SignalFilter, *, after: int) -> int:
    """How many signals of the list were found after that one."""
    return Signal.objects.filter(filters.condition(), pk__gt=after).count()


def newest_id(*, hidden: Hidden = ()) -> int:
    """The highest id of any signal, 0 without one."""
    return Signal.objects.filter(seen(hidden, "version__strategy")).aggregate(newest=Max("pk"))["newest"] or 0


def choices(*, hidden: Hidden = ()) -> dict[str, list[tuple[str, str]]]:
    """What the chips offer: strategies, symbols and venues. Three statements."""
    signals = Signal.objects.filter(instrument=OuterRef("pk"))
    symbols = (
        Instrument.objects.filter(Exists(signals))
        .order_by("symbol")
        .values_list("symbol", flat=True)
        .distinct()[:MOST_CHOICES]
    )
    return {
        "strategy": [
            (name, name)
            for name in Strategy.objects.filter(seen(hidden, "pk"))
            .order_by("name")
            .values_list("name", flat=True)
        ],
        "symbol": [(name, name) for name in symbols],
        "venue": [(name, name) for name in Venue.objects.order_by("name").values_list("name", flat=True)],
    }
