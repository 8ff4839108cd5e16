"""The page that tells what is where names only what there is, and no figure that no other page states."""

import re

from tests.documents.samples import ROOT

PAGE = (ROOT / "docs/what-is-where.md").read_text()


def test_the_tests_benchmarks_and_drills_that_it_names_are_there():
    named = set(re.findall(r"`((?:tests|deploy)/[\w./-]+)`", PAGE))
    assert {path for path in named if not (ROOT / path).exists()} == set()
    for kind, folder in (("bench", "benchmarks"), ("drill", "benchmarks/drills")):
        names = set(re.findall(rf"make {kind} NAME=([\w-]+)", PAGE))
        assert names
        assert {one for one in names if not (ROOT / folder / f"{one.replace('-', '_')}.py").exists()} == set()


def test_each_figure_is_one_that_a_page_states():
    others = [path.read_text() for path in (ROOT / "docs").rglob("*.md") if path.name != "what-is-where.md"]
    figures = set(re.findall(r"\d[\d.,]*(?: to \d+)? (?:ms|%)", PAGE))
    assert len(figures) > 5
    assert {one for one in figures if not any(one in text for text in others)} == set()
