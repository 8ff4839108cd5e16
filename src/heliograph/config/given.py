"""What the environment gives: names that nobody reads, and values that cannot be read."""

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from django.core.checks import CheckMessage, Error, Warning

from heliograph.config.declared import SETTINGS
from heliograph.kit.env import Environment
from heliograph.kit.errors import BadSetting

PREFIX = "HELIOGRAPH_"
# Names that users choose: keys of exchanges, and variables that hold what a channel needs.
CHOSEN = re.compile(r"HELIOGRAPH_[A-Z0-9_]+_(KEY|SECRET|TOKEN|PASSWORD|URL)")
NEAR, VERY_NEAR = 0.6, 0.9


def value_of(name: str, environment: Environment) -> "str | bool | int | list[str]":
    """A declared setting; its default where it cannot be read, which `unreadable` tells of."""
    try:
        return SETTINGS[name].read(environment)
    except BadSetting:
        return SETTINGS[name].read(Environment({}))


def unreadable(environment: Environment) -> Iterator[CheckMessage]:
    """A finding for each setting whose value, or whose file, cannot be read."""
    for setting in SETTINGS.values():
        try:
            setting.read(environment)
        except BadSetting as fault:
            yield Error(
                str(fault),
                hint=f"Correct {setting.name} or leave it out: {setting.says}",
                obj=setting.name,
                id="heliograph.E010",
            )


def unknown(values: Mapping[str, str]) -> Iterator[CheckMessage]:
    """A warning for each HELIOGRAPH_* that is no setting, with the nearest one."""
    for name in sorted(values):
        plain = name.removesuffix("_FILE")
        if not name.startswith(PREFIX) or {name, plain} & SETTINGS.keys():
            continue
        near = nearest(plain, least=VERY_NEAR if CHOSEN.fullmatch(plain) else NEAR)
        if near or not CHOSEN.fullmatch(plain):
            hint = f"Did you mean {near}?" if near else "docs/reference/settings.md has all there are."
            yield Warning(
                f"{name} is no setting: nothing reads it.", hint=hint, obj=name, id="heliograph.W001"
            )


def nearest(name: str, *, least: float) -> str | None:
    """The setting whose name is most like that one, if it is like it at all."""
    # What all begin with says nothing of how like they are.
    names = {one.removeprefix(PREFIX): one for one in SETTINGS}
    found = get_close_matches(name.removeprefix(PREFIX), list(names), n=1, cutoff=least)
    return names[found[0]] if found else None


def check_given(**_: object) -> list[CheckMessage]:
    """What the environment gives can be read, and is read."""
    return [*unreadable(Environment()), *unknown(os.environ)]
