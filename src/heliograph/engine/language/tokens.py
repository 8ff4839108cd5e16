"""Cuts an expression into tokens, and refuses what the language lacks before Python's parser sees it."""

import keyword
import re
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeAlias

from heliograph.engine.language.errors import BadExpression

MOST_CHARACTERS = 10_000
MOST_PARTS = 1_000
MOST_DEPTH = 100
MOST_DIGITS = 40
MOST_LETTERS = 64

Kind: TypeAlias = Literal["number", "name", "text", "operator", "bracket", "comma"]

TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>'[^']*'|"[^"]*")
    |(?P<operator>\*\*|//|<<|>>|<=|>=|==|!=|<>|:=|&&|\|\||[-+*/%<>=!&|^~@])
    |(?P<bracket>[()\[\]])
    |(?P<comma>,)""",
    re.VERBOSE,
)
BINARY = {"+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!="}
WORDS = {"and", "or", "not"}
CLOSING = {"(": ")", "[": "]"}

# What people write from habit, and what they mean.
OTHER_OPERATORS = {
    "**": "there is no power; multiply instead, for example `x * x`",
    "^": "there is no power; multiply instead, for example `x * x`",
    "//": "there is no `//`; divide with `/`",
    "<>": "write `!=` for unequal",
    "&&": "write `and`",
    "||": "write `or`",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`",
    "~": "write `not`",
    ":=": "values cannot be given names here; numbers can, under [params]",
    "=": "a single `=` compares nothing; write `==`",
}
OTHER_CHARACTERS = {
    ".": "values have no attributes; a dot stands only in numbers",
    "{": "there are no `{ }` here; write round brackets",
    "}": "there are no `{ }` here; write round brackets",
    ":": "there is no `:` here; `x[3]` is x three bars ago",
    ";": "one expression stands alone; join conditions with `and`",
    "#": "there are no comments inside an expression",
    "\\": "there is no `\\` here",
    "'": "the text that starts here is not closed",
    '"': "the text that starts here is not closed",
    "\N{LEFT SINGLE QUOTATION MARK}": "write a straight quotation mark, `'`",
    "\N{RIGHT SINGLE QUOTATION MARK}": "write a straight quotation mark, `'`",
    "\N{LEFT DOUBLE QUOTATION MARK}": "write a straight quotation mark, `'`",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "write a straight quotation mark, `'`",
    "\N{MULTIPLICATION SIGN}": "write `*`",
    "\N{DIVISION SIGN}": "write `/`",
    "\N{MINUS SIGN}": "write `-`",
    "\N{EN DASH}": "write `-`",
    "\N{LESS-THAN OR EQUAL TO}": "write `<=`",
    "\N{GREATER-THAN OR EQUAL TO}": "write `>=`",
    "\N{NOT EQUAL TO}": "write `!=`",
    "\N{NO-BREAK SPACE}": "this is a no-break space; write a plain one",
}
OTHER_WORDS = {
    "if": "there is no `if`; write `if_else(condition, a, b)`",
    "else": "there is no `else`; write `if_else(condition, a, b)`",
    "True": "write `true`",
    "False": "write `false`",
    "None": "there is no `None`; what is unknown stays unknown by itself",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression; `at` is its first character, counted from 0."""

    kind: Kind
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The tokens of `text`, each allowed by itself; BadExpression names the first that is not."""
    if len(text) > MOST_CHARACTERS:
        _refuse(text, MOST_CHARACTERS, f"the expression is longer than {MOST_CHARACTERS:,} characters")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            _refuse(text, at, _about_character(text[at]))
        if match.lastgroup != "space":
            found.append(_checked(text, match))
        at = match.end()
    if not found:
        _refuse(text, 0, "there is no expression")
    if len(found) > MOST_PARTS:
        _refuse(
            text,
            found[MOST_PARTS].at,
            f"the expression has more than {MOST_PARTS:,} names, numbers and signs",
        )
    return found


def canonical(text: str) -> str:
    """The same expression with one space between tokens, so that layout does not count in a digest."""
    return " ".join(token.text.replace('"', "'") for token in tokens(text))


def _refuse(text: str, at: int, message: str, suggestion: str | None = None) -> NoReturn:
    raise BadExpression(text, at + 1, message, suggestion)


def _about_character(character: str) -> str:
    if character in OTHER_CHARACTERS:
        return OTHER_CHARACTERS[character]
    if character.isprintable():
        return f"`{character}` is not part of the language"
    return f"the character U+{ord(character):04X} is not part of the language"


def _checked(text: str, match: re.Match[str]) -> Token:
    kind, piece, at = match.lastgroup, match.group(), match.start()
    following = text[match.end() : match.end() + 1]
    match kind:
        case "number":
            _check_number(text, match, following)
        case "name":
            _check_name(text, match, following)
        case "operator" if piece not in BINARY and piece != "=":
            _refuse(text, at, OTHER_OPERATORS.get(piece, f"`{piece}` is not part of the language"))
        case "text" if not piece.isprintable() or not piece.isascii() or "\\" in piece:
            _refuse(text, at, "text is only the name of a timeframe, for example '1h'")
    return Token(kind, piece, at)  # type: ignore[arg-type]  # the groups are named as the kinds


def _check_number(text: str, match: re.Match[str], following: str) -> None:
    piece, at = match.group(), match.start()
    digits = piece.split(".")[0]
    if following and (following.isalnum() or following in "_."):
        _refuse(text, at, "a number is written like 14, 0.5 or 1e3")
    if len(digits) > 1 and digits.startswith("0") and digits.isdigit():
        _refuse(text, at, "a number does not start with 0", piece.lstrip("0") or "0")
    if len(piece) > MOST_DIGITS or float(piece) == float("inf"):
        _refuse(text, at, "this number is too large or too long")


def _check_name(text: str, match: re.Match[str], following: str) -> None:
    piece, at = match.group(), match.start()
    if len(piece) > MOST_LETTERS:
        _refuse(text, at, f"a name has at most {MOST_LETTERS} characters")
    if following and following in "'\"":
        _refuse(text, at, f"there is no `{piece}` before a text")
    if piece in OTHER_WORDS:
        _refuse(text, at, OTHER_WORDS[piece])
    if keyword.iskeyword(piece) and piece not in WORDS:
        _refuse(text, at, f"`{piece}` is not part of the language")
