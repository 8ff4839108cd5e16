"""No text that we write into a table is run by the spreadsheet that opens it."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from heliograph.reports.forms import FORMS
from heliograph.reports.make import make_report
from heliograph.reports.periods import span
from heliograph.web.api.exports.csv_form import CsvForm
from heliograph.web.api.exports.table import Column
from tests.reports.ledger import BEGAN, fill, make_ledger
from tests.security import corpora

CELLS = corpora.read("cells")
# Written down once more, and not taken from the code: a cell is run if this is where it begins.
RUN = re.compile(r"[\x00\t\r\n]|\s*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?")


def dangerous(text):
    """The cells of a CSV file that a spreadsheet would run; numbers are none."""
    cells = [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
    return [cell for cell in cells if RUN.match(cell) and not NUMBER.fullmatch(cell)]


def test_the_list_itself_is_dangerous():
    text = io.StringIO(newline="")
    csv.writer(text).writerows([cell] for cell in CELLS)
    assert dangerous(text.getvalue()) == CELLS


@pytest.mark.django_db
def test_a_report_runs_nothing():
    fill(make_ledger(), 5)
    told = make_report(span(BEGAN, BEGAN + timedelta(days=60))).to_dict()
    table = told["performance"]["tables"]["by_version"]
    table["rows"] = [[cell, *table["rows"][0][1:]] for cell in CELLS]
    told["summary"] = CELLS

    assert dangerous(FORMS["csv"].make(told).decode()) == []
    with zipfile.ZipFile(io.BytesIO(FORMS["xlsx"].make(told))) as book:
        text = "".join(book.read(name).decode() for name in book.namelist())
    assert "WEBSERVICE" in text
    assert "<f>" not in text
    assert 'TargetMode="External"' not in text


def test_an_exported_list_runs_nothing():
    form = CsvForm([Column("symbol", "text")])
    text = (form.begin() + form.rows([(cell,) for cell in CELLS])).decode()
    assert dangerous(text) == []
    assert text.count("'") >= len(CELLS)


def test_printed_columns_run_nothing(tmp_path):
    """The heads of columns are expressions, and symbols are what somebody called them."""
    file = tmp_path / "x.csv"
    lines = [f"2024-01-01 0{hour}:00:00,1,1,1,1,1" for hour in range(9)]
    file.write_text("\n".join(["time,open,high,low,close,volume", *lines]))
    words = ["eval", "--data", str(file), "--symbol", "=X", "--timeframe", "1h", "--csv", "--", "-close"]
    done = subprocess.run(
        [Path(sys.executable).with_name("heliograph"), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "'-close" in done.stdout
    assert dangerous(done.stdout) == []
