"""What commands print: tables for people, JSON and CSV for programs, notes on stderr."""

import json
import math
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from heliograph.engine.performance.estimates import Estimate

# Wide enough that nothing is cut where the output is not a terminal.
ENDLESS = 4000
UNKNOWN = "–"


def show_json(value: object) -> None:
    """Print a value as JSON; NaN is refused, since unknown is null."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def note(sentence: str) -> None:
    """Tell the person something beside the output, on stderr."""
    print(sentence, file=sys.stderr)


def counted(count: int, thing: str) -> str:
    """`1 bar`, `2,000 bars`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def utc(time: int | datetime | None) -> str | None:
    """`2024-01-01T00:00:00Z` of a moment or of UTC milliseconds."""
    if time is None:
        return None
    if isinstance(time, int):
        time = datetime.fromtimestamp(time / 1000, UTC)
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_all(times: "npt.NDArray[np.int64]") -> list[str]:
    """The same of many UTC milliseconds at once."""
    import numpy as np

    return [
        str(time) for time in np.datetime_as_string(times.astype("datetime64[ms]"), unit="s", timezone="UTC")
    ]


def clock(time: int | datetime | str | None) -> str:
    """`2024-01-01 00:00` for people; the column says that it is UTC."""
    if time is None:
        return UNKNOWN
    text = time if isinstance(time, str) else utc(time) or ""
    return text.replace("T", " ").removesuffix("Z").removesuffix(":00")


def number(value: float | None, digits: int | None = None, *, sign: bool = False) -> str:
    """A number for people, to `digits` decimals or else to six significant ones; a dash where unknown.

    What rounds to zero has no minus.
    """
    if value is None or math.isnan(value):
        return UNKNOWN
    plus = "+" if sign else ""
    return f"{value:{plus}z,.{digits}f}" if digits is not None else f"{value:{plus}.6g}"


def estimate(value: "Estimate", *, times: float = 1, unit: str = "") -> str:
    """A mean or share with its interval and number: `+0.12 (-0.03 to +0.27, n 1,024)`."""
    digits, sign = (1, False) if unit else (2, True)
    low, middle, high = (
        number(part if part is None else part * times, digits, sign=sign)
        for part in (value.low, value.value, value.high)
    )
    return f"{middle}{unit} ({low} to {high}, n {value.n:,})"


def known(value: float | None) -> float | None:
    """The value for JSON: NaN and infinities become None."""
    return value if value is not None and math.isfinite(value) else None


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Print a table; a column whose name begins with `>` is flush right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False, title=title or None, title_justify="left")
    for name in columns:
        side: Literal["left", "right"] = "right" if name.startswith(">") else "left"
        table.add_column(name.removeprefix(">"), justify=side, overflow="fold")
    for row in rows:
        # As text, so that brackets in a cell are not read as markup.
        table.add_row(*map(Text, row))
    console = Console(width=None if sys.stdout.isatty() else ENDLESS, highlight=False)
    with console.capture() as captured:
        console.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))
