"""Reads calls: the functions of the library, `if_else` and `on`."""

import ast
from collections.abc import Callable
from typing import TypeAlias

from heliograph.engine.functions import FUNCTIONS, Function, Parameter
from heliograph.engine.graph import Builder, Node
from heliograph.engine.language.arguments import Argument, bound
from heliograph.engine.language.clauses import Clause
from heliograph.engine.language.scope import Scope, as_condition, as_number, constant_value, short
from heliograph.engine.language.suggest import nearest
from heliograph.engine.timeframe import TIMEFRAMES, Timeframe

Read: TypeAlias = Callable[[ast.expr, Scope], Clause]

CROSSINGS = {"crosses_above", "crosses_below"}
LATER = {"of", "rank", "zscore_across"}


def read_call(tree: ast.Call, scope: Scope, *, read: Read) -> Clause:
    """The clause of a call; `read` reads what is inside it."""
    if not isinstance(tree.func, ast.Name):
        raise scope.source.wrong(tree.func, "only the functions of the language can be called")
    name = tree.func.id
    if name == "on":
        return _on(tree, scope, read)
    if name in LATER:
        raise scope.source.wrong(tree, f"`{name}` is not available in this release")
    if name not in FUNCTIONS:
        raise scope.source.wrong(tree, f"there is no function `{name}`", nearest(name, (*FUNCTIONS, "on")))
    if name == "if_else":
        return _if_else(tree, scope, read)
    return _function(tree, FUNCTIONS[name], scope, read)


def _function(tree: ast.Call, function: Function, scope: Scope, read: Read) -> Clause:
    values: list[Node | int | float] = []
    parts: list[Clause] = []
    for parameter, argument in bound(tree, function, scope.source):
        if parameter.kind != "series":
            values.append(_setting(parameter, argument, function, scope, read))
        elif isinstance(argument, ast.expr):
            parts.append(as_number(read(argument, scope), scope))
            values.append(parts[-1].node)
        else:
            values.append(scope.constant(float(argument)))
    node = function.build(Builder(scope.graph, scope.domain), values)
    if function.name in CROSSINGS:
        return scope.made("crossing", tree, function.name, node, truth=True, parts=tuple(parts))
    return scope.made("call", tree, function.name, node, parts=tuple(parts))


def _setting(
    parameter: Parameter, argument: Argument, function: Function, scope: Scope, read: Read
) -> int | float:
    """The value of a period or another number that must be constant."""
    if not isinstance(argument, ast.expr):
        return argument
    clause = as_number(read(argument, scope), scope)
    value = constant_value(clause)
    whole = parameter.kind == "period"
    within = value is not None and parameter.least <= value <= parameter.most
    if value is None or not within or (whole and not value.is_integer()):
        raise scope.wrong(clause, _wanted(parameter, function, clause))
    return int(value) if whole else value


def _wanted(parameter: Parameter, function: Function, clause: Clause) -> str:
    kind = "whole number" if parameter.kind == "period" else "number"
    limits = f"from {parameter.least:,g} to {parameter.most:,.12g}"
    value = constant_value(clause)
    # Of a parameter or a calculation the words do not show what is wrong.
    result = "" if value is None or clause.text[0] in "-.0123456789" else f", which is {value:.12g}"
    return f"`{parameter.name}` of `{function.name}` must be a {kind} {limits}, not `{short(clause)}`{result}"


def _if_else(tree: ast.Call, scope: Scope, read: Read) -> Clause:
    function = FUNCTIONS["if_else"]
    trees = [
        argument for _, argument in bound(tree, function, scope.source) if isinstance(argument, ast.expr)
    ]
    condition, this, other = (read(argument, scope) for argument in trees)
    as_condition(condition, scope)
    if this.truth != other.truth:
        raise scope.wrong(
            other, f"`{short(this)}` and `{short(other)}` must both be numbers or both be conditions"
        )
    node = function.build(Builder(scope.graph, scope.domain), [condition.node, this.node, other.node])
    return scope.made("call", tree, "if_else", node, truth=this.truth, parts=(condition, this, other))


def _on(tree: ast.Call, scope: Scope, read: Read) -> Clause:
    if len(tree.args) != 2 or tree.keywords:
        raise scope.source.wrong(
            tree, "`on(timeframe, e)` takes 2 values, for example `on('1h', ema(close, 50))`"
        )
    first, second = tree.args
    timeframe = _timeframe(first, scope)
    inner = read(second, scope.inside(timeframe))
    node = scope.graph.hold(timeframe, inner.node, scope.domain)
    return scope.made("on", tree, timeframe, node, truth=inner.truth, parts=(inner,))


def _timeframe(tree: ast.expr, scope: Scope) -> str:
    if not (isinstance(tree, ast.Constant) and isinstance(tree.value, str)):
        raise scope.source.wrong(tree, "a timeframe is written as a text, for example `'1h'`")
    name = tree.value
    if name not in TIMEFRAMES:
        known = ", ".join(TIMEFRAMES)
        raise scope.source.wrong(tree, f"there is no timeframe `{name[:20]}`; there are {known}")
    if scope.base is not None and not Timeframe.parse(name).is_multiple_of(Timeframe.parse(scope.base)):
        where = f"the bars here are `{scope.base}`"
        raise scope.source.wrong(tree, f"{where}, and `{name}` is not a longer timeframe made of whole ones")
    return name
