"""Whole lists as files, streamed: as many rows as there are, in the memory of a few thousand."""

from heliograph.web.api.exports.answer import Exporting, export
from heliograph.web.api.exports.table import Table, chunks_of, table_of

__all__ = ["Exporting", "Table", "chunks_of", "export", "table_of"]
