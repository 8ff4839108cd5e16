"""A report as one long table: a line for each figure and for each cell, as spreadsheets pivot it."""

import csv
import io
from collections.abc import Iterator

from heliograph.kit.spreadsheet import harmless
from heliograph.reports.forms.written import SECTIONS, Plain

HEAD = ("section", "table", "row", "name", "label", "value", "unit", "previous", "low", "high", "n", "reason")


def as_csv(report: Plain) -> bytes:
    """RFC 4180; unknown is an empty cell."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(HEAD)
    for line in _lines(report):
        lines.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in line])
    return text.getvalue().encode()


def _lines(report: Plain) -> Iterator[tuple[object, ...]]:
    for name, value in report["period"].items():
        yield "period", "", "", name, name, value, "text", "", "", "", "", ""
    for number, sentence in enumerate(report["summary"], 1):
        yield "summary", "", number, "sentence", "Sentence", sentence, "text", "", "", "", "", ""
    for name in SECTIONS:
        yield from _section(name, report[name])


def _section(section: str, told: Plain) -> Iterator[tuple[object, ...]]:
    if told["reason"]:
        yield section, "", "", "", told["title"], "", "", "", "", "", "", told["reason"]
    for name, one in told["figures"].items():
        rest = (one[part] for part in ("value", "unit", "previous", "low", "high", "n", "reason"))
        yield section, "", "", name, one["label"], *rest
    for table, one in told["tables"].items():
        for number, row in enumerate(one["rows"], 1):
            for column, cell in zip(one["columns"], row, strict=True):
                told_cell = column["name"], column["label"], cell, column["unit"]
                yield section, table, number, *told_cell, "", "", "", "", ""
