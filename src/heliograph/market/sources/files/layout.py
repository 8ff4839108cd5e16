"""Which column of a table means what: recognised from its header, or from its first row where it has none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

TIME_WORDS = """
open_time opentime open_date time date datetime timestamp unix unix_timestamp gmt_time date_time ts t
__index_level_0__
"""
TIME_NAMES = tuple(TIME_WORDS.split())
PRICE_NAMES = (("open", "o"), ("high", "h"), ("low", "l"), ("close", "c"))
VOLUME_NAMES = ("volume", "vol", "v", "base_volume", "real_volume", "tick_volume", "tickvol")
SYMBOL_NAMES = ("symbol", "ticker", "pair", "instrument", "name")
TIMEFRAME_NAMES = ("timeframe", "interval")


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of the columns. `exchange`: whose coins it holds. `divisor`: prices are that many."""

    format: str
    time: int
    prices: tuple[int, int, int, int]
    volume: int | None = None
    time_of_day: int | None = None
    symbol: int | None = None
    timeframe: int | None = None
    # Used where `volume` is zero throughout.
    tick_volume: int | None = None
    has_header: bool = True
    needs_zone: bool = False
    exchange: str = ""
    perpetual: bool = False
    divisor: float = 1

    def columns(self) -> list[int]:
        """Every position that is read."""
        wanted = (self.time, *self.prices, self.volume, self.time_of_day, self.symbol, self.timeframe)
        return sorted({k for k in (*wanted, self.tick_volume) if k is not None})


FORMAT_WORDS = """
binance kraken cryptodatadownload freqtrade tradingview yahoo metatrader4 metatrader5 backtrader lean parquet
feather json csv
"""
FORMATS = tuple(FORMAT_WORDS.split())


class NotCandles(Exception):
    """The table is something else; the message says what, as the end of a sentence."""


def of_header(names: Sequence[str]) -> Layout | None:
    """The layout of a table with these column names; None if they name no candles."""
    plain = [normal_name(name) for name in names]
    _refuse_others(plain)
    at = {name: k for k, name in reversed(list(enumerate(plain)))}
    prices = [_first(at, choices) for choices in PRICE_NAMES]
    time = _first(at, TIME_NAMES)
    if time is None or None in prices:
        return None
    layout = Layout(
        format="csv",
        time=time,
        prices=tuple(prices),
        volume=_first(at, VOLUME_NAMES),
        symbol=_first(at, SYMBOL_NAMES),
        timeframe=_first(at, TIMEFRAME_NAMES),
    )
    return _named(layout, at)


def of_row(row: Sequence[str]) -> Layout | None:
    """The layout of a table without a header, from its first row; None if it is of no known kind."""
    first, count = row[0].strip(), len(row)
    if re.fullmatch(r"\d{8}", first) and count == 4:
        raise NotCandles(
            "is a LEAN factor file (splits and dividends) and holds no candles; import the zip of its prices"
        )
    if re.fullmatch(r"\d{13,16}", first) and count in (11, 12):
        return _headless("binance", exchange="BINANCE")
    if re.fullmatch(r"\d{10}", first) and count in (7, 8):
        return _headless("kraken", exchange="KRAKEN", volume=count - 2)
    if re.fullmatch(r"\d{8} \d\d:\d\d(:\d\d)?", first) and count == 6:
        return _headless("lean", divisor=10_000)
    if re.fullmatch(r"\d{4}[.-]\d\d[.-]\d\d", first) and count >= 7 and ":" in row[1]:
        return replace(_headless("metatrader4", needs_zone=True, shift=1), time_of_day=1)
    if re.fullmatch(r"\d{4}[.-]\d\d[.-]\d\d \d\d:\d\d", first) and count == 6:
        return _headless("metatrader4", needs_zone=True)
    if re.match(r"\d{4}-\d\d-\d\d|\d{10,19}(\.\d+)?$", first) and count in (5, 6):
        return _headless("csv", volume=5 if count == 6 else None)
    return None


