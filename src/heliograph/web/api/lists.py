"""What the lists of the API hold."""

import math
from dataclasses import asdict
from datetime import UTC, datetime

from heliograph.errors import UserError
from heliograph.market.models import Candle, Series, Venue
from heliograph.signals.models import StrategyVersion
from heliograph.signals.queries import Hidden, seen
from heliograph.signals.scores import scoreboard
from heliograph.web.api.cursors import read_cursor, write_cursor
from heliograph.web.api.shapes import AskedCandles, AskedInstruments, AskedStrategies
from heliograph.web.reads.candles import COLUMNS

Listed = dict[str, object]


class NoSuchSeries(UserError):
    """There are no candles of that name."""


def aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is meant as UTC."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def instruments(asked: AskedInstruments) -> Listed:
    """Series by their newest bar. One statement."""
    rows = _series(asked.symbol, asked.venue, asked.timeframe).order_by("-last_open", "-pk")
    if asked.cursor:
        moment, last = read_cursor(asked.cursor)
        rows = rows.filter(last_open__lte=moment).exclude(last_open=moment, pk__gte=last)
    found = list(rows[: asked.limit + 1])
    items = found[: asked.limit]
    more = len(found) > asked.limit
    return {
        "items": [_instrument(row) for row in items],
        "next": write_cursor(items[-1].last_open, items[-1].pk) if more else None,
    }


def _instrument(row: Series) -> Listed:
    venue = row.instrument.venue
    return {
        "id": row.instrument_id,
        "symbol": row.instrument.symbol,
        "venue": venue.name,
        "replay": venue.kind == Venue.Kind.REPLAY,
        "timeframe": row.timeframe,
        "first_open": row.first_open,
        "last_open": row.last_open,
        "bars": row.bars,
        "stored_at": row.updated_at,
    }


def candles(asked: AskedCandles) -> Listed:
    """Bars of one series. Two statements; NoSuchSeries if it is not exactly one."""
    series = _one_series(asked)
    rows = Candle.objects.filter(instrument_id=series.instrument_id, timeframe=series.timeframe)
    if asked.since:
        rows = rows.filter(open_time__gte=aware(asked.since))
    if asked.until:
        rows = rows.filter(open_time__lt=aware(asked.until))
    if asked.cursor:
        rows = rows.filter(open_time__lt=read_cursor(asked.cursor)[0])
    found = list(rows.order_by("-open_time").values_list(*COLUMNS)[: asked.limit + 1])
    items = found[: asked.limit]
    return {
        "items": [_candle(row) for row in items],
        "next": write_cursor(items[-1][0], 0) if len(found) > asked.limit else None,
    }


def _candle(row: tuple) -> Listed:
    named = dict(zip(COLUMNS, row, strict=True))
    return named | {"volume": None if math.isnan(named["volume"]) else named["volume"]}


def _one_series(asked: AskedCandles) -> Series:
    if not asked.symbol:
        raise NoSuchSeries("Name an instrument with `symbol`, such as ?symbol=GOOG&timeframe=1d.")
    found = list(_series(asked.symbol, asked.venue, asked.timeframe).order_by("instrument__venue__name")[:20])
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoSuchSeries(
            f"There are no such candles of '{asked.symbol}'; /api/v1/instruments lists what is stored."
        )
    choices = ", ".join(f"venue={row.instrument.venue.name}&timeframe={row.timeframe}" for row in found)
    raise NoSuchSeries(f"'{asked.symbol}' is stored more than once; add one of {choices}.")


def _series(symbol: str | None, venue: str | None, timeframe: str | None):
    asked = {"instrument__symbol": symbol, "instrument__venue__name": venue, "timeframe": timeframe}
    named = {name: value for name, value in asked.items() if value}
    return Series.objects.select_related("instrument__venue").filter(bars__gt=0, **named)


def strategies(asked: AskedStrategies, *, hidden: Hidden) -> Listed:
    """Versions by when they were added. Three statements."""
    rows = StrategyVersion.objects.filter(seen(hidden, "strategy")).order_by("-created_at", "-pk")
    if asked.strategy:
        rows = rows.filter(strategy__name=asked.strategy)
    if asked.stage:
        rows = rows.filter(stage=asked.stage)
    if asked.cursor:
        moment, last = read_cursor(asked.cursor)
        rows = rows.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=last)
    found = list(rows[: asked.limit + 1])
    items = found[: asked.limit]
    scores = {score.version_id: score for score in scoreboard(items)} if items else {}
    more = len(found) > asked.limit
    return {
        "items": [asdict(scores[row.pk]) | {"text": row.text, "digest": row.digest} for row in items],
        "next": write_cursor(items[-1].created_at, items[-1].pk) if more else None,
    }
