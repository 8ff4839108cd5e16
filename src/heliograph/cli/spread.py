"""Options that belong together are declared once, as a dataclass, and shared by commands."""

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


def spread(command: Callable[P, R]) -> Callable[..., R]:
    """The same command, with each dataclass among its parameters spread into options of its own."""
    given = list(inspect.signature(command, eval_str=True).parameters.values())
    groups: dict[str, Any] = {p.name: p.annotation for p in given if is_dataclass(p.annotation)}

    @functools.wraps(command)
    def call(**values: object) -> R:
        for name, group in groups.items():
            values[name] = group(**{field.name: values.pop(field.name) for field in fields(group)})
        return command(**values)  # type: ignore[arg-type,call-arg]

    call.__signature__ = inspect.Signature(list(_spread_out(given)))  # type: ignore[attr-defined]
    call.__annotations__ = {}
    return call


def _spread_out(given: list[inspect.Parameter]) -> Iterator[inspect.Parameter]:
    for parameter in given:
        group = parameter.annotation
        own = [parameter]
        if is_dataclass(group):
            own = list(inspect.signature(cast(Any, group), eval_str=True).parameters.values())
        for option in own:
            # By name only, so that a required option may follow one with a default.
            yield option.replace(kind=inspect.Parameter.KEYWORD_ONLY)
