"""Secrets that can be guessed."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.checks import CheckMessage, Error, Warning

from heliograph.config.declared import SETTINGS, Kind
from heliograph.config.given import value_of
from heliograph.kit.env import Environment

# They stand in examples, and so in the lists of those who guess.
EXAMPLES = ("changeme", "change-me", "change_me", "insecure", "example", "secret-key", "only for", "password")
WORDS = ("secret", "heliograph", "postgres", "redis", "valkey", "admin", "test", "hunter2", "foobared")
KEY, SHORTEST_KEY = "HELIOGRAPH_SECRET_KEY", 32
SHORTEST_PASSWORD = 12
MAKE = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def secrets(environment: Environment) -> Iterator[CheckMessage]:
    """Secrets that are missing, short or known, and files that everybody can read."""
    key = str(value_of(KEY, environment))
    if not key:
        yield _refused(KEY, f"{KEY} is not set")
    elif why := weakness(key, shortest=SHORTEST_KEY):
        yield _refused(KEY, f"{KEY} {why}")
    for setting in SETTINGS.values():
        given = "<" not in setting.name and setting.is_secret and str(value_of(setting.name, environment))
        if not given:
            continue
        if Path(path := os.environ.get(f"{setting.name}_FILE", "")).is_file():
            yield from _open_to_all(setting.name, path)
        if setting.kind == Kind.URL:
            yield from _password(setting.name, given)
        elif setting.name != KEY and (why := weakness(given, shortest=SHORTEST_PASSWORD)):
            yield _refused(setting.name, f"{setting.name} {why}")


def weakness(secret: str, *, shortest: int) -> str | None:
    """What makes a secret weak, to be read after its name; None where nothing does."""
    if any(word in secret.lower() for word in EXAMPLES) or secret.lower() in WORDS:
        return "is one that stands in examples"
    if len(secret) < shortest:
        return f"has {len(secret)} characters, fewer than {shortest}"
    # Of random letters a third and more are different ones; of a key of 32 hexadecimal digits 13.
    if len(set(secret)) < shortest // 4:
        return f"is made of {len(set(secret))} different characters alone"
    return None


def _password(name: str, url: str) -> Iterator[CheckMessage]:
    try:
        password = unquote(urlsplit(url).password or "")
    except ValueError:
        return
    if password and (why := weakness(password, shortest=SHORTEST_PASSWORD)):
        yield _refused(name, f"The password in {name} {why}")


def _open_to_all(name: str, path: str) -> Iterator[CheckMessage]:
    if Path(path).stat().st_mode & 0o004:
        yield Warning(
            f"{path}, the file of {name}, can be read by everybody on this machine.",
            hint=f"chmod o-r {path}",
            obj=f"{name}_FILE",
            id="heliograph.W011",
        )


def _refused(name: str, sentence: str) -> CheckMessage:
    hint = f"Put a long random one into {name}, or into a file that {name}_FILE names: {MAKE}"
    return Error(f"{sentence}.", hint=hint, obj=name, id="heliograph.E011")
