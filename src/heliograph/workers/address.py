"""Where the pages are found, for links that commands print and messages carry."""

import os
from pathlib import Path

from heliograph.kit.embedded import Home
from heliograph.workers.supervisor import read_state


def address_of(home: Path | None) -> str | None:
    """HELIOGRAPH_ADDRESS, else where `up` of this home listens; None where neither is known."""
    if named := os.environ.get("HELIOGRAPH_ADDRESS"):
        return named.rstrip("/")
    path = (home or Home.default_path()).expanduser().absolute()
    found = read_state(Home(path)).get("address") if path.is_dir() else None
    return str(found) if found else None
