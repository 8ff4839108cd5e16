"""What a stored backtest brought, in the same form as one that was just run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from heliograph.engine.backtest import Backtest
from heliograph.engine.exits.records import ENTRY, SLOT, Records
from heliograph.engine.exits.rules import REJECTS
from heliograph.engine.performance.summary import Summary
from heliograph.engine.tally import sums_of
from heliograph.engine.trades import Trade
from heliograph.market.models import Instrument
from heliograph.research.errors import NotFinished
from heliograph.research.models import StoredBacktest
from heliograph.research.trades import read_closed, read_open


@dataclass(frozen=True)
class Result:
    """Trades, counts and figures; see `engine.backtest.Backtest`. `rejected` counts candidates by reason."""

    closed: Backtest
    open: Sequence[Trade]
    published: int
    missed: int
    undecided: int
    rejected: Mapping[str, int]

    @property
    def trades(self) -> Sequence[Trade]:
        """The finished trades, by symbol, then end."""
        return self.closed.trades

    @cached_property
    def summary(self) -> Summary:
        """All trades in seven figures."""
        return self.closed.summary

    @cached_property
    def by_symbol(self) -> dict[str, Summary]:
        """The same of each symbol that has a trade."""
        return self.closed.by_symbol


def finished_result(stored: StoredBacktest) -> Result:
    """The result of a backtest that ended; NotFinished of another."""
    if stored.summary is None:
        raise NotFinished(stored.pk, job=stored.job.pk, state=stored.job.state)
    return read_result(stored)


def read_result(stored: StoredBacktest) -> Result:
    """The result from rows; `stored.summary` must hold the counts."""
    names = dict(Instrument.objects.filter(pk__in=stored.instruments).values_list("pk", "symbol"))
    records = read_closed(stored.pk, instruments=stored.instruments)
    symbols = [names[one] for one in stored.instruments]
    told = stored.summary or {}
    return Result(
        closed=_backtest(symbols, records, first=told["first"], last=told["last"]),
        open=read_open(stored.pk, names),
        published=told["published"],
        missed=told["missed"],
        undecided=told["undecided"],
        rejected=told["rejected"],
    )


def _backtest(symbols: Sequence[str], records: Records, *, first: int | None, last: int | None) -> Backtest:
    """The finished trades as the engine has them; of its times only those that count for them are known."""
    ends = [] if first is None or last is None else [first, last]
    time = np.unique(np.concatenate([np.array(ends, dtype=np.int64), records["exit_time"]]))
    return Backtest(
        symbols=tuple(symbols),
        time=time,
        chunks=(records,),
        open_slots=np.zeros(0, dtype=SLOT),
        waiting=np.zeros(0, dtype=SLOT),
        missed=np.zeros(0, dtype=ENTRY),
        verdicts=np.zeros((len(symbols), 2, len(REJECTS)), dtype=np.int64),
        undecided=np.zeros(len(symbols), dtype=np.int64),
        sums=sums_of((records,), first=0, instruments=len(symbols)),
    )
