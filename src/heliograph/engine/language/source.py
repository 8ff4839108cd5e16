"""The text of one expression and its tree as Python's parser sees it, with places in both."""

import ast
from typing import TypeAlias

from heliograph.engine.language.errors import BadExpression
from heliograph.engine.language.grammar import Order
from heliograph.engine.language.tokens import MOST_DEPTH, tokens

Placed: TypeAlias = ast.expr | ast.keyword


class Source:
    """An expression whose tokens have been checked: ASCII, and one line for the parser.

    So Python's byte offsets are character offsets, shifted by the space in front.
    """

    def __init__(self, text: str):
        self.text = text
        checked = tokens(text)
        Order(text).check(checked)
        self.shift = checked[0].at
        self.tree = self._parsed("".join(" " if letter.isspace() else letter for letter in text).strip())
        self._check_depth()

    def column(self, node: Placed) -> int:
        """The first character of `node`, counted from 1."""
        return node.col_offset + self.shift + 1

    def piece(self, first: ast.expr, last: ast.expr | None = None) -> str:
        """The words of a node, or from one node to another, on one line."""
        end = (last or first).end_col_offset or 0
        return " ".join(self.text[first.col_offset + self.shift : end + self.shift].split())

    def wrong(self, node: Placed, message: str, suggestion: str | None = None) -> BadExpression:
        """The error that points at the first character of `node`."""
        return BadExpression(self.text, self.column(node), message, suggestion)

    def _parsed(self, line: str) -> ast.expr:
        try:
            return ast.parse(line, mode="eval").body
        except SyntaxError as error:
            message = _about_syntax(error)
            raise BadExpression(self.text, (error.offset or 1) + self.shift, message) from None
        except (RecursionError, MemoryError):
            raise BadExpression(self.text, 1, "the expression is nested too deep") from None

    def _check_depth(self) -> None:
        level: list[ast.AST] = [self.tree]
        for _ in range(MOST_DEPTH):
            level = [child for node in level for child in ast.iter_child_nodes(node)]
        deepest = next((node for node in level if isinstance(node, ast.expr)), None)
        if deepest is not None:
            raise self.wrong(deepest, f"the expression is nested more than {MOST_DEPTH} deep")


def _about_syntax(error: SyntaxError) -> str:
    if "positional argument follows" in (error.msg or ""):
        return "values without a name come before those with one"
    return "this cannot be read; put a part that starts with `not` in brackets after another operator"
