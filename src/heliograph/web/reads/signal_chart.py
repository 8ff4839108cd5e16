"""The chart of one signal: the bars around it, its levels and fate, and the indicators that it used."""

from heliograph.engine.strategy import Strategy
from heliograph.kit.clock import utc_now
from heliograph.signals.items import SignalItem
from heliograph.signals.models import Signal
from heliograph.web import chart
from heliograph.web.reads.candles import Bar, bars_around
from heliograph.web.reads.indicators import indicators
from heliograph.web.reads.lines import MOST_BEFORE

BEFORE, AFTER = 90, 12


def signal_chart(item: SignalItem, signal: Signal, strategy: Strategy) -> tuple[chart.Chart, list[Bar]]:
    """The chart and the bars on it; `signal` comes with its instrument and venue. Three statements."""
    all_bars = _bars(item)
    bars = _shown(item, all_bars)
    drawn = indicators(strategy, item.side, all_bars, shown=len(bars))
    instrument, decimals = signal.instrument, chart.decimals_of(bars, item.close)
    made = chart.Chart(
        decimals=decimals,
        daily=item.timeframe in ("1d", "1w", "1M"),
        candles=chart.candle_rows(bars),
        gaps=chart.missing_opens(bars, item.timeframe, instrument.calendar or instrument.venue.calendar),
        levels=chart.levels_of(item, decimals),
        zone=chart.zone_of(item),
        markers=chart.markers_of(item),
        lines=drawn.lines,
        guides=drawn.guides,
        focus=chart.seconds(item.signal_time),
    )
    return made, bars


def _bars(item: SignalItem) -> list[Bar]:
    last = item.exit_time
    if last is None:
        last = utc_now() if item.state in ("open", "pending") else item.signal_time
    return bars_around(
        item.instrument_id, item.timeframe, first=item.signal_time, last=last, before=MOST_BEFORE, after=AFTER
    )


def _shown(item: SignalItem, bars: list[Bar]) -> list[Bar]:
    """The bars on the chart: those before it only let the indicators settle."""
    earlier = sum(bar.open_time < item.signal_time for bar in bars)
    return bars[max(0, earlier - BEFORE) :]
