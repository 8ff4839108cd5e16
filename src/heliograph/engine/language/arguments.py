"""Fits the values of a call to the parameters of its function."""

import ast
from collections.abc import Mapping
from typing import TypeAlias

from heliograph.engine.functions import Function, Parameter
from heliograph.engine.language.source import Source
from heliograph.engine.language.suggest import nearest

Argument: TypeAlias = ast.expr | int | float


def bound(call: ast.Call, function: Function, source: Source) -> list[tuple[Parameter, Argument]]:
    """Each parameter with its value: as written, or its default; BadExpression for a missing or extra one."""
    parameters = function.parameters
    if len(call.args) > len(parameters):
        raise source.wrong(call.args[len(parameters)], f"{_takes(function)}; this one is too many")
    given: dict[str, ast.expr] = {
        parameter.name: value for parameter, value in zip(parameters, call.args, strict=False)
    }
    for keyword in call.keywords:
        _add_named(keyword, given, function=function, source=source)
    return [(parameter, _value(parameter, given, call, function, source)) for parameter in parameters]


def _add_named(
    keyword: ast.keyword, given: dict[str, ast.expr], *, function: Function, source: Source
) -> None:
    names = [parameter.name for parameter in function.parameters]
    name = keyword.arg or ""
    if name not in names:
        raise source.wrong(
            keyword, f"`{function.name}` has no `{name}`; {_takes(function)}", nearest(name, names)
        )
    if name in given:
        raise source.wrong(keyword, f"`{name}` of `{function.name}` is given twice")
    given[name] = keyword.value


def _value(
    parameter: Parameter, given: Mapping[str, ast.expr], call: ast.Call, function: Function, source: Source
) -> Argument:
    value = given.get(parameter.name, parameter.default)
    if value is None:
        # Elsewhere the close is understood, as in `rsi(14)`: the example shows what comes first here.
        raise source.wrong(
            call, f"{_takes(function)}; `{parameter.name}` is missing. Write for example `{function.example}`"
        )
    return value


def _takes(function: Function) -> str:
    names = ", ".join(parameter.name for parameter in function.parameters)
    count = len(function.parameters)
    if count == 0:
        return f"`{function.name}()` takes no values"
    return f"`{function.name}({names})` takes {count} {'value' if count == 1 else 'values'}"
