"""The reference data that tests read where it lies; it is not part of the repository."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("HELIOGRAPH_SHARED", Path(__file__).parents[2] / "shared"))


def shared(name: str) -> Path:
    """The path of a reference file; skips where the data is absent, fails in CI."""
    path = SHARED / "data" / name
    if path.exists():
        return path
    sentence = (
        f"The reference data is not here ({name}); set HELIOGRAPH_SHARED to its folder to run this test."
    )
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence, allow_module_level=True)
