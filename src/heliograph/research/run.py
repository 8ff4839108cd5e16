"""Runs a stored backtest piece by piece: each is stored with the place where to go on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from django.db import transaction

from heliograph.engine.backtest import Backtest, backtest_bars
from heliograph.engine.strategy import Strategy
from heliograph.fleet.jobs import JobRun
from heliograph.kit.clock import utc_now
from heliograph.market.models import Instrument
from heliograph.research.candles import Piece, Range, chain, pieces, read_piece
from heliograph.research.models import StoredBacktest
from heliograph.research.result import read_result
from heliograph.research.summary import figures
from heliograph.research.trades import write_trades


@dataclass(frozen=True)
class Cursor:
    """How far a run is: instruments and rows of trades that are stored, and what was counted on the way."""

    instruments: int = 0
    rows: int = 0
    weight: int = 0
    bars: int = 0
    first: int | None = None
    last: int | None = None
    digest: str = ""
    published: int = 0
    missed: int = 0
    undecided: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)


def run_backtest(run: JobRun, *, threads: int = 1) -> Mapping[str, object]:
    """The runner of jobs of kind `backtest`. However it is cut or interrupted, the result is the same."""
    stored = StoredBacktest.objects.get(job=run.job_id)
    strategy = Strategy.parse(stored.text, overrides=stored.overrides, params=stored.params)
    columns = (stored.instruments, stored.origins, stored.untils, stored.bars)
    ranges = [Range(*facts) for facts in zip(*columns, strict=True)]
    symbols = Instrument.objects.in_bulk(stored.instruments)
    names = [symbols[one].symbol for one in stored.instruments]
    cursor = Cursor(**dict(run.cursor))
    for piece in pieces(ranges, strategy):
        if piece.start < cursor.instruments:
            continue
        own = names[piece.start : piece.start + len(piece.ranges)]
        cursor = _run_piece(run, stored, strategy, (piece, own), cursor, threads=threads)
    _finish(run, stored, cursor)
    return {"backtest": stored.pk}


def _run_piece(
    run: JobRun,
    stored: StoredBacktest,
    strategy: Strategy,
    part: tuple[Piece, list[str]],
    cursor: Cursor,
    *,
    threads: int,
) -> Cursor:
    piece, names = part
    bars, finer = read_piece(piece, strategy)
    after = replace(
        cursor,
        instruments=piece.start + len(piece.ranges),
        weight=cursor.weight + piece.bars,
        digest=chain(cursor.digest, bars, finer),
    )
    if not len(bars):
        run.report(after.weight, total=sum(stored.bars), unit="bars", cursor=asdict(after))
        return after
    done = backtest_bars(
        strategy, names, bars, finer=finer, close_at_end=stored.close_at_end, threads=threads
    )
    with transaction.atomic():
        instruments = [one.instrument for one in piece.ranges]
        rows = write_trades(done, backtest=stored.pk, instruments=instruments, number=cursor.rows)
        counted = _counted(after, done, bars=int((bars.close == bars.close).sum()))
        after = replace(counted, rows=cursor.rows + rows)
        run.report(after.weight, total=sum(stored.bars), unit="bars", cursor=asdict(after))
    return after


def _counted(cursor: Cursor, done: Backtest, *, bars: int) -> Cursor:
    first, last = int(done.time[0]), int(done.time[-1])
    rejected = dict(cursor.rejected)
    for reason, count in done.rejected.items():
        rejected[reason.value] = rejected.get(reason.value, 0) + count
    return replace(
        cursor,
        bars=cursor.bars + bars,
        first=first if cursor.first is None else min(first, cursor.first),
        last=last if cursor.last is None else max(last, cursor.last),
        published=cursor.published + done.published,
        missed=cursor.missed + len(done.missed),
        undecided=cursor.undecided + int(done.undecided.sum()),
        rejected=rejected,
    )


def _finish(run: JobRun, stored: StoredBacktest, cursor: Cursor) -> None:
    """The figures, and with them the end; fenced like every piece."""
    facts = asdict(cursor)
    counts = {name: facts[name] for name in ("bars", "first", "last", "published", "missed", "undecided")}
    stored.summary = counts | {"rejected": dict(sorted(cursor.rejected.items()))}
    result = read_result(stored)
    stored.summary |= figures(result.closed, still_open=len(result.open))
    stored.data_digest, stored.finished_at = cursor.digest, utc_now()
    with transaction.atomic():
        stored.save(update_fields=["summary", "data_digest", "finished_at"])
        run.hold()
