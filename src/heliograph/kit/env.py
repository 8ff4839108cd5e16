"""Typed readers of settings in the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from heliograph.kit.errors import BadSetting

WORDS = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)


class Environment:
    """Reads settings from a mapping of strings; what is missing or malformed raises BadSetting."""

    def __init__(self, values: Mapping[str, str] = os.environ) -> None:
        self._values = values

    def given(self, name: str) -> str:
        """What was given as NAME, or lies in the file that NAME_FILE names; empty where neither is set."""
        if value := self._values.get(name):
            return value
        path = self._values.get(f"{name}_FILE")
        if not path:
            return ""
        try:
            value = Path(path).read_text().strip()
        except OSError as fault:
            raise BadSetting(f"{name}_FILE: {path} cannot be read ({fault.strerror}).") from fault
        if not value:
            raise BadSetting(f"{name}_FILE: {path} is empty.")
        return value

    def keep(self, *names: str) -> None:
        """Put what lies in files into the environment of this process and of those that it starts."""
        os.environ.update({name: value for name in names if (value := self.given(name))})

    def text(self, name: str, *, default: str | None = None) -> str:
        """The value as it stands."""
        value = self.given(name) or default
        if value is None:
            raise BadSetting(f"{name} is not set.")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        word = self.given(name).lower()
        if word and word not in WORDS:
            raise BadSetting(f"{name} is '{word}'; use 1 or 0.")
        return WORDS[word] if word else default

    def number(self, name: str, *, default: int) -> int:
        """A whole number."""
        value = self.given(name) or str(default)
        if not value.lstrip("-").isdecimal():
            raise BadSetting(f"{name} is '{value}', not a whole number.")
        return int(value)

    def names(self, name: str, *, default: str = "") -> list[str]:
        """A list of words with commas between them."""
        return [word.strip() for word in self._values.get(name, default).split(",") if word.strip()]

    def secret(self, name: str) -> str:
        """A secret, from NAME or from the file that NAME_FILE names; there is no default."""
        value = self.given(name)
        if not value:
            raise BadSetting(f"{name} is not set; set it, or {name}_FILE to a file that holds it.")
        return value

    def postgres(self, name: str) -> dict[str, object]:
        """Django's description of the database that a URL names.

        `postgres://user:password@host:port/name?option=value`; a socket folder goes into `?host=`.
        """
        value = self.text(name)
        url = urlsplit(value)
        if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
            raise BadSetting(f"{name} does not look like postgres://user:password@host:port/name.")
        options = dict(parse_qsl(url.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": options.pop("host", url.hostname or ""),
            "PORT": options.pop("port", str(url.port or "")),
            "OPTIONS": options,
        }


def direct_url(environment: Environment | None = None) -> str:
    """The URL of the database past a pooler, for who needs a session of its own and connects without Django.

    Empty where no database is named. See direct.py.
    """
    named = environment or Environment()
    pooled = named.flag("HELIOGRAPH_POOLER", default=False)
    return named.given("HELIOGRAPH_DIRECT_DATABASE_URL" if pooled else "DATABASE_URL")
