"""A report as PDF, set by typst. Values are handed in as data, so that no text is taken for markup."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from heliograph.reports.forms.drawing import INK, Paper
from heliograph.reports.forms.written import (
    Plain,
    WrittenSection,
    WrittenTable,
    period_words,
    sections_of,
)

# Of a drawing, so many rows stand beside it: the days of a month.
MOST_BESIDE = 31
TEMPLATE = Path(__file__).with_name("report.typ")


def as_pdf(report: Plain) -> bytes:
    """The bytes of the document; it was made when the period was over, so that it is the same each time."""
    # Loaded when somebody wants such a file, and not into every process.
    import typst

    until = datetime.fromisoformat(report["period"]["until"])
    told = {
        "title": report["title"],
        "period": period_words(report),
        "made": [until.year, until.month, until.day, until.hour, until.minute, until.second],
        "summary": report["summary"],
        "sections": [asdict(_short(one)) for one in sections_of(report, Paper(INK, width=640))],
    }
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=[fonts()],
        ignore_system_fonts=True,
        format="pdf",
        timestamp=int(until.timestamp()),
        sys_inputs={"report": json.dumps(told)},
    )
    return made


def _short(section: WrittenSection) -> WrittenSection:
    """Without the rows of what is drawn of very many: nobody reads hours of a month on paper."""
    return replace(section, tables=[_drawn_alone(one) for one in section.tables])


def _drawn_alone(one: WrittenTable) -> WrittenTable:
    if not one.drawing or len(one.rows) <= MOST_BESIDE:
        return one
    left = f"Drawn alone; its {len(one.rows):,} rows are in the other forms."
    return replace(one, rows=(), note=f"{one.note} {left}".strip())


@cache
def fonts() -> str:
    """The fonts that come with matplotlib: those of the machine would differ from place to place."""
    import matplotlib

    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
