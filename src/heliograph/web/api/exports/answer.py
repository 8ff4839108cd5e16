"""The answer that is a file: chosen by `format`, with a name and a date."""

from collections.abc import Iterator
from itertools import chain
from typing import Literal

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field

from heliograph.kit.clock import utc_now
from heliograph.web.api.asked import Paging
from heliograph.web.api.exports.csv_form import CsvForm
from heliograph.web.api.exports.json_form import JsonForm
from heliograph.web.api.exports.parquet_form import ParquetForm
from heliograph.web.api.exports.stream import in_a_thread
from heliograph.web.api.exports.table import Table
from heliograph.web.api.problems import Refused

FORMS = {"csv": CsvForm, "json": JsonForm, "parquet": ParquetForm}


class Exporting(Paging):
    """A list that can also be had whole, as a file."""

    format: Literal["csv", "parquet", "json"] | None = Field(
        None, description="The whole list as a file; `limit` and `cursor` do not go with it."
    )


def export(request: HttpRequest, asked: Exporting, table: Table) -> StreamingHttpResponse:
    """The table as a file of the format that is asked for."""
    for name in ("limit", "cursor"):
        if name in asked.model_fields_set:
            sentence = f"`{name}` does not go with `format`: an export is the whole list."
            raise Refused(422, sentence, name=name)
    assert asked.format is not None
    parts = _parts(table.only(asked.names), asked.format)
    # Where the database does not answer, that is said before the answer has begun.
    first = next(parts)
    whole = chain([first], parts)
    form = FORMS[asked.format]
    return StreamingHttpResponse(
        in_a_thread(whole) if isinstance(request, ASGIRequest) else whole,
        content_type=form.kind,
        headers={
            "Content-Disposition": f'attachment; filename="{table.name}-{utc_now():%Y-%m-%d}.{form.ending}"',
            "Cache-Control": "no-store",
            # A proxy that buffers would hold the file, not pass it on.
            "X-Accel-Buffering": "no",
        },
    )


def _parts(table: Table, name: str) -> Iterator[bytes]:
    form = FORMS[name](table.columns)
    begin, first = form.begin(), next(table.chunks, None)
    yield begin + (form.rows(first) if first else b"")
    for chunk in table.chunks:
        yield form.rows(chunk)
    yield form.end()
