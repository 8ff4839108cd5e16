"""The forms of a report carry what it says, run nothing, and call nobody."""

import copy
import csv
import io
import re
import zipfile
from pathlib import Path

import pytest

from heliograph.reports.forms import FORMS, file_name
from heliograph.reports.forms import html_form as html
from heliograph.reports.make import make_report
from heliograph.reports.periods import span
from tests.reports.ledger import BEGAN, fill, make_ledger

pytestmark = pytest.mark.django_db
LOOK = Path(html.__file__).parents[2] / "web/assets/src/css/tokens.css"
EVIL = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def told():
    """A report, with a version whose name a spreadsheet would run and a browser would read as markup."""
    from datetime import timedelta

    fill(make_ledger(), 60)
    made = copy.deepcopy(make_report(span(BEGAN, BEGAN + timedelta(days=60))).to_dict())
    rows = [list(row) for row in made["performance"]["tables"]["by_version"]["rows"]]
    rows[0][0], rows[1][0] = EVIL, "<script>alert(1)</script>#[typst]"
    made["performance"]["tables"]["by_version"]["rows"] = rows
    return made


def test_a_page_stands_alone_and_names_are_text(told):
    text = FORMS["html"].make(told).decode()

    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert re.findall(r'(?:src|href)="([^"]*)"', text) == []
    assert set(re.findall(r"https?://[^\"'&<\s]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://evil.example",
    }
    assert "url(" not in text
    for sentence in told["summary"]:
        assert sentence in text


def test_the_colours_of_a_page_are_those_of_the_product():
    def tokens(text):
        return set(re.findall(r"(--\w+): (#\w+);", text))

    own = (Path(html.__file__).parent / "tokens.css").read_text()
    whole = LOOK.read_text()
    light, dark = (own.partition("@media")[place] for place in (0, 2))
    assert tokens(light) <= tokens(whole.partition("@media")[0])
    assert tokens(dark) <= tokens(whole.partition("@media")[2])
    assert len(tokens(own)) == 16


def test_a_spreadsheet_runs_nothing(told):
    lines = list(csv.DictReader(io.StringIO(FORMS["csv"].make(told).decode())))
    book = zipfile.ZipFile(io.BytesIO(FORMS["xlsx"].make(told)))

    assert {line["value"] for line in lines if "HYPERLINK" in line["value"]} == {f"'{EVIL}"}
    sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 8
    assert not any("<f>" in sheet for sheet in sheets)
    mean = told["performance"]["figures"]["mean_r"]
    (line,) = [
        one
        for one in lines
        if one["section"] == "performance" and one["name"] == "mean_r" and not one["table"]
    ]
    assert [float(line[name]) for name in ("value", "low", "high", "n")] == [
        mean[name] for name in ("value", "low", "high", "n")
    ]


def test_a_pdf_takes_no_text_for_markup(told):
    made = FORMS["pdf"].make(told)

    assert made.startswith(b"%PDF-")
    assert FORMS["pdf"].make(told) == made
    assert file_name(told, "pdf") == "heliograph-custom-2025-01-20T1700.pdf"
