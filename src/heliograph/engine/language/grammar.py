"""Checks the order of an expression's tokens, so that what is missing is named where it is missing."""

from dataclasses import dataclass
from typing import Literal, NoReturn

from heliograph.engine.language.errors import BadExpression
from heliograph.engine.language.tokens import BINARY, CLOSING, MOST_DEPTH, OTHER_OPERATORS, Token


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket that is still open, and what it opened."""

    token: Token
    kind: Literal["group", "call", "index"]


class Order:
    """Walks over tokens, knowing whether a value or an operator must come next."""

    def __init__(self, text: str):
        self.text = text
        self.open: list[Bracket] = []
        self.past: list[Token] = []
        self.wants_value = True

    def check(self, tokens: list[Token]) -> None:
        """BadExpression where a token stands that cannot stand there."""
        for token in tokens:
            if self.wants_value:
                self._value(token)
            else:
                self._after_value(token)
            self.past.append(token)
        if self.open:
            bracket = self.open[-1].token
            self._refuse(bracket, f"this `{bracket.text}` is never closed")
        if self.wants_value:
            raise BadExpression(self.text, len(self.text) + 1, self._ends_early())

    def _value(self, token: Token) -> None:
        match token.kind, token.text:
            case "number" | "text", _:
                self.wants_value = False
            case "name", "and" | "or":
                self._refuse(token, f"a value is missing before `{token.text}`")
            case "name", word:
                self.wants_value = word == "not"
            case "operator", "-" | "+":
                pass
            case "bracket", "(":
                self._opened(token, "group")
            case "bracket", "[":
                self._refuse(token, "there are no lists; `[ ]` stands after a value, as in `close[1]`")
            case "bracket", ")" if self.open and self.open[-1].token is self.past[-1] and self._in_call():
                self._closed(token)
            case _:
                self._refuse(token, f"a value is missing before `{token.text}`")

    def _after_value(self, token: Token) -> None:
        match token.kind, token.text:
            case "name", "and" | "or":
                self.wants_value = True
            case "operator", "=":
                self._name_of_argument(token)
            case "operator", sign if sign in BINARY:
                self.wants_value = True
            case "bracket", "(":
                self._call(token)
            case "bracket", "[":
                self._opened(token, "index")
            case "bracket", _:
                self._closed(token)
            case "comma", _:
                self._comma(token)
            case _:
                self._refuse(token, f"an operator is missing before `{token.text}`")

    def _ends_early(self) -> str:
        ends = "the expression ends where a value is missing"
        if self.past and self.past[-1].text == "%":
            return f"{ends}; `%` is the rest of a division, and 5 percent below the close is `close * 0.95`"
        return ends

    def _opened(self, token: Token, kind: Literal["group", "call", "index"]) -> None:
        self.open.append(Bracket(token, kind))
        self.wants_value = True
        if len(self.open) > MOST_DEPTH:
            self._refuse(token, f"the expression is nested more than {MOST_DEPTH} deep")

    def _closed(self, token: Token) -> None:
        if not self.open:
            self._refuse(token, f"this `{token.text}` was never opened")
        wanted = CLOSING[self.open.pop().token.text]
        if token.text != wanted:
            self._refuse(token, f"`{wanted}` must come before this `{token.text}`")
        self.wants_value = False

    def _call(self, token: Token) -> None:
        if self.past[-1].kind != "name":
            self._refuse(token, "an operator is missing before `(`; only functions are followed by one")
        self._opened(token, "call")

    def _comma(self, token: Token) -> None:
        if not self._in_call():
            self._refuse(token, "a comma stands only between the values of a function")
        self.wants_value = True

    def _name_of_argument(self, token: Token) -> None:
        named = self.past[-1].kind == "name" and len(self.past) > 1 and self.past[-2].text in {"(", ","}
        if not (named and self._in_call()):
            self._refuse(token, OTHER_OPERATORS["="])
        self.wants_value = True

    def _in_call(self) -> bool:
        return bool(self.open) and self.open[-1].kind == "call"

    def _refuse(self, token: Token, message: str) -> NoReturn:
        raise BadExpression(self.text, token.at + 1, message)
