"""The list of rows that were left out, beside the file that they are in."""

import csv
from collections.abc import Sequence
from pathlib import Path

from heliograph.market.errors import BadFile
from heliograph.market.sources.files.candlefile import CandleFile
from heliograph.market.sources.files.folder import SKIPPED


def write_skipped(path: Path, found: Sequence[CandleFile]) -> str | None:
    """Write `<file>.skipped.csv` with line and reason of each skipped row; its name, or None without any."""
    rows = [(candles.file, one) for candles in found for one in candles.skipped]
    if not rows:
        return None
    target = path.with_name(path.name + SKIPPED)
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "line", "reason"])
            writer.writerows((name, one.line, one.reason) for name, one in rows)
    except OSError as fault:
        raise BadFile(
            str(target),
            f"the list of skipped rows cannot be written ({fault.strerror}); make the folder writable",
        ) from fault
    return str(target)
