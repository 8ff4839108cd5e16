"""Two finished backtests beside each other: what they were told, and trade by trade what differs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from heliograph.engine.performance.estimates import Estimate, mean_of
from heliograph.engine.strategy import Strategy
from heliograph.market.wire import to_datetime
from heliograph.research.models import StoredBacktest, StoredTrade


@dataclass(frozen=True, slots=True)
class Setting:
    """A thing that the two were told differently, as each was told; `–` where one was not told it."""

    name: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Paired:
    """Trades are the same if instrument, side and signal are. `both` counts those that both finished.

    `difference_r` and `difference_pct` are the second less the first over these, trade by trade.
    """

    both: int
    only_first: int
    only_second: int
    equal: int
    difference_r: Estimate
    difference_pct: Estimate


def settings_apart(first: StoredBacktest, second: StoredBacktest) -> list[Setting]:
    """What was asked of the two differently: the strategy key by key, then the candles."""
    one, other = (dict(_said(stored)) for stored in (first, second))
    names = [*one, *(name for name in other if name not in one)]
    return [
        Setting(name, one.get(name, "–"), other.get(name, "–"))
        for name in names
        if one.get(name) != other.get(name)
    ]


def pair(first: StoredBacktest, second: StoredBacktest) -> Paired:
    """The finished trades of both, matched. Two statements."""
    own, other = _finished(first), _finished(second)
    shared = own.keys() & other.keys()
    with_r = [(own[key][0], other[key][0]) for key in shared]
    r = [b - a for a, b in with_r if a is not None and b is not None]
    pct = [other[key][1] - own[key][1] for key in shared]
    return Paired(
        both=len(shared),
        only_first=len(own.keys() - shared),
        only_second=len(other.keys() - shared),
        equal=sum(own[key] == other[key] for key in shared),
        difference_r=mean_of(r),
        difference_pct=mean_of(pct),
    )


def _said(stored: StoredBacktest) -> Iterator[tuple[str, str]]:
    strategy = Strategy.parse(stored.text, overrides=stored.overrides, params=stored.params)
    plain = strategy.plain()
    del plain["description"], plain["params"]
    plain["params"] = plain.pop("values")
    yield from _flat("", plain)
    yield "venue", stored.venue.name
    yield "instruments", f"{len(stored.instruments):,}"
    yield "first bar", _day(min(stored.origins))
    yield "last bar", _day(max(stored.untils))
    yield "close at the end", "yes" if stored.close_at_end else "no"
    yield "engine", stored.engine_version
    yield "digest of the candles", stored.data_digest[:12]


def _flat(prefix: str, values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{name}.", value)
        elif isinstance(value, list | tuple):
            yield f"{prefix}{name}", ", ".join(map(_word, value)) or "–"
        else:
            yield f"{prefix}{name}", _word(value)


def _word(value: object) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _day(ms: int) -> str:
    return f"{to_datetime(ms):%Y-%m-%d %H:%M}"


def _finished(stored: StoredBacktest) -> dict[tuple[int, str, object], tuple[float | None, float]]:
    rows = StoredTrade.objects.filter(backtest=stored, state=StoredTrade.State.CLOSED)
    columns = rows.values_list("instrument_id", "side", "signal_time", "r", "return_pct")
    return {(instrument, side, moment): (r, pct) for instrument, side, moment, r, pct in columns.iterator()}
