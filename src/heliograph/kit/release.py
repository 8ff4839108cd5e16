"""Which release of Heliograph this process runs."""

import sys
from pathlib import Path

import heliograph


def release() -> str:
    """The name of its folder, such as `0.1.0-3909dce5a1b2`; the version where it was not installed so."""
    # The environment lies in the folder of its release: /opt/heliograph/releases/NAME/.venv.
    folder = Path(sys.prefix).resolve().parent
    return folder.name if folder.parent.name == "releases" else heliograph.__version__
