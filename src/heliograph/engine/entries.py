"""From the name of a kernel to what can be called."""

import importlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

from heliograph.engine.compiled import digest, numba
from heliograph.engine.primitives import PRIMITIVES

Entry: TypeAlias = Callable[..., object]

KERNELS = Path(__file__).parent / "kernels"
# Those that no node of a graph names: of constants, higher timeframes and readiness.
INNER = {
    "elementwise.spread": (1, 1),
    "timeframes.resample": (7, 9),
    "timeframes.hold": (4, 1),
    "timeframes.first_known": (2, 1),
}


@cache
def entry(name: str, inputs: int, outputs: int) -> Entry:
    """The compiled kernel `file.function` of `kernels/`, without Numba's search for a fitting variant.

    It takes (ins, params, state, outs) and does not look at them: C-contiguous, writable float64 arrays, of
    which the state alone need not be contiguous.
    """
    file, function = name.split(".")
    dispatcher = getattr(importlib.import_module(f"heliograph.engine.kernels.{file}"), function)
    types = numba.types
    matrix = types.Array(types.float64, 2, "A")
    block = types.Array(types.float64, 1 if is_flat(name) else 2, "C")
    row = types.Array(types.float64, 1, "C")
    signature = (types.UniTuple(block, inputs), row, matrix, types.UniTuple(block, outputs))
    dispatcher.compile(signature)
    found: Entry = dispatcher.overloads[signature].entry_point
    return found


def is_flat(name: str) -> bool:
    """True if the kernel takes its arrays in one dimension."""
    return name.startswith("elementwise.")


def kernel_names() -> dict[str, tuple[int, int]]:
    """All kernels with their number of inputs and outputs."""
    return {one.kernel: (one.inputs, one.outputs) for one in PRIMITIVES.values()} | INNER


def warm_kernels(
    told: Callable[[str, int, int], None] = lambda name, done, total: None, *, share: int = 0, of: int = 1
) -> int:
    """Compiles every kernel that is not on disk yet, and tells of each; the number of kernels.

    Several processes may each take their share, `of` how many.
    """
    names = list(kernel_names().items())[share::of]
    for done, (name, (inputs, outputs)) in enumerate(names):
        told(name, done, len(names))
        entry(name, inputs, outputs)
    return len(names)


@cache
def kernels_digest() -> str:
    """A hash over the sources of all kernels: a state is only good for those that made it."""
    return digest(*KERNELS.glob("*.py"))
