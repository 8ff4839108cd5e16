"""Reads a policy from a text, so that it can be kept in a file beside the installation."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from heliograph.fleet.scaling.policy import BadPolicy, Policy, StepLimit, Targets

PARTS = {"targets": Targets, "up": StepLimit, "down": StepLimit}


def read_policy(text: str, *, default: Policy) -> Policy:
    """`default` with what the TOML text names instead; BadPolicy says what it cannot mean.

    Keys are those of Policy; `targets`, `up` and `down` are tables. A target of 0 is not looked at.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadPolicy(f"The policy is no TOML ({fault}).") from fault
    made = {
        name: _part(getattr(default, name), value, where=f"{name}.") if name in PARTS else value
        for name, value in values.items()
    }
    return _part(default, made)


def _part(default: Any, values: object, *, where: str = "") -> Any:
    """`default` with some of its fields replaced, which must be numbers or parts."""
    if not isinstance(values, Mapping):
        raise BadPolicy(f"{where.rstrip('.')} of the policy is a table.")
    known = {one.name: one for one in fields(default)}
    for name, value in values.items():
        if name not in known:
            raise BadPolicy(f"The policy has no {where}{name}; there are {', '.join(sorted(known))}.")
        if name not in PARTS and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise BadPolicy(f"{where}{name} of the policy is a number, not {value!r}.")
    if isinstance(default, Targets):
        values = {name: value or None for name, value in values.items()}
    return replace(default, **values)
