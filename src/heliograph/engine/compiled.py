"""How kernels are compiled, and where the compiled code is kept.

No fastmath: it changes bits. With NumPy's error model a division by zero is an infinity, not an exception.
Numba's own cache does not see an edit in an imported file, so the folder is named after all sources that
a kernel is made of.
"""

import ast
import hashlib
import importlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

# Intel's vector library rounds the last bit otherwise in vectors than in scalars.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

import platformdirs

# Types of Numba's own decorators do not go through a decorator of ours.
numba: Any = importlib.import_module("numba")

F = TypeVar("F", bound=Callable[..., object])

PACKAGE = Path(__file__).parents[1]
# Without `_nrt` Numba counts no references to arrays, which at every row would cost more than the row;
# so no kernel can make an array.
OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}


def part(function: F, **options: bool) -> F:
    """Compiles a function that only kernels call; `options` are Numba's, besides ours."""
    compiled: F = numba.njit(**(OPTIONS | options))(function)
    return compiled


def inlined(function: F) -> F:
    """Compiles a part that is small or called per row: its arguments are not worth passing."""
    return part(function, forceinline=True)


def template(function: F) -> F:
    """Writes a function into each kernel that calls it, with the functions that it is given."""
    compiled: F = numba.njit(inline="always", **OPTIONS)(function)
    return compiled


def kernel(function: F, **options: bool) -> F:
    """Compiles a kernel and keeps the result on disk."""
    folder = cache_folder(Path(function.__code__.co_filename))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return part(function, **options)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        compiled: F = numba.njit(cache=True, **(OPTIONS | options))(function)
    finally:
        numba.config.CACHE_DIR = before
    return compiled


def cache_folder(source: Path) -> Path:
    """Where the kernels of that file are kept: below HELIOGRAPH_NUMBA_CACHE or the user's cache folder."""
    root = os.environ.get("HELIOGRAPH_NUMBA_CACHE") or platformdirs.user_cache_dir("heliograph")
    return Path(root) / "numba" / digest(source)[:16]


@cache
def digest(*sources: Path) -> str:
    """A hash over the sources, all that they import of this package, and Numba's version."""
    total = hashlib.sha256(numba.__version__.encode())
    for path in sorted(set().union(*map(closure, sources))):
        total.update(path.read_bytes())
    return total.hexdigest()


@cache
def closure(source: Path) -> frozenset[Path]:
    """The file and every file of this package that it imports, directly or not."""
    found = {source}
    waiting = [source]
    while waiting:
        fresh = set(imported(waiting.pop())) - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(found)


@cache
def imported(source: Path) -> tuple[Path, ...]:
    """The files of this package that a file imports by name."""
    tree = ast.parse(source.read_bytes())
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    modules = {str(node.module) for node in froms}
    modules |= {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    paths = [PACKAGE.parent / Path(*module.split(".")) for module in sorted(modules)]
    return tuple(path.with_suffix(".py") for path in paths if path.with_suffix(".py").exists())
