"""Months of candles whose time is over: what would go, what holds it back, and taking it away."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection

from heliograph.errors import UserError
from heliograph.market.drop_month import ChangedMeanwhile, drop_timeframe, drop_whole
from heliograph.market.export_month import Exported, export
from heliograph.market.models import Dropped
from heliograph.market.months_of import Month, stored_months
from heliograph.market.wire import to_datetime
from heliograph.workers.retention.holds import Hold, holds

# Nothing is replayed over what went: those that stood then remember it.
MARK = """
UPDATE signals_progress AS p SET dropped_until = greatest(p.dropped_until, %(until)s)
FROM signals_strategyversion AS v
WHERE v.id = p.version_id AND v.timeframe = %(timeframe)s
  AND EXISTS (SELECT FROM unnest(p.origins) AS origin WHERE origin <= %(ms)s)
"""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One timeframe of a month whose days are over; `hold` is what keeps it, None if it goes."""

    month: Month
    timeframe: str
    hold: Hold | None


@dataclass(frozen=True, slots=True)
class Gone:
    """A month that went, as a whole partition or one timeframe of it; `why` says why it did not."""

    month: str
    timeframes: Sequence[str]
    rows: int
    files: Sequence[str]
    why: str = ""


class NoFolder(UserError):
    """Nobody said where files of dropped candles go."""

    def __init__(self) -> None:
        super().__init__(
            "Set HELIOGRAPH_RETENTION_FOLDER: candles are written there before they are dropped."
        )


def folder() -> Path:
    """Where the files are; NoFolder."""
    if not settings.HELIOGRAPH_RETENTION_FOLDER:
        raise NoFolder
    return Path(settings.HELIOGRAPH_RETENTION_FOLDER)


def verdicts(days: Mapping[str, float], *, at: datetime) -> list[Verdict]:
    """The months whose time is over, oldest first.

    Behind one that is held nothing goes: there would be a hole.
    """
    if not days:
        return []
    ends = {timeframe: at - timedelta(days=number) for timeframe, number in days.items()}
    held = {timeframe: holds(timeframe) for timeframe in days}
    kept: dict[str, Hold] = {}
    found = []
    for month in stored_months(before=max(ends.values())):
        for timeframe in month.series:
            if timeframe in ends and month.span[1] <= ends[timeframe]:
                first = next(iter(held[timeframe]), None)
                if first and first.since < month.span[1]:
                    kept.setdefault(timeframe, first)
                found.append(Verdict(month, timeframe, kept.get(timeframe)))
    return found


def drop(days: Mapping[str, float], *, at: datetime, say: Say = lambda _: None) -> Iterator[Gone]:
    """Export and take away all that may go, month by month; what changes meanwhile stays until next time."""
    where = folder() if days else Path()
    going: dict[str, list[Verdict]] = {}
    for one in verdicts(days, at=at):
        if one.hold is None:
            going.setdefault(str(one.month), []).append(one)
    for of_month in going.values():
        timeframes = [one.timeframe for one in of_month]
        say(f"{of_month[0].month}: {', '.join(timeframes)}")
        files = [
            export(of_month[0].month, name, folder=where, name=_name(of_month[0].month, name))
            for name in timeframes
        ]
        yield _taken(of_month[0].month, files, at=at)


def _taken(month: Month, files: Sequence[Exported], *, at: datetime) -> Gone:
    told = [file.timeframe for file in files], sum(file.rows for file in files), [file.name for file in files]
    try:
        if month.is_ours and set(month.series) == {file.timeframe for file in files}:
            drop_whole(files, mark=_mark, at=at)
        else:
            for file in files:
                drop_timeframe(file, mark=_mark, at=at)
    except ChangedMeanwhile as fault:
        return Gone(str(month), told[0], 0, [], str(fault))
    except OperationalError as fault:
        # Somebody holds the table for longer than others may be kept waiting.
        return Gone(
            str(month), told[0], 0, [], f"{month}: {str(fault).splitlines()[0]}; it stays until next time."
        )
    return Gone(str(month), *told)


def _mark(timeframe: str, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MARK, {"timeframe": timeframe, "until": to_datetime(last), "ms": last})


def _name(month: Month, timeframe: str) -> str:
    """A name that no file has which is needed: bars may come into a month again after it was dropped."""
    begins = f"candles/{timeframe}/{month}"
    number = Dropped.objects.filter(file__startswith=begins).count()
    return f"{begins}{f'-{number + 1}' if number else ''}.parquet"
