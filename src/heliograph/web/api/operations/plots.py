"""Any expression over the candles of a series."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import LINE, Moment, Name
from heliograph.web.api.operations.candles import one_series
from heliograph.web.api.shapes.data import PlotShape
from heliograph.web.chart import Line, seconds
from heliograph.web.reads.candles import Bar, newest_bars
from heliograph.web.reads.expressions import MOST, MOST_LETTERS, draw_expressions
from heliograph.web.reads.lines import MOST_BEFORE

router = Router(tags=["language"])
Text = Annotated[str, Field(min_length=1, max_length=MOST_LETTERS, pattern=LINE)]


class AskedPlot(Schema):
    """Which expressions over which bars. Without `venue` and `timeframe` the symbol must have one series."""

    symbol: Name
    venue: Name | None = None
    timeframe: Name | None = None
    until: Moment | None = Field(None, description="Bars that open before that moment.")
    bars: int = Field(300, ge=1, le=1_000, description="How many at most.")
    plot: list[Text] = Field(
        min_length=1, max_length=MOST, description="An expression such as `ema(close, 20)`; may be repeated."
    )


@router.get("plots", response=PlotShape, summary="Expressions over the candles of a series")
@answers()
@needs("viewer")
def plot_expressions(request: HttpRequest, asked: Query[AskedPlot]) -> dict[str, object]:
    """Their values at the newest bars, after as many bars more as averages need; what is wrong is said by its
    column."""
    series = one_series(asked)
    instrument = series.instrument
    wanted = asked.bars + MOST_BEFORE
    bars = newest_bars(instrument.pk, series.timeframe, limit=wanted, until=asked.until)
    shown = bars[-asked.bars :]
    drawn = draw_expressions(asked.plot, bars, shown=len(shown), timeframe=series.timeframe)
    return {
        "instrument_id": instrument.pk,
        "venue": instrument.venue.name,
        "symbol": instrument.symbol,
        "timeframe": series.timeframe,
        "opens": [bar.open_time for bar in shown],
        "lines": [_line(one, shown) for one in drawn.lines],
        "faults": drawn.faults,
    }


def _line(line: Line, bars: list[Bar]) -> dict[str, object]:
    known = dict(line.points)
    return {
        "name": line.name,
        "pane": line.pane,
        "values": [known.get(seconds(bar.open_time)) for bar in bars],
    }
