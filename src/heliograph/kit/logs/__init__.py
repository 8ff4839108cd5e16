"""Log lines: with the ids of what is being worked on, and without secrets."""

from heliograph.kit.logs.context import ids, note, noted
from heliograph.kit.logs.hiding import Hiding
from heliograph.kit.logs.lines import JsonLines, TextLines

__all__ = ["Hiding", "JsonLines", "TextLines", "ids", "note", "noted"]
