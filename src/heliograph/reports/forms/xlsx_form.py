"""A report as a workbook: a sheet for each section. Text is written as text, whatever it begins with."""

import io
from datetime import datetime
from typing import TYPE_CHECKING

from heliograph.reports.forms.written import SECTIONS, Plain, period_words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

NUMBERS = {
    "count": "#,##0",
    "r": "+0.00;-0.00;0.00",
    "pct": '+0.00" %";-0.00" %";0.00" %"',
    "loss": '0.00" %"',
    "share": "0.0%",
    "score": "0.0",
    "hours": '0.0" h"',
    "price": "General",
}
FIGURES = ("Figure", "Value", "Before", "95 % from", "to", "n", "Why unknown")
WIDE, NARROW = 28, 14


def as_xlsx(report: Plain) -> bytes:
    """The bytes of the workbook; it was made when the period was over, so that it is the same each time."""
    # Loaded when somebody wants such a file, and not into every process.
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = datetime.fromisoformat(report["period"]["until"]).replace(tzinfo=None)
    book.set_properties({"title": report["title"], "author": "Heliograph", "created": made})
    sheets = Sheets(book)
    sheets.summary(report)
    for name in SECTIONS:
        sheets.section(report[name])
    book.close()
    return out.getvalue()


class Sheets:
    """Writes the sheets of one workbook."""

    def __init__(self, book: "Workbook") -> None:
        self._book = book
        self._bold = book.add_format({"bold": True})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._forms = {unit: book.add_format({"num_format": form}) for unit, form in NUMBERS.items()}
        self._other = book.add_format({"num_format": "0.00"})

    def summary(self, report: Plain) -> None:
        """The title, the period and the sentences."""
        sheet = self._book.add_worksheet("Summary")
        sheet.set_column(0, 0, 110)
        sheet.write_string(0, 0, report["title"], self._title)
        sheet.write_string(1, 0, period_words(report))
        for line, sentence in enumerate(report["summary"], 3):
            sheet.write_string(line, 0, sentence, self._wrap)

    def section(self, section: Plain) -> None:
        """Figures above tables."""
        sheet = self._book.add_worksheet(section["title"][:31])
        sheet.set_column(0, 0, WIDE)
        sheet.set_column(1, 11, NARROW)
        line = 0
        if section["reason"]:
            sheet.write_string(0, 0, f"Not known: {section['reason']}.")
            line = 2
        if section["figures"]:
            line = self._figures(sheet, line, section["figures"])
        for table in section["tables"].values():
            line = self._table(sheet, line, table)

    def _figures(self, sheet: "Worksheet", line: int, figures: Plain) -> int:
        self._heads(sheet, line, FIGURES)
        for one in figures.values():
            line += 1
            sheet.write_string(line, 0, one["label"])
            for place, part in enumerate(("value", "previous", "low", "high"), 1):
                self._cell(sheet, line, place, one[part], one["unit"])
            self._cell(sheet, line, 5, one["n"], "count")
            self._cell(sheet, line, 6, one["reason"], "text")
        return line + 2

    def _table(self, sheet: "Worksheet", line: int, table: Plain) -> int:
        sheet.write_string(line, 0, table["title"], self._bold)
        if table["note"]:
            sheet.write_string(line, 1, table["note"])
        self._heads(sheet, line + 1, [column["label"] for column in table["columns"]])
        line += 2
        for row in table["rows"]:
            for place, (cell, column) in enumerate(zip(row, table["columns"], strict=True)):
                self._cell(sheet, line, place, cell, column["unit"])
            line += 1
        return line + 1

    def _heads(self, sheet: "Worksheet", line: int, names: "tuple[str, ...] | list[str]") -> None:
        for place, name in enumerate(names):
            sheet.write_string(line, place, name, self._bold)

    def _cell(self, sheet: "Worksheet", line: int, place: int, value: object, unit: str) -> None:
        if isinstance(value, str):
            sheet.write_string(line, place, value)
        elif isinstance(value, int | float):
            sheet.write_number(line, place, value, self._form(unit))

    def _form(self, unit: str) -> "Format":
        return self._forms.get(unit, self._other)
