"""Does live equal backtest? The published signals of a version beside a stored backtest of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from heliograph.market.models import Instrument
from heliograph.market.wire import to_ms
from heliograph.research.errors import NotFinished
from heliograph.research.models import StoredBacktest, StoredTrade
from heliograph.signals.models import Outcome, Progress, Signal

Key: TypeAlias = tuple[int, int, str]
FACTS = (
    "entry_time", "entry_price", "exit_time", "exit_price", "exit_reason", "r", "return_pct", "bars_held",
)  # fmt: skip
AT_THE_END = "end"


@dataclass(frozen=True, slots=True)
class Difference:
    """One signal that is not the same: where, and in words what differs."""

    symbol: str
    side: str
    signal_time: int
    says: str


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """`compared` signals of `instruments` on the period that both have; `differing` of them are not the same.

    `began_elsewhere` instruments were left out: live began at another bar, and averages remember theirs.
    """

    instruments: int
    began_elsewhere: int
    compared: int
    differing: int
    first: Difference | None

    @property
    def equal(self) -> bool | None:
        """None where there was nothing to compare."""
        return self.differing == 0 if self.compared else None


@dataclass(frozen=True, slots=True)
class _Story:
    """A signal and how it ended as of the end of the common period."""

    state: str
    facts: tuple[object, ...]


def check_live(stored: StoredBacktest) -> LiveCheck | None:
    """The check over all instruments that live evaluates; None where no version says the same.

    What one side had not finished at the end of the common period counts as open on both.
    """
    if stored.summary is None:
        raise NotFinished(stored.pk, job=stored.job.pk, state=stored.job.state)
    if stored.version is None or stored.version.digest != stored.digest:
        return None
    ends, elsewhere = _common(stored)
    live, tested = _live(stored, ends), _tested(stored, ends)
    keys = sorted(live.keys() | tested.keys(), key=lambda key: (key[1], key[0], key[2]))
    differing = [key for key in keys if live.get(key) != tested.get(key)]
    first = _difference(stored, differing[0], live, tested) if differing else None
    return LiveCheck(len(ends), elsewhere, len(keys), len(differing), first)


def _common(stored: StoredBacktest) -> tuple[dict[int, int], int]:
    """The last bar that both evaluated of each instrument, and how many instruments began elsewhere."""
    columns = zip(stored.origins, stored.untils, strict=True)
    tested = dict(zip(stored.instruments, columns, strict=True))
    ends, elsewhere = {}, 0
    for shard in Progress.objects.filter(version=stored.version):
        for instrument, origin, watermark in zip(
            shard.instruments, shard.origins, shard.watermarks, strict=True
        ):
            if instrument not in tested:
                continue
            began, until = tested[instrument]
            if began != origin:
                elsewhere += 1
            elif watermark >= origin:
                ends[instrument] = min(until, watermark)
    return ends, elsewhere


def _live(stored: StoredBacktest, ends: Mapping[int, int]) -> dict[Key, _Story]:
    found = Signal.objects.filter(
        version=stored.version, instrument__in=list(ends), state=Signal.State.PUBLISHED
    )
    outcomes = Outcome.objects.filter(signal__in=found).select_related("signal__instrument")
    stories = {}
    for outcome in outcomes.iterator():
        signal = outcome.signal
        end, time = ends[signal.instrument.pk], to_ms(signal.bar_time)
        if time <= end:
            stories[signal.instrument.pk, time, signal.side] = _story(outcome, end)
    return stories


def _tested(stored: StoredBacktest, ends: Mapping[int, int]) -> dict[Key, _Story]:
    found = StoredTrade.objects.filter(backtest=stored, instrument__in=list(ends)).select_related(
        "instrument"
    )
    stories = {}
    for trade in found.iterator():
        end, time = ends[trade.instrument.pk], to_ms(trade.signal_time)
        if time <= end:
            stories[trade.instrument.pk, time, trade.side] = _story(trade, end)
    return stories


def _story(row: Outcome | StoredTrade, end: int) -> _Story:
    settled = row.exit_time is not None and row.exit_reason != AT_THE_END and to_ms(row.exit_time) <= end
    if settled:
        return _Story("settled", tuple(getattr(row, name) for name in FACTS))
    entered = row.entry_time is not None and to_ms(row.entry_time) <= end
    if row.state in (Outcome.State.MISSED, StoredTrade.State.MISSED):
        # A waiting signal becomes a missed one at its next bar.
        return _Story("missed" if entered else "waiting", ())
    if entered:
        return _Story("open", (row.entry_time, row.entry_price))
    return _Story("waiting", ())


def _difference(
    stored: StoredBacktest, key: Key, live: Mapping[Key, _Story], tested: Mapping[Key, _Story]
) -> Difference:
    instrument, time, side = key
    symbol = Instrument.objects.get(pk=instrument).symbol
    return Difference(symbol, side, time, "; ".join(_words(stored, key, live.get(key), tested.get(key))))


def _words(stored: StoredBacktest, key: Key, live: _Story | None, tested: _Story | None) -> Iterator[str]:
    if tested is None or live is None:
        yield "only live published it" if tested is None else "only the backtest has it"
        if live is None:
            yield from _refusal(stored, key)
    elif live.state != tested.state:
        yield f"{live.state} live, {tested.state} in the backtest"
    else:
        names = FACTS if live.state == "settled" else FACTS[:2]
        for name, ours, theirs in zip(names, live.facts, tested.facts, strict=True):
            if ours != theirs:
                yield f"{name} {ours} live, {theirs} in the backtest"


def _refusal(stored: StoredBacktest, key: Key) -> Iterator[str]:
    """Why live rejected it, where it saw the candidate."""
    instrument, time, side = key
    rejected = Signal.objects.filter(
        version=stored.version, instrument=instrument, side=side, state=Signal.State.REJECTED
    )
    for signal in rejected:
        if to_ms(signal.bar_time) == time:
            yield f"live rejected it: {signal.reason.replace('_', ' ')} {signal.detail}".rstrip()
