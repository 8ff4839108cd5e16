"""The secrets of this process: what they hold must not be written where others read."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from heliograph.config.declared import SETTINGS, Kind

# Of exchanges and channels, whose variables their users name.
LIKE_A_SECRET = re.compile(r"(?i).*(_KEY|SECRET|TOKEN|PASSWORD|PASSWD|_DSN)")
# They stand in every line; as a password one is refused in production.
WORDS = ("heliograph", "postgres", "localhost", "password")


def secrets_of(values: Mapping[str, str] = os.environ) -> list[str]:
    """What declared secrets hold, and variables that are named like one; of URLs the password."""
    return sorted({one for one in _all(values) if one.lower() not in WORDS})


def _all(values: Mapping[str, str]) -> Iterator[str]:
    for name, value in values.items():
        plain = name.removesuffix("_FILE")
        declared = SETTINGS.get(plain)
        if not (declared.is_secret if declared else LIKE_A_SECRET.fullmatch(plain)):
            continue
        held = value if name == plain else _content(value)
        if declared and declared.kind == Kind.URL:
            yield from _of_url(held)
        else:
            yield held


def _content(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError):  # told of where the setting is read
        return ""


def _of_url(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return
    if password:
        yield unquote(password)
