"""Import files of candles: whole folders, again without harm, and onwards after an interruption."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from django.db import transaction

from heliograph.engine.bars import INPUTS
from heliograph.market.calendars import check_calendar, guess_calendar
from heliograph.market.deliveries import File, begin, count, finish, finished, hold, interrupted
from heliograph.market.detect import Imported, all_files, result_of
from heliograph.market.errors import BadFile
from heliograph.market.instruments import find_or_make, venue_for_files
from heliograph.market.models import Batch, Venue
from heliograph.market.rows import ROW, Rows
from heliograph.market.sources.files import CandleFile, Reading, iter_candles
from heliograph.market.sources.files.skipped import write_skipped
from heliograph.market.store import store_rows
from heliograph.market.wire import to_ms

# So many bars are committed at once: an interruption loses no more than that.
CHUNK = 250_000
# Told after each commit: the file, its bars that are done, and all of them.
Progress = Callable[[str, int, int], None]


def import_files(
    paths: Sequence[str | Path],
    *,
    at: datetime,
    venue: str = "file",
    reading: Reading | None = None,
    calendar: str | None = None,
    progress: Progress | None = None,
) -> list[Imported]:
    """Import these files, and those in these folders; one result for each file, in order.

    A file that is refused does not stop the others. `reading` says how to read them. `calendar` is set on the
    instruments; where it is not given, new ones get the one that their bars keep to. NoSuchCalendar or
    WrongVenue if the options are wrong.
    """
    if calendar is not None:
        check_calendar(calendar)
    reading = reading or Reading()
    target = venue_for_files(venue)
    files = [_delivery(path, reading) for path in all_files(paths)]
    together = {file.sha256 for file in files if isinstance(file, File)}
    return [
        _import(file, reading, target, together=together, calendar=calendar, at=at, progress=progress)
        if isinstance(file, File)
        else file
        for file in files
    ]


def _delivery(path: Path | Imported, reading: Reading) -> File | Imported:
    if isinstance(path, Imported):
        return path
    try:
        return File.of(path, reading)
    except BadFile as fault:
        return Imported(str(path), refused=str(fault))


def _import(
    file: File,
    reading: Reading,
    venue: Venue,
    *,
    together: Collection[str],
    calendar: str | None,
    at: datetime,
    progress: Progress | None,
) -> Imported:
    path = file.path
    try:
        if done := finished(venue, file, together=together):
            return Imported(
                str(path),
                done.format,
                unchanged=done.inserted + done.revised + done.unchanged,
                skipped=done.skipped,
                recognised=done.finished_at,
            )
        batch = interrupted(venue, file)
        # An interrupted import goes on with the clock that it began with: the same bars, in the same chunks.
        now = to_ms(batch.started_at if batch else at)
        found = [candles for candles in iter_candles(path, replace(reading, now=now)) if len(candles)]
        skipped_file = write_skipped(path, found)
    except BadFile as fault:
        return Imported(str(path), refused=str(fault))
    batch = batch or begin(venue, file, format=found[0].format if found else "", at=at)
    _store(found, venue, batch, calendar=calendar, at=at, progress=progress)
    result = result_of(path, found)
    finish(batch, skipped=result.skipped, findings=_findings(found), at=at)
    return replace(
        result,
        inserted=batch.inserted,
        revised=batch.revised,
        unchanged=batch.unchanged,
        skipped_file=skipped_file,
    )


def _store(
    found: Sequence[CandleFile],
    venue: Venue,
    batch: Batch,
    *,
    calendar: str | None,
    at: datetime,
    progress: Progress | None,
) -> None:
    instruments = find_or_make(venue, _calendars(found, calendar), overrule=calendar is not None)
    total, done = sum(map(len, found)), 0
    for timeframe, pieces in _chunks(found):
        rows = _rows(pieces, instruments)
        if done >= batch.rows_done:
            with transaction.atomic():
                hold(batch)
                stored = store_rows(rows=rows, timeframe=timeframe, batch=batch, at=at)
                count(batch, stored, rows=len(rows))
        done += len(rows)
        if progress:
            progress(batch.name, done, total)


@dataclass(frozen=True, slots=True)
class Piece:
    """The bars start..stop-1 of a series."""

    candles: CandleFile
    start: int
    stop: int


def _chunks(found: Sequence[CandleFile]) -> Iterator[tuple[str, list[Piece]]]:
    """Pieces of one timeframe, about CHUNK bars together, no series twice: what one transaction stores."""
    chunk: list[Piece] = []
    room = CHUNK
    for candles in found:
        for start in range(0, len(candles), CHUNK):
            piece = Piece(candles, start, min(start + CHUNK, len(candles)))
            together = all(_fits(piece, other) for other in chunk) and piece.stop - piece.start <= room
            if chunk and not together:
                yield chunk[0].candles.timeframe, chunk
                chunk, room = [], CHUNK
            chunk.append(piece)
            room -= piece.stop - piece.start
    if chunk:
        yield chunk[0].candles.timeframe, chunk


def _fits(piece: Piece, other: Piece) -> bool:
    same_timeframe = piece.candles.timeframe == other.candles.timeframe
    return same_timeframe and piece.candles.symbol != other.candles.symbol


def _rows(pieces: Sequence[Piece], instruments: dict[str, int]) -> Rows:
    ordered = sorted(pieces, key=lambda piece: instruments[piece.candles.symbol])
    parts = []
    for piece in ordered:
        rows = np.empty(piece.stop - piece.start, dtype=ROW)
        rows["instrument"] = instruments[piece.candles.symbol]
        for name in ("time", *INPUTS):
            rows[name] = getattr(piece.candles, name)[piece.start : piece.stop]
        parts.append(rows)
    return np.concatenate(parts)


def _calendars(found: Sequence[CandleFile], calendar: str | None) -> dict[str, str]:
    """The calendar of each symbol: the given one, or the one that its bars keep to."""
    calendars: dict[str, str] = {}
    for candles in found:
        guess = calendar or guess_calendar(candles.symbol, candles.timeframe, candles.time)
        calendars[candles.symbol] = calendars.get(candles.symbol) or guess
    return calendars


def _findings(found: Sequence[CandleFile]) -> dict[str, int]:
    """What was noticed in the whole file, for its row."""
    return {
        "repeated": sum(candles.findings.repeated for candles in found),
        "forming": sum(candles.findings.forming for candles in found),
        "outside_range": sum(candles.findings.outside_range for candles in found),
        "turned_round": sum(candles.findings.turned_round for candles in found),
    }
