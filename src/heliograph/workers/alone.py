"""Web and timetable each as a process of its own, which this one becomes: whoever started it watches it."""

import os
from pathlib import Path
from typing import NoReturn

from heliograph.errors import UserError
from heliograph.kit.embedded import connect
from heliograph.workers.programs import Program


class NoServers(UserError):
    """Nothing says where database and Redis are."""


def become(program: Program, *, home: Path | None) -> NoReturn:
    """Go on as that program, with the servers that the environment names.

    Those of a home run only as long as somebody holds them: NoServers where none are named.
    """
    with connect(home, database_url=_named("DATABASE_URL"), redis_url=_named("REDIS_URL")) as servers:
        os.execve(program.command[0], program.command, {**os.environ, **servers.environment()})


def _named(name: str) -> str | None:
    """None where a file holds it, which `connect` reads."""
    if not os.environ.get(name) and not os.environ.get(f"{name}_FILE"):
        raise NoServers(
            f"{name} is not set; name the server, or run `heliograph up`, which has servers of its own."
        )
    return os.environ.get(name)
