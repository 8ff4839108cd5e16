"""What a text that is not saved would have done with one instrument: the engine's word, within seconds."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import fmean, stdev

import numpy as np

from heliograph.engine.backtest import Backtest, backtest_bars
from heliograph.engine.bars import Bars
from heliograph.engine.exits.rules import SIDES
from heliograph.engine.performance.estimates import Estimate, mean
from heliograph.engine.strategy import Strategy as Checked
from heliograph.errors import UserError
from heliograph.market.models import Series
from heliograph.market.wire import to_datetime, to_ms
from heliograph.research.candles import Piece, Range, read_piece
from heliograph.web.closes import Closes, draw_closes
from heliograph.web.reads.strategies.watched import Choice, choice_of, choices, length_of, usual_since

# The newest bars that are looked at, finer ones among them: a tenth of a second for the engine.
MOST_BARS = 20_000
# For whoever waits; what is not done by then is left to a backtest.
MOST_SECONDS = 4.0
SHOWN, DRAWN = 6, 240
# So often whoever asks is answered.
A_MINUTE = 30
# One at a time in each process: what people try out holds up nothing else.
_engine = ThreadPoolExecutor(max_workers=1, thread_name_prefix="would")


class TooLong(UserError):
    """The engine did not answer in time."""


@dataclass(frozen=True, slots=True)
class Fire:
    """One published signal and how it ended; `state` is `closed`, `open`, `waiting` or `missed`."""

    side: str
    at: datetime
    state: str
    exit_reason: str = ""
    r: float | None = None
    return_pct: float | None = None


@dataclass(frozen=True, slots=True)
class Would:
    """What would have been found from `since` on in `bars` bars; `rejected` counts by reason.

    `closes` are the newest ones with their opens in UTC milliseconds, to be drawn. `is_cut`: older bars are
    stored, and were not looked at.
    """

    choice: Choice
    timeframe: str
    since: datetime
    until: datetime
    bars: int
    fires: tuple[Fire, ...]
    rejected: dict[str, int]
    mean_r: Estimate
    closes: tuple[tuple[int, float], ...]
    is_cut: bool

    @property
    def newest(self) -> tuple[Fire, ...]:
        """Those that are shown, the newest first."""
        return self.fires[:SHOWN]

    @property
    def candidates(self) -> int:
        """All that fired, published or rejected."""
        return len(self.fires) + sum(self.rejected.values())

    @property
    def drawn_from(self) -> datetime | None:
        """The first bar of those that are drawn."""
        return to_datetime(self.closes[0][0]) if self.closes else None

    def picture(self) -> Closes | None:
        """The newest closes, with a triangle at each signal among them."""
        places = {open_time: place for place, (open_time, _) in enumerate(self.closes)}
        marks = ((places.get(to_ms(fire.at)), fire.side == "long") for fire in self.fires)
        return draw_closes(
            [close for _, close in self.closes],
            [(place, is_long) for place, is_long in marks if place is not None],
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel: what can be chosen, what is, and what came of it or why nothing did."""

    choices: tuple[Choice, ...] = ()
    chosen: int | None = None
    since: date | None = None
    found: Would | None = None
    reasons: tuple[tuple[str, int], ...] = ()
    fault: str = ""


def panel_of(strategy: Checked | None) -> Panel:
    """The panel before anything was asked. One statement."""
    found = choices(strategy) if strategy else []
    return offered(found, found[0]) if found else Panel()


def offered(found: list[Series], chosen: Series, *, since: date | None = None) -> Panel:
    """The panel with its choices, and without an answer."""
    return Panel(tuple(choice_of(one) for one in found), chosen.instrument_id, since or usual_since(chosen))


def would_have(strategy: Checked, series: Series, *, since: date) -> Would:
    """Run the engine over the newest bars, and keep what is found from that day on. TooLong after seconds.

    All bars before that day warm it up, as they would have.
    """
    start, last = to_ms(series.first_open), to_ms(series.last_open)
    inside = strategy.execution.intrabar
    length = length_of(series.timeframe)
    most = MOST_BARS // (1 + length // length_of(inside)) if inside else MOST_BARS
    origin = max(start, last - length * (most - 1))
    bars, finer = read_piece(Piece(0, (Range(series.instrument_id, origin, last, most),)), strategy)
    begin = max(to_ms(datetime(since.year, since.month, since.day, tzinfo=UTC)), origin)
    place = int(np.searchsorted(bars.time, begin))
    symbols = (series.instrument.symbol,)
    before, whole = _in_time(lambda: _both(strategy, symbols, bars, finer, place))
    earlier = before.rejected if before else {}
    rejected = {reason: count - earlier.get(reason, 0) for reason, count in whole.rejected.items()}
    fires = tuple(_fires(whole, begin))
    newest = bars.slice(max(place, len(bars) - DRAWN), len(bars))
    return Would(
        choice=choice_of(series),
        timeframe=series.timeframe,
        since=to_datetime(bars.time[place] if place < len(bars) else begin),
        until=series.last_open,
        bars=len(bars) - place,
        fires=fires,
        rejected={reason.value: count for reason, count in rejected.items() if count},
        mean_r=_mean_r([fire.r for fire in fires if fire.r is not None]),
        closes=tuple(zip(newest.time.tolist(), newest.close[0].tolist(), strict=True)),
        is_cut=origin > start and begin == origin,
    )


def _both(
    strategy: Checked, symbols: Sequence[str], bars: Bars, finer: Bars | None, place: int
) -> tuple[Backtest | None, Backtest]:
    """What was found before that bar, None without any, and in all: the difference is what came since."""
    whole = backtest_bars(strategy, symbols, bars, finer=finer)
    if not place:
        return None, whole
    end = bars.time[place] if place < len(bars) else bars.time[-1] + 1
    inside = finer and finer.upto(int(np.searchsorted(finer.time, end)))
    return backtest_bars(strategy, symbols, bars.upto(place), finer=inside), whole


def _in_time(run: Callable[[], tuple[Backtest | None, Backtest]]) -> tuple[Backtest | None, Backtest]:
    asked: Future[tuple[Backtest | None, Backtest]] = _engine.submit(run)
    try:
        return asked.result(timeout=MOST_SECONDS)
    except TimeoutError as fault:
        asked.cancel()
        raise TooLong(f"It takes longer than {MOST_SECONDS:g} s; a backtest has the time.") from fault


def _fires(done: Backtest, begin: int) -> list[Fire]:
    """Published signals of the bars from `begin` (ms) on, the newest first."""
    found = [
        Fire(
            trade.side,
            to_datetime(trade.signal_time),
            "closed",
            str(trade.exit_reason),
            trade.r,
            trade.return_pct,
        )
        for trade in done.trades
        if trade.signal_time >= begin
    ]
    for state, rows in (("open", done.open_slots), ("waiting", done.waiting), ("missed", done.missed)):
        kept = rows[rows["signal_time"] >= begin]
        found += [Fire(SIDES[int(row["side"])], to_datetime(row["signal_time"]), state) for row in kept]
    return sorted(found, key=lambda fire: fire.at, reverse=True)


def _mean_r(results: list[float]) -> Estimate:
    known = len(results) > 1
    return mean(fmean(results) if results else None, stdev(results) if known else None, len(results))
