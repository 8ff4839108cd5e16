"""`heliograph imports` through the command line."""

import json

import pytest

from tests.cli.conftest import refused

pytestmark = pytest.mark.django_db
HEADER = "time,open,high,low,close,volume\n"


def write(path, *closes):
    rows = [f"2024-01-31 {10 + k}:00,{c},{c + 1},{c - 1},{c},5\n" for k, c in enumerate(closes)]
    path.write_text(HEADER + "".join(rows))
    return path


@pytest.fixture
def answers(heliograph):
    def call(*words):
        answer = heliograph(*words, "--json")
        assert (answer.code, answer.err) == (0, "")
        return json.loads(answer.out)

    return call


def test_a_wrong_import_is_listed_undone_and_followed_by_the_right_one(answers, heliograph, tmp_path):
    answers("import", write(tmp_path / "BTCUSDT.csv", 10, 11, 12))
    wrong = write(tmp_path / "BTC-USDT.csv", 10, 99, 98, 97)
    answers("import", wrong)
    [newest, first] = answers("imports", "list")["items"]
    counts = {
        name: newest[name] for name in ("name", "venue", "kind", "state", "inserted", "revised", "undone")
    }
    assert counts == {
        "name": str(wrong),
        "venue": "file",
        "kind": "file",
        "state": "finished",
        "inserted": 1,
        "revised": 2,
        "undone": None,
    }

    undone = answers("imports", "undo", newest["id"])

    expected = {
        "batch": newest["id"],
        "name": str(wrong),
        "removed": 1,
        "restored": 2,
        "kept": 0,
        "series": 1,
    }
    assert undone == expected
    assert [item["state"] for item in answers("imports", "list")["items"]] == ["undone", "finished"]
    answers("import", write(tmp_path / "BTC-USDT.csv", 10, 11, 12, 13))
    [covered] = answers("coverage")["items"]
    assert (covered["bars"], covered["share"]) == (4, 1.0)
    again = refused(heliograph("imports", "undo", newest["id"]))
    assert again.startswith(f"Import {newest['id']} ({wrong}) was undone on ")
    assert "There is no import 9999" in refused(heliograph("imports", "undo", 9999))
    assert first["id"] < newest["id"]


def test_a_person_reads_what_became_of_the_bars(heliograph, tmp_path):
    heliograph("import", write(tmp_path / "BTCUSDT.csv", 10, 11, 12))
    heliograph("import", write(tmp_path / "BTC-USDT.csv", 90, 91, 12, 13))
    heliograph("import", write(tmp_path / "BTC_USDT.csv", 10, 81, 12, 13))
    table = heliograph("imports", "list", "--limit", 2).out.splitlines()
    number = table[-1].split()[0]

    answer = heliograph("imports", "undo", number)

    assert [line.split()[-4:] for line in table[-2:]] == [
        ["finished", "0", "2", "2"],
        ["finished", "1", "2", "1"],
    ]
    assert answer.out == (
        f"Import {number} ({tmp_path / 'BTC-USDT.csv'}) is undone: 1 bar removed, 0 restored; "
        "2 bars kept, which a later import gave other values.\n"
    )


def test_where_nothing_was_imported_it_says_so(heliograph):
    answer = heliograph("imports", "list")
    assert (answer.code, answer.err) == (0, "None yet; `heliograph import PATH` stores candles from files.\n")
