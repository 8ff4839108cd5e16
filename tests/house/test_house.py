"""The house keeps its order: what a reviewer would otherwise have to see each time."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from heliograph.config.declared import SETTINGS
from heliograph.config.declared.reference import settings_reference

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src/heliograph"
LAYERS = (
    {"engine", "kit", "client"},
    {"backup", "market", "fleet", "notices"},
    {"signals", "notebook"},
    {"research", "inbound"},
    {"monitor"},
    {"reports", "accounts"},
    {"workers"},
    {"web", "cli"},
    {"config"},
)
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
# Folders that hold no code of their own.
SHELVES = {"samples", "__pycache__"}
# Files that a program writes are as long as what they are written from.
MARK = "# Written by scripts/make_client.py"
CODE = sorted(path for path in SRC.rglob("*.py") if "node_modules" not in path.parts)


def imported_rooms(node):
    """The rooms that an import statement names."""
    if isinstance(node, ast.Import):
        dotted = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        dotted = [f"{node.module}.{alias.name}" for alias in node.names]
    else:
        return
    for name in dotted:
        package, room, *_ = [*name.split("."), "", ""]
        if package == "heliograph" and room in RANK:
            yield room


def test_imports_point_one_way():
    """A room that knows those above it can no longer be read, tested or replaced alone."""
    wrong = [
        f"{path.relative_to(SRC)}:{node.lineno} {room} -> {target}"
        for path in CODE
        for room in [path.relative_to(SRC).parts[0]]
        if room in RANK
        for node in ast.walk(ast.parse(path.read_text()))
        for target in imported_rooms(node)
        if target != room and RANK[target] >= RANK[room]
    ]
    assert wrong == []


def test_every_room_has_a_rank():
    """A folder without one would escape the test above."""
    rooms = {path.name for path in SRC.iterdir() if path.is_dir()} - SHELVES
    assert rooms - RANK.keys() == set()


def test_the_engine_reads_no_clock_and_knows_no_django():
    """A backtest that can see the time or a row can differ from the live run."""
    strangers = {
        "django",
        "time",
        "datetime.now",
        "random",
        "logging",
        "psycopg",
        "redis",
        "celery",
        "socket",
    }
    wrong = [
        f"{path.relative_to(SRC)}:{node.lineno} {name}"
        for path in CODE
        if path.relative_to(SRC).parts[0] == "engine"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or node.names[0].name]
        if name.split(".")[0] in strangers
    ]
    assert wrong == []


def test_files_and_functions_fit_on_a_screen():
    """Whale files and functions are where nobody finds anything."""
    wrong = []
    for path in CODE:
        text = path.read_text()
        if MARK in text:
            continue
        if len(text.splitlines()) > 400:
            wrong.append(f"{path.relative_to(SRC)} has more than 400 lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "migrations" not in path.parts:
                arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                if node.end_lineno - node.lineno + 1 > 50:
                    wrong.append(f"{path.relative_to(SRC)}:{node.lineno} {node.name} has more than 50 lines")
                # A compiled kernel takes its arrays one by one.
                most = 10 if "engine" in path.parts else 7
                if len(arguments) > most:
                    wrong.append(
                        f"{path.relative_to(SRC)}:{node.lineno} {node.name} has {len(arguments)} arguments"
                    )
    assert wrong == []


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc", "base", "services"])
def test_no_room_without_a_meaning(name):
    """Such rooms fill up first."""
    assert [path for path in CODE if path.stem == name] == []


def test_nothing_says_that_it_will_be_finished_later():
    marks = re.compile(r"#.*\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*CODE, *(ROOT / "tests").rglob("*.py")]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if marks.search(line)
    ]
    assert wrong == []


def test_every_direct_dependency_says_why_it_is_there_and_is_pinned_with_its_hash():
    """A dependency nobody can explain is one nobody dares to remove."""
    text = (ROOT / "pyproject.toml").read_text()
    run = [re.split(r"[\[>=]", name)[0] for name in tomllib.loads(text)["project"]["dependencies"]]
    unexplained = [name for name in run if not re.search(rf'"{re.escape(name)}[^"]*",? +# \w+', text)]
    pinned = pins("run.txt")
    assert unexplained == []
    assert [name for name in run if name.lower() not in pinned] == []


def test_both_lock_files_agree():
    """Otherwise the tests would pass with other versions than those that users get."""
    run, dev, tracing = pins("run.txt"), pins("dev.txt"), pins("tracing.txt")
    assert {name: version for name, version in (run | tracing).items() if dev.get(name) != version} == {}
    assert run.keys() - tracing.keys() == set()


def pins(name):
    """Names and versions of a lock file; each has a hash."""
    text = (ROOT / "requirements" / name).read_text()
    found = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    return {key.lower(): version for key, version in found.items()}


def test_every_setting_is_declared_and_so_in_the_docs():
    """A setting that only the code knows is found by accident."""
    docs = (ROOT / "docs/reference/settings.md").read_text()
    names = {
        name
        for path in CODE
        for name in re.findall(r"""["'](HELIOGRAPH_[A-Z_]+|DATABASE_URL|REDIS_URL)["']""", path.read_text())
    }
    # Each reader of a setting takes NAME_FILE too; the docs say so once.
    assert {
        name for name in names if name not in SETTINGS and name.removesuffix("_FILE") not in SETTINGS
    } == (set())
    assert re.search(r"<!-- settings:.*?-->\n(.*?)<!-- end", docs, re.DOTALL)[1] == settings_reference(), (
        "run: make docs"
    )


def test_the_makefile_is_short():
    assert len((ROOT / "Makefile").read_text().splitlines()) < 60