def forced(layout: Layout | None, format: str, row: Sequence[str]) -> Layout:
    """The layout that `--format` asks for; NotCandles if the table cannot be that."""
    if layout is not None and (layout.format == format or (format == "csv" and layout.has_header)):
        return replace(layout, format=format, needs_zone=layout.needs_zone and format != "csv")
    headless = layout is None or not layout.has_header
    chosen = HEADLESS.get(format)
    if chosen is None or not headless or len(row) <= max(chosen.columns()):
        seen = f"; it looks like {layout.format}" if layout else ""
        raise NotCandles(f"is no file of format {format}{seen}; leave --format out or name another")
    return chosen


def normal_name(name: str) -> str:
    """A column name in lower case without brackets, with one underscore for what stands between words."""
    return re.sub(r"[\s/._-]+", "_", name.strip().strip("<>").strip().lower())


def _headless(
    format: str,
    *,
    shift: int = 0,
    volume: int | None = 5,
    needs_zone: bool = False,
    exchange: str = "",
    divisor: float = 1,
) -> Layout:
    return Layout(
        format=format,
        time=0,
        prices=(1 + shift, 2 + shift, 3 + shift, 4 + shift),
        volume=None if volume is None else volume + shift,
        has_header=False,
        needs_zone=needs_zone,
        exchange=exchange,
        divisor=divisor,
    )


def _named(layout: Layout, at: dict[str, int]) -> Layout:
    """The same with what only one format has."""
    if "tickvol" in at or ("spread" in at and "tick_volume" in at):
        ticks = at.get("tickvol", at.get("tick_volume"))
        clock = at.get("time") if "date" in at else None
        return replace(
            layout,
            format="metatrader5",
            time=at.get("date", layout.time),
            time_of_day=clock,
            tick_volume=ticks,
            needs_zone=True,
        )
    if "close_time" in at and ("taker_buy_volume" in at or "ignore" in at or "taker_buy_base" in at):
        return replace(layout, format="binance", exchange="BINANCE", perpetual="taker_buy_volume" in at)
    if "unix" in at and "date" in at and layout.symbol is not None:
        # Named after their coins; that of the base comes first.
        volumes = [k for name, k in at.items() if re.match(r"volume_?[a-z0-9]", name)]
        layout = replace(layout, time=at["unix"], volume=min(volumes, default=layout.volume))
        return replace(layout, format="cryptodatadownload", exchange="BINANCE")
    if "adj_close" in at:
        return replace(layout, format="yahoo")
    if "openinterest" in at:
        return replace(layout, format="backtrader")
    if layout.time == 0 and "time" in at and layout.prices == (1, 2, 3, 4) and layout.volume != 5:
        return replace(layout, format="tradingview")
    if "date" in at and "time" in at and layout.time == at["time"]:
        return replace(layout, time=at["date"], time_of_day=at["time"])
    return layout


def _refuse_others(names: Sequence[str]) -> None:
    known = set(names)
    if known & {"trade_#", "trade_number"} and "type" in known:
        raise NotCandles(
            "is TradingView's list of trades and holds no candles; export the chart's data instead"
        )
    if {"bid", "ask"} <= known and "open" not in known:
        raise NotCandles("holds ticks (bid and ask) and no candles; export bars instead")
    if {"price", "qty"} <= known or {"price", "quantity"} <= known:
        raise NotCandles("holds trades and no candles; export klines instead")


def _first(at: dict[str, int], names: Sequence[str]) -> int | None:
    return next((at[name] for name in names if name in at), None)


HEADLESS = {
    "binance": _headless("binance", exchange="BINANCE"),
    "kraken": _headless("kraken", exchange="KRAKEN"),
    "lean": _headless("lean", divisor=10_000),
    "metatrader4": _headless("metatrader4", needs_zone=True),
    "csv": _headless("csv"),
}
