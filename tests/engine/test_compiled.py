"""Where compiled kernels are kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from heliograph.engine import compiled
from heliograph.engine.entries import KERNELS, kernel_names, warm_kernels


def test_every_kernel_compiles_and_is_told_of():
    told: list[tuple[str, int, int]] = []
    count = warm_kernels(lambda name, done, total: told.append((name, done, total)))
    assert told == [(name, done, count) for done, name in enumerate(kernel_names())]


def test_processes_may_share_the_compiling():
    shares: list[list[str]] = [[], []]
    for share, names in enumerate(shares):
        warm_kernels(lambda name, done, total, names=names: names.append(name), share=share, of=2)
    assert sorted(shares[0] + shares[1]) == sorted(kernel_names())


def test_the_folder_of_a_kernel_depends_on_all_that_it_is_made_of():
    averages = KERNELS / "averages.py"
    parts = compiled.closure(averages)
    engine = KERNELS.parent
    assert parts == {
        averages,
        KERNELS / "parts.py",
        engine / "compiled.py",
        engine / "bars.py",
        engine / "errors.py",
    } | {engine.parent / "errors.py"}
    assert compiled.digest(averages) != compiled.digest(KERNELS / "volume.py")


@pytest.mark.parametrize("is_writable", [True, False])
def test_kernels_are_kept_below_the_named_folder_and_run_without_one(tmp_path, is_writable):
    folder = tmp_path / "kernels"
    if not is_writable:
        folder.write_text("no folder")
    code = "from heliograph.engine.entries import entry; entry('elementwise.neg', 1, 1)"
    environment = {"HELIOGRAPH_NUMBA_CACHE": str(folder), "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    kept = [path.suffix for path in Path(folder).rglob("*.nb*")] if is_writable else []
    assert sorted(kept) == ([".nbc", ".nbi"] if is_writable else [])
