"""Reads declared settings from the environment; their kinds and defaults stand in declared/."""

from heliograph.config.declared import SETTINGS, Kind
from heliograph.kit.env import Environment

env = Environment()


def flag(name: str) -> bool:
    """True or false."""
    return bool(_read(name, Kind.FLAG))


def number(name: str) -> int:
    """A whole number."""
    value = _read(name, Kind.NUMBER)
    assert isinstance(value, int)
    return value


def names(name: str) -> list[str]:
    """Words that had commas between them."""
    value = _read(name, Kind.NAMES)
    assert isinstance(value, list)
    return value


def text(name: str) -> str:
    """What was given; empty where nothing was and there is no default."""
    return str(_read(name, Kind.TEXT, Kind.URL, Kind.PATH))


def secret(name: str) -> str:
    """A secret, which must be there."""
    assert SETTINGS[name].is_secret
    return env.secret(name)


def _read(name: str, *kinds: Kind) -> str | bool | int | list[str]:
    assert SETTINGS[name].kind in kinds
    return SETTINGS[name].read(env)
