"""Reading candles as the options say."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from heliograph.cli.moments import now
from heliograph.cli.options import Files
from heliograph.cli.output import counted, note

if TYPE_CHECKING:
    from heliograph.market.sources.files import CandleFile
    from heliograph.notebook.series import Series


def read(files: Files, *, timeframe: str | None) -> list["Series"]:
    """All series of the files; `timeframe` names or picks it where given."""
    from heliograph.market.sources.files import Reading
    from heliograph.notebook.series import read_series

    reading = Reading(
        timeframe=timeframe,
        timezone=files.timezone,
        skip_bad=files.skip_bad,
        now=int(now().timestamp() * 1000),
    )
    return read_series(files.data, symbols=files.symbol, reading=reading, told=_tell_skipped)


def _tell_skipped(path: Path, found: Sequence["CandleFile"]) -> None:
    """Count the bad rows on stderr, and list them beside the file where that can be written."""
    from heliograph.market.errors import BadFile
    from heliograph.market.sources.files.skipped import write_skipped

    skipped = [row for candles in found for row in candles.skipped]
    if not skipped:
        return
    where = f"the first in line {skipped[0].line}: {skipped[0].reason}"
    if path.is_file():
        with suppress(BadFile):
            where = f"listed in {write_skipped(path, found)}"
    note(f"{path}: {counted(len(skipped), 'bad row')} left out, {where}.")
