"""Turns the tree of an expression into clauses and nodes of the graph."""

import ast
from dataclasses import replace
from typing import Literal

from heliograph.engine.bars import INPUTS
from heliograph.engine.functions import FUNCTIONS
from heliograph.engine.language.calls import LATER, read_call
from heliograph.engine.language.clauses import Clause, delayed
from heliograph.engine.language.scope import Scope, as_condition, as_number, constant_value, short
from heliograph.engine.language.suggest import nearest

ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "add"),
    ast.Sub: ("-", "sub"),
    ast.Mult: ("*", "mul"),
    ast.Div: ("/", "div"),
    ast.Mod: ("%", "mod"),
}
COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "lt"),
    ast.LtE: ("<=", "le"),
    ast.Gt: (">", "gt"),
    ast.GtE: (">=", "ge"),
    ast.Eq: ("==", "eq"),
    ast.NotEq: ("!=", "ne"),
}
TRUTHS = {"true": 1.0, "false": 0.0}
WORDS = ("and", "or", "not", "on")
MOST_AGO = 10_000


def read(tree: ast.expr, scope: Scope) -> Clause:
    """The clause of `tree`; BadExpression if it is not of the language."""
    match tree:
        case ast.Constant():
            return _constant(tree, scope)
        case ast.Name():
            return _name(tree, scope)
        case ast.BinOp():
            return _arithmetic(tree, scope)
        case ast.UnaryOp():
            return _unary(tree, scope)
        case ast.BoolOp():
            word: Literal["and", "or"] = "and" if isinstance(tree.op, ast.And) else "or"
            parts = tuple(as_condition(read(value, scope), scope) for value in tree.values)
            return _joined(word, tree, parts, scope)
        case ast.Compare():
            return _comparison(tree, scope)
        case ast.Subscript():
            return _ago(tree, scope)
        case ast.Call(func=ast.Name(id=name)) if name in INPUTS or name in scope.params or name in TRUTHS:
            raise scope.source.wrong(
                tree, f"`{name}` is not a function; `{name}[1]` is its value one bar ago"
            )
        case ast.Call():
            return read_call(tree, scope, read=read)
    raise scope.source.wrong(tree, "this is not part of the language")


def _constant(tree: ast.Constant, scope: Scope) -> Clause:
    if isinstance(tree.value, int | float):
        return scope.made("number", tree, scope.source.piece(tree), scope.constant(float(tree.value)))
    raise scope.source.wrong(tree, "a text stands only first in `on('1h', ...)`")


def _name(tree: ast.Name, scope: Scope) -> Clause:
    name = tree.id
    if name in INPUTS:
        return scope.made("input", tree, name, scope.graph.input(name, scope.domain))
    if name in scope.params:
        return scope.made("number", tree, name, scope.constant(float(scope.params[name])))
    if name in TRUTHS:
        return scope.made("number", tree, name, scope.constant(TRUTHS[name]), truth=True)
    if name in FUNCTIONS:
        raise scope.source.wrong(
            tree, f"`{name}` is a function; write for example `{FUNCTIONS[name].example}`"
        )
    if name in LATER or name == "on":
        raise scope.source.wrong(tree, f"`{name}` is a function; write for example `on('1h', close)`")
    known = (*INPUTS, *scope.params, *TRUTHS, *FUNCTIONS, *WORDS)
    raise scope.source.wrong(tree, f"there is no `{name}`", nearest(name, known))


def _arithmetic(tree: ast.BinOp, scope: Scope) -> Clause:
    sign, op = ARITHMETIC[type(tree.op)]
    left = as_number(read(tree.left, scope), scope)
    right = as_number(read(tree.right, scope), scope)
    return scope.made("arithmetic", tree, sign, scope.apply(op, left.node, right.node), parts=(left, right))


def _unary(tree: ast.UnaryOp, scope: Scope) -> Clause:
    inner = read(tree.operand, scope)
    if isinstance(tree.op, ast.Not):
        node = scope.apply("not", as_condition(inner, scope).node)
        return scope.made("not", tree, "not", node, truth=True, parts=(inner,))
    if isinstance(tree.op, ast.UAdd):
        return as_number(inner, scope)
    node = scope.apply("neg", as_number(inner, scope).node)
    return scope.made("arithmetic", tree, "-", node, parts=(inner,))


def _joined(word: Literal["and", "or"], tree: ast.expr, parts: tuple[Clause, ...], scope: Scope) -> Clause:
    node = parts[0].node
    for part in parts[1:]:
        node = scope.apply(word, node, part.node)
    return scope.made(word, tree, word, node, truth=True, parts=parts)


def _comparison(tree: ast.Compare, scope: Scope) -> Clause:
    trees = [tree.left, *tree.comparators]
    sides = [_compared(side, scope) for side in trees]
    links = []
    for at, operator in enumerate(tree.ops):
        sign, op = COMPARISONS[type(operator)]
        node = scope.apply(op, sides[at].node, sides[at + 1].node)
        text, column = scope.source.piece(trees[at], trees[at + 1]), scope.source.column(trees[at])
        links.append(Clause("compare", text, column, sign, node, True, (sides[at], sides[at + 1])))
    if len(links) == 1:
        return replace(links[0], text=scope.source.piece(tree), column=scope.source.column(tree))
    return _joined("and", tree, tuple(links), scope)


def _compared(tree: ast.expr, scope: Scope) -> Clause:
    clause = read(tree, scope)
    if clause.truth:
        words = short(clause)
        raise scope.wrong(
            clause, f"`{words}` is a condition and is not compared; join conditions with `and`, `or`, `not`"
        )
    return clause


def _ago(tree: ast.Subscript, scope: Scope) -> Clause:
    inner, index = read(tree.value, scope), read(tree.slice, scope)
    count = constant_value(index)
    if count is not None and count < 0:
        raise scope.wrong(
            index, "looking ahead cannot be written; the number in `[ ]` says how many bars ago, 0 or more"
        )
    if count is None or not count.is_integer() or count > MOST_AGO:
        raise scope.wrong(
            index, f"the number in `[ ]` must be a whole number of bars, from 0 to {MOST_AGO:,}"
        )
    node = delayed(inner.node, int(count), scope.graph) if count else inner.node
    return scope.made("ago", tree, str(int(count)), node, truth=inner.truth, parts=(inner,))
