"""Reading candles as the options say."""

from typing import TYPE_CHECKING

from heliograph.cli.moments import now
from heliograph.cli.options import Files

if TYPE_CHECKING:
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
    return read_series(files.data, symbols=files.symbol, reading=reading)
