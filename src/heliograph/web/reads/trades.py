"""The trades of a stored backtest, for a list and for its candles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market.models import Instrument
from heliograph.market.wire import to_datetime, to_ms
from heliograph.research.models import StoredBacktest, StoredTrade
from heliograph.web.numbers import price_decimals
from heliograph.web.ordering import nulls_last

MOST_DRAWN = 300
SORTS = {
    "": ("number",),
    "signal": ("-signal_time", "number"),
    "r": ("-r", "number"),
    "worst": ("r", "number"),
    "result": ("-return_pct", "number"),
    "held": ("-bars_held", "number"),
}
SORT_NAMES = (
    ("", "by instrument and end"),
    ("signal", "newest signal"),
    ("r", "best R"),
    ("worst", "worst R"),
    ("result", "best result"),
    ("held", "longest held"),
)


@dataclass(frozen=True, slots=True)
class TradeLine:
    """A trade; prices have the decimals of its instrument among the trades shown."""

    trade: StoredTrade
    decimals: int

    @property
    def tone(self) -> str:
        """Good or bad where it is finished and not zero."""
        r = self.trade.r if self.trade.r is not None else self.trade.return_pct
        return ("good" if r > 0 else "bad") if r and self.trade.state == StoredTrade.State.CLOSED else ""


@dataclass(frozen=True, slots=True)
class TradeFilter:
    """Which trades of a backtest, and in which order."""

    instrument: int | None = None
    side: str = ""
    state: str = ""
    reason: str = ""
    sort: str = ""

    def condition(self) -> Q:
        """The same as a condition on rows."""
        asked = {"instrument_id": self.instrument}
        asked |= {"side": self.side, "state": self.state, "exit_reason": self.reason}
        return Q(**{name: value for name, value in asked.items() if value})


def trade_lines(
    stored: StoredBacktest, filters: TradeFilter, *, start: int, limit: int
) -> tuple[list[TradeLine], int]:
    """A page of trades from place `start` on, and how many fit the filter. Two statements.

    A finished backtest is never rewritten, so that places stay where they are.
    """
    rows = StoredTrade.objects.filter(filters.condition(), backtest=stored).select_related("instrument")
    order = [nulls_last(name) for name in SORTS[filters.sort]]
    return lines_of(rows.order_by(*order)[start : start + limit]), rows.count()


def lines_of(trades: Iterable[StoredTrade]) -> list[TradeLine]:
    """Trades with the decimals of their prices."""
    found = list(trades)
    prices: dict[int, list[float]] = {}
    for one in found:
        prices.setdefault(one.instrument_id, []).extend(
            price for price in (one.entry_price, one.exit_price) if price is not None
        )
    return [TradeLine(one, price_decimals(prices[one.instrument_id])) for one in found]


def traded_instruments(stored: StoredBacktest) -> list[tuple[Instrument, int]]:
    """The instruments of a backtest with their number of trades, those with the most first.

    Two statements.
    """
    rows = StoredTrade.objects.filter(backtest=stored).values_list("instrument_id")
    counts = dict(rows.annotate(number=Count("pk")).order_by())
    found = Instrument.objects.filter(pk__in=stored.instruments).select_related("venue")
    return sorted(
        ((one, counts.get(one.pk, 0)) for one in found), key=lambda pair: (-pair[1], pair[0].symbol)
    )


def reasons(stored: StoredBacktest) -> Sequence[str]:
    """The ways in which its trades ended. One statement."""
    rows = StoredTrade.objects.filter(backtest=stored).exclude(exit_reason="")
    return sorted(rows.order_by().values_list("exit_reason", flat=True).distinct())


def reach_of(stored: StoredBacktest, instrument: Instrument) -> tuple[datetime, datetime] | None:
    """The first and the last bar of an instrument that a backtest ran over."""
    places = zip(stored.instruments, stored.origins, stored.untils, strict=True)
    found = {pk: (origin, until) for pk, origin, until in places}.get(instrument.pk)
    return (to_datetime(found[0]), to_datetime(found[1])) if found else None


def end_of(stored: StoredBacktest, instrument: Instrument) -> datetime | None:
    """The end of the last bar that it ran over."""
    reach = reach_of(stored, instrument)
    return to_datetime(Timeframe.parse(stored.timeframe).end(to_ms(reach[1]))) if reach else None


def behind(timeframe: str, moment: datetime, *, bars: int) -> datetime:
    """So many bars after a moment."""
    frame = Timeframe.parse(timeframe)
    return to_datetime(to_ms(moment) + bars * (frame.ms or 31 * DAY))


def trades_between(
    stored: StoredBacktest, instrument: Instrument, first: datetime, last: datetime
) -> list[StoredTrade]:
    """The trades of an instrument that lie in a period at least in part, by signal. One statement."""
    rows = StoredTrade.objects.filter(backtest=stored, instrument=instrument, signal_time__lte=last)
    ends = Q(exit_time__gte=first) | Q(exit_time=None, signal_time__gte=first) | Q(state="open")
    return list(rows.filter(ends).select_related("instrument").order_by("signal_time", "number")[:MOST_DRAWN])
