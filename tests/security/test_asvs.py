"""The table of security requirements names controls that are tried by tests that there are."""

import ast
import runpy
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
MADE = runpy.run_path(str(ROOT / "scripts" / "make_asvs.py"))
# Levels 1 and 2 of the standard, version 5.0.
REQUIREMENTS = 253


def names_in(path):
    """The names of the tests of a file; none where there is no such file."""
    if not (ROOT / path).is_file():
        return set()
    tree = ast.parse((ROOT / path).read_text())
    # A row may name a whole file.
    return {"", *(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))}


def test_every_requirement_stands_once():
    ids = Counter(row["id"] for row in MADE["rows"]())
    assert (len(ids), set(ids.values())) == (REQUIREMENTS, {1})


def test_what_applies_has_a_test_and_what_does_not_says_why():
    known, wrong = {}, []
    for row in MADE["rows"]():
        path, _, name = row["test"].partition("::")
        applies = row["applies"]
        if not row["control"] or applies not in ("yes", "no", "open") or (applies == "yes") != bool(path):
            wrong.append(row["id"])
        elif path and name not in known.setdefault(path, names_in(path)):
            wrong.append((row["id"], row["test"]))
    assert wrong == []


def test_the_page_is_that_of_the_table():
    assert (ROOT / "docs" / "security" / "asvs.md").read_text() == MADE["page"]()
