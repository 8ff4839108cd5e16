"""Candles: the closed bars of one series."""

import re
from typing import ClassVar

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field, Query, Router

from heliograph.market.models import Candle, CandleRevision, Series
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Moment, Name, Paging, names_of
from heliograph.web.api.exports import Exporting, chunks_of, export, table_of
from heliograph.web.api.operations.instruments import series_of
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.problems import Refused
from heliograph.web.api.shapes.filled import filler
from heliograph.web.api.shapes.market import (
    CandleList,
    CandleRevisionList,
    CandleRevisionShape,
    CandleShape,
)

router = Router(tags=["candles"])
NEWEST = Order("candles", ("-open_time",))
NEWEST_REVISION = Order("candle revisions", ("-pk",))


class BarQuestions(Chosen):
    """Which bars. Without `venue` and `timeframe` the symbol must have only one series."""

    symbol: Name
    venue: Name | None = None
    timeframe: Name | None = None
    since: Moment | None = Field(None, description="Bars that open at that moment or later.")
    until: Moment | None = Field(None, description="Bars that open before that moment.")


class AskedCandles(BarQuestions, Exporting):
    """Which bars."""

    shape: ClassVar[type] = CandleShape


class AskedRevisions(BarQuestions, Paging):
    """Corrections of which bars."""

    shape: ClassVar[type] = CandleRevisionShape


@router.get("candles", response=CandleList, url_name="candles", summary="Closed bars, newest first")
@answers("candles")
@needs("viewer")
def list_candles(request: HttpRequest, asked: Query[AskedCandles]) -> Page | StreamingHttpResponse:
    """The bars of one instrument in one timeframe."""
    series = one_series(asked)
    rows = bars_of(series, asked)
    if asked.format:
        name = re.sub(r"[^A-Za-z0-9]+", "-", f"candles-{series.instrument.symbol}-{series.timeframe}")
        return export(
            request, asked, table_of(name, CandleShape, chunks_of(rows, NEWEST, names_of(CandleShape)))
        )
    # NaN, that is no volume, becomes null.
    return page_of(rows, asked, NEWEST, filler(CandleShape))


@router.get("candles/revisions", response=CandleRevisionList, summary="What bars said before corrections")
@answers("candles")
@needs("viewer")
def list_candle_revisions(request: HttpRequest, asked: Query[AskedRevisions]) -> Page:
    """What closed candles said before they were corrected, or before their import was undone."""
    series = one_series(asked)
    rows = CandleRevision.objects.filter(instrument=series.instrument_id, timeframe=series.timeframe)
    if asked.since:
        rows = rows.filter(open_time__gte=asked.since)
    if asked.until:
        rows = rows.filter(open_time__lt=asked.until)
    return page_of(rows, asked, NEWEST_REVISION, filler(CandleRevisionShape))


def bars_of(series: Series, asked: BarQuestions):
    """The bars of a series in the span that is asked for."""
    # Bounds let the server skip the months on either side.
    rows = Candle.objects.filter(
        instrument_id=series.instrument_id,
        timeframe=series.timeframe,
        open_time__range=(series.first_open, series.last_open),
    )
    if asked.since:
        rows = rows.filter(open_time__gte=asked.since)
    if asked.until:
        rows = rows.filter(open_time__lt=asked.until)
    return rows


def one_series(asked: BarQuestions) -> Series:
    """The series that is meant; Refused if it is not exactly one."""
    found = list(
        series_of(asked.symbol, asked.venue, asked.timeframe).order_by("instrument__venue__name")[:20]
    )
    if len(found) == 1:
        return found[0]
    if not found:
        sentence = f"There are no such candles of '{asked.symbol}'; /api/v1/instruments lists what is stored."
        raise Refused(422, sentence, name="symbol")
    choices = ", ".join(f"venue={row.instrument.venue.name}&timeframe={row.timeframe}" for row in found)
    raise Refused(422, f"'{asked.symbol}' is stored more than once; add one of {choices}.", name="symbol")
