"""What there is to run."""

import ast
from pathlib import Path


def show_programs(folder: Path) -> None:
    """Print each program of a folder: its name as `make` takes it, and in one line what it is for."""
    found = {path.stem.replace("_", "-"): _purpose(path) for path in sorted(folder.glob("[a-z]*.py"))}
    width = max(map(len, found))
    for name, purpose in found.items():
        print(f"{name:{width}}  {purpose}")


def _purpose(path: Path) -> str:
    told = ast.get_docstring(ast.parse(path.read_text()))
    assert told, f"{path} does not say what it is for"
    return told.splitlines()[0]
