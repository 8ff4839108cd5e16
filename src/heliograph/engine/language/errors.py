"""What is said about an expression that cannot be read."""

from heliograph.engine.errors import EngineError

CARET_WIDTH = 96


class BadExpression(EngineError):
    """An expression that cannot be read.

    `column` counts the characters of `text` from 1. `suggestion` is what may have been meant, or None.
    """

    def __init__(self, text: str, column: int, message: str, suggestion: str | None = None):
        self.text, self.column, self.message, self.suggestion = text, column, message, suggestion
        super().__init__(f"column {column}: {self.sentence}")

    @property
    def sentence(self) -> str:
        """What is wrong and what would be right, without the place."""
        if self.suggestion is None:
            return f"{self.message}."
        return f"{self.message}. Did you mean `{self.suggestion}`?"

    def caret(self) -> str:
        """Two lines: the expression, cut to the width of a screen, and a caret below the column."""
        at = self.column - 1
        start = max(0, min(at - CARET_WIDTH // 2, len(self.text) - CARET_WIDTH))
        end = start + CARET_WIDTH
        before, after = "…" if start else "", "…" if end < len(self.text) else ""
        shown = "".join(character if character.isprintable() else " " for character in self.text[start:end])
        return f"{before}{shown}{after}\n{' ' * (len(before) + at - start)}^"
