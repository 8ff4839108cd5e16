"""What servers of tests stand on."""

import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def reachable():
    """A folder that the account of servers can reach: those of pytest are root's alone."""
    made = Path(tempfile.mkdtemp(prefix="heliograph-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)
