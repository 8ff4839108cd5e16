"""Secrets of channels: rows hold the names of environment variables, never what is in them."""

import os
import re
from collections.abc import Mapping

from heliograph.kit.env import Environment
from heliograph.kit.errors import BadSetting
from heliograph.notices.errors import BadChannel

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")

# Variables that hold the keys of the installation itself, and none of a channel.
OWN = ("DATABASE_URL", "REDIS_URL", "HELIOGRAPH_", "OTEL_")


def is_own(name: str) -> bool:
    """True for a setting of the installation, which no channel may send to another."""
    return name.upper().startswith(OWN)


def is_set(name: str, *, environment: Mapping[str, str] = os.environ) -> bool:
    """True if this process has that environment variable, or NAME_FILE, with something in it."""
    try:
        return bool(Environment(environment).given(name).strip())
    except BadSetting:
        return False


def secret_of(name: str, *, holds: str, environment: Mapping[str, str] = os.environ) -> str:
    """What is in the environment variable of that name, or in the file that NAME_FILE names; BadChannel where
    neither is set. `holds`: what is in it."""
    if not NAME.fullmatch(name):
        raise BadChannel(
            f"'{name[:8]}…' is no name of an environment variable; name one, and put {holds} into it."
        )
    try:
        found = Environment(environment).given(name).strip()
    except BadSetting as fault:
        raise BadChannel(str(fault)) from fault
    if not found:
        raise BadChannel(
            f"{name} is not set in the environment that Heliograph was started in; it holds {holds}. "
            "Set it there, and start it again."
        )
    return found
