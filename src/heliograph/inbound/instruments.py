"""Which instrument an alert speaks of."""

from heliograph.inbound.errors import BadAlert
from heliograph.inbound.models import Source
from heliograph.inbound.reading import Reading
from heliograph.market.models import Instrument, Series
from heliograph.market.symbols import normal_symbol


def instrument_of(reading: Reading, source: Source) -> Instrument:
    """The stored instrument; BadAlert where it has no candles of the timeframe, or several could be meant."""
    timeframe = source.version.timeframe
    names = _names(reading)
    rows = Series.objects.select_related("instrument__venue").filter(
        instrument__symbol__in=names, timeframe=timeframe, bars__gt=0
    )
    if source.venue_id:
        rows = rows.filter(instrument__venue=source.venue_id)
    found = sorted(
        (row.instrument for row in rows), key=lambda one: (names.index(one.symbol), one.venue.name)
    )
    if not found:
        where = f" at {source.venue.name}" if source.venue else ""
        raise BadAlert(
            f"There are no {timeframe} candles of {reading.symbol} ({names[0]}){where}; import them or watch "
            "an exchange, and send the alert again."
        )
    best = [one for one in found if one.symbol == found[0].symbol]
    exchange = (reading.exchange or reading.symbol.partition(":")[0]).casefold()
    at_exchange = [one for one in best if one.venue.name.casefold() == exchange]
    chosen = at_exchange or best
    if len(chosen) > 1:
        venues = ", ".join(one.venue.name for one in chosen)
        raise BadAlert(f"{chosen[0].symbol} is stored at {venues}; add the source with --venue to say which.")
    return chosen[0]


def _names(reading: Reading) -> list[str]:
    """The ways in which it may be stored, the likeliest first; a perpetual contract before its pair."""
    text = reading.symbol.upper()
    exchange = reading.exchange.upper()
    normal = normal_symbol(text, exchange=exchange)
    names = [normal, text, text.rpartition(":")[2]]
    if text.endswith(".P") and "/" in normal:
        names.insert(0, f"{normal}:{normal.partition('/')[2]}")
    return list(dict.fromkeys(names))
