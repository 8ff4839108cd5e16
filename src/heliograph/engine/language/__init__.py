"""The expression language: a small subset of Python's expressions, read into the engine's graph."""

from heliograph.engine.language.clauses import Clause
from heliograph.engine.language.errors import BadExpression
from heliograph.engine.language.parse import MOST_STATE, clauses, condition, floats_of_state, number, parse
from heliograph.engine.language.suggest import nearest
from heliograph.engine.language.tokens import canonical

__all__ = [
    "MOST_STATE",
    "BadExpression",
    "Clause",
    "canonical",
    "clauses",
    "condition",
    "floats_of_state",
    "nearest",
    "number",
    "parse",
]
