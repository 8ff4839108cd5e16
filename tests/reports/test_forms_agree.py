"""Each form of a report says the numbers of its JSON: files are read again."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from heliograph.reports.forms import FORMS
from heliograph.reports.make import make_report
from heliograph.reports.periods import Kind, last_period
from tests.reports.busy import UNTIL, make_season
from tests.reports.pdf_text import pieces_of

pytestmark = pytest.mark.django_db
SECTIONS = (
    "signals", "performance", "data_quality", "health", "trends", "recommendations", "details"
)  # fmt: skip
PARTS = ("value", "previous", "low", "high", "n")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# The last digit that people read of each unit.
DIGITS = {"count": 0, "r": 2, "pct": 2, "loss": 2, "share": 1, "hours": 1, "score": 1, "ratio": 2}


@pytest.fixture
def told():
    """The report of a busy week."""
    make_season()
    return make_report(last_period(Kind.WEEKLY, at=UNTIL + timedelta(hours=1))).to_dict()


def figures_of(told):
    return [(name, *pair) for name in SECTIONS for pair in told[name]["figures"].items()]


def cells_of(told, section):
    """The cells of a section's tables with their units, row after row."""
    for table in told[section]["tables"].values():
        for row in table["rows"]:
            yield from zip(row, (one["unit"] for one in table["columns"]), strict=True)


def read(text):
    """A cell of CSV as JSON has it."""
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", text) else text.removeprefix("'") or None


def test_csv_holds_every_figure_and_cell(told):
    lines = list(csv.DictReader(io.StringIO(FORMS["csv"].make(told).decode())))

    figures = [one for one in lines if one["section"] in SECTIONS and not one["table"] and one["name"]]
    assert [[one["section"], one["name"], *(read(one[part]) for part in PARTS)] for one in figures] == [
        [section, name, *(one[part] for part in PARTS)] for section, name, one in figures_of(told)
    ]
    for section in SECTIONS:
        cells = [read(one["value"]) for one in lines if one["section"] == section and one["table"]]
        assert cells == [
            cell or None if isinstance(cell, str) else cell for cell, _ in cells_of(told, section)
        ]
    assert [one["value"] for one in lines if one["section"] == "summary"] == list(told["summary"])


def test_a_workbook_holds_every_number_in_its_order(told):
    book = zipfile.ZipFile(io.BytesIO(FORMS["xlsx"].make(told)))
    strings = [
        "".join(part.itertext())
        for part in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{SHEET}si")
    ]
    sheets = []
    for place in range(1, len(SECTIONS) + 2):
        cells = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{place}.xml")).iter(f"{SHEET}c")
        sheets.append([(one.get("t"), one.findtext(f"{SHEET}v")) for one in cells])

    assert [strings[int(text)] for kind, text in sheets[0] if kind == "s"][2:] == list(told["summary"])
    for section, cells in zip(SECTIONS, sheets[1:], strict=True):
        numbers = [float(text) for kind, text in cells if kind != "s" and text is not None]
        figures = [one[part] for one in told[section]["figures"].values() for part in PARTS]
        wanted = [one for one in [*figures, *(cell for cell, _ in cells_of(told, section))]]
        assert numbers == pytest.approx([one for one in wanted if isinstance(one, int | float)], rel=1e-15)


class Page(HTMLParser):
    """The texts of figures, of what stands under them, and of cells, by section."""

    def __init__(self):
        super().__init__()
        self.section, self.found, self._into = None, {}, None

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        classes = (known.get("class") or "").split()
        if tag == "section" and "report-section" in classes:
            self.section = known["id"]
        kind = "cell" if tag == "td" else next((one for one in classes if one in WANTED), None)
        if tag in ("td", "span") and kind and self.section:
            self._into = self.found.setdefault((self.section, kind), [])
            self._into.append("")

    def handle_endtag(self, tag):
        if tag in ("td", "span"):
            self._into = None

    def handle_data(self, data):
        if self._into is not None:
            self._into[-1] += data


WANTED = ("report-value", "report-before")


def same(text, value, unit):
    """A number as people read it, beside the number itself."""
    if value is None or isinstance(value, str):
        plain = "–" if value is None else value
        return text == (
            plain.replace("T", " ").removesuffix("Z").removesuffix(":00") if unit == "time" else plain
        )
    number = float(re.sub(r"[^\d.e+-]", "", text.replace("−", "-").replace("+", "")))
    shown = 100 * value if unit == "share" else value
    if unit == "price":
        return number == pytest.approx(shown, rel=1e-7)
    return abs(number - shown) <= 0.5000001 * 10 ** -DIGITS[unit]


def test_a_page_says_every_number_to_its_last_digit(told):
    page = Page()
    page.feed(FORMS["html"].make(told).decode())

    for section in SECTIONS:
        figures = list(told[section]["figures"].values())
        values = page.found.get((section, "report-value"), [])
        assert len(values) == len(figures)
        for text, one in zip(values, figures, strict=True):
            assert same(text, one["value"], one["unit"]), (section, one["label"], text)
        for text, one in zip(page.found.get((section, "report-before"), []), figures, strict=True):
            is_known = one["value"] is not None
            assert same(text.removeprefix("before "), one["previous"], one["unit"]) if is_known else text
        cells, wanted = page.found.get((section, "cell"), []), list(cells_of(told, section))
        assert len(cells) == len(wanted)
        wrong = [(text, *cell) for text, cell in zip(cells, wanted, strict=True) if not same(text, *cell)]
        assert wrong == []


def test_a_pdf_says_every_number(told):
    words = set(re.findall(r'"(?:label|title)": "([^"]+)"', json.dumps(told)))
    read = map(_number, pieces_of(FORMS["pdf"].make(told), words))
    pieces, missing = [one for one in read if one], []

    for section in SECTIONS:
        figures = [(one["value"], one["unit"]) for one in told[section]["figures"].values()]
        tables = told[section]["tables"].values()
        # Of what is drawn of more, the drawing stands alone.
        shown = [one for one in tables if not (one["chart"] and len(one["rows"]) > 31)]
        cells = list(cells_of({section: {"tables": dict(enumerate(shown))}}, section))
        numbers = [one for one in [*figures, *cells] if isinstance(one[0], int | float)]
        missing += [(section, *one) for one in numbers if not _taken(pieces, *one)]
    assert missing == []


NUMBER = re.compile(r"([+−]?)(\d[\d,]*(?:\.\d+)?)(?: (R|%|h))?")
SIGNS = {"r": "R", "pct": "%", "loss": "%", "share": "%", "hours": "h"}


def _number(text):
    """A piece of text as a number, its decimals and its unit, None if it is none."""
    if not (found := NUMBER.fullmatch(text)):
        return None
    plain = found[2].replace(",", "")
    return float(plain) * (-1 if found[1] == "−" else 1), len(plain.partition(".")[2]), found[3]


def _taken(pieces, value, unit):
    """True if a piece that stands for no other number says this one, to its last digit."""
    shown = 100 * value if unit == "share" else value
    near = 1e-7 * abs(shown) if unit == "price" else 0.5000001 * 10 ** -DIGITS[unit]
    for place, (number, digits, sign) in enumerate(pieces):
        is_written = sign == SIGNS.get(unit) and digits == DIGITS.get(unit, digits)
        if is_written and abs(number - shown) <= near:
            del pieces[place]
            return True
    return False
