"""What is mended, counted or taken from elsewhere while a file is read."""

import gzip
import json
import zipfile

import numpy as np
import polars as pl
import pytest

from heliograph.market.sources.files import Findings, read_candles
from heliograph.market.wire import to_datetime

HEADER = "time,open,high,low,close,volume"
ROWS = [
    "2024-01-01 00:00,10,12,9,11,5",
    "2024-01-01 01:00,11,13,10,12,6",
    "2024-01-01 02:00,12,14,11,13,7",
    "2024-01-01 03:00,13,15,12,14,8",
]
START = 1_704_067_200_000
HOUR = 3_600_000
TEXT = "\n".join((HEADER, *ROWS)) + "\n"


def read(tmp_path, content, *, name="BTCUSDT.csv", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    [candles] = read_candles(path, **options)
    return candles


def lines(*rows):
    return "\n".join((HEADER, *rows)) + "\n"


def test_plain_text_is_read(tmp_path):
    candles = read(tmp_path, TEXT)

    assert (candles.symbol, candles.timeframe, candles.format) == ("BTC/USDT", "1h", "csv")
    assert candles.time.tolist() == [START + HOUR * k for k in range(4)]
    assert (candles.close.tolist(), candles.volume.tolist()) == ([11, 12, 13, 14], [5, 6, 7, 8])
    assert candles.bars.high.tolist() == [[12, 13, 14, 15]]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.replace("\n", "\r\n"),
        TEXT.rstrip("\n"),
        TEXT.replace(",", ";"),
        TEXT.replace(",", "\t"),
        "\ufeff" + TEXT,
        TEXT.encode("utf-16"),
        "\n".join(f'"{line}"'.replace(",", '","') for line in TEXT.splitlines()),
        TEXT.replace(",", " , "),
        TEXT.replace(" ", "T").replace("00,", "00Z,"),
        TEXT.replace("2024-01-01", "2024.01.01"),
        TEXT.replace("2024-01-01", "01.01.2024"),
        TEXT.replace(":00,", ":00:00.000,"),
        "https://www.CryptoDataDownload.com\n" + TEXT,
        TEXT.replace("time", "Date").replace("open", "Open").replace("volume", "Volume"),
    ],
)
def test_ways_of_writing_the_same_text_are_read_alike(tmp_path, content):
    candles = read(tmp_path, content)

    assert candles.time.tolist() == [START + HOUR * k for k in range(4)]
    assert candles.close.tolist() == [11, 12, 13, 14]


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_the_unit_of_whole_times_is_told_by_their_size(tmp_path, unit):
    stamps = [(START // 1000 + 3600 * k) * unit for k in range(4)]

    candles = read(tmp_path, lines(*(f"{stamp},10,12,9,11,5" for stamp in stamps)))

    assert candles.time.tolist() == [START + HOUR * k for k in range(4)]


def test_milliseconds_may_turn_into_microseconds_inside_a_file(tmp_path):
    stamps = [START, START + HOUR, (START + 2 * HOUR) * 1000, (START + 3 * HOUR) * 1000]

    candles = read(tmp_path, lines(*(f"{stamp},10,12,9,11,5" for stamp in stamps)))

    assert candles.time.tolist() == [START + HOUR * k for k in range(4)]


def test_newest_first_is_turned_round(tmp_path):
    candles = read(tmp_path, lines(*reversed(ROWS)))

    assert candles.close.tolist() == [11, 12, 13, 14]
    assert candles.findings == Findings(turned_round=True)


def test_identical_repeats_are_dropped_and_counted(tmp_path):
    candles = read(tmp_path, lines(ROWS[0], ROWS[0], ROWS[0], *ROWS[1:], ROWS[3]))

    assert candles.close.tolist() == [11, 12, 13, 14]
    assert candles.findings == Findings(repeated=3)


def test_a_close_outside_its_range_is_kept_and_counted(tmp_path):
    candles = read(tmp_path, lines(*ROWS[:3], "2024-01-01 03:00,13,15,12,15.5,8"))

    assert candles.close.tolist() == [11, 12, 13, 15.5]
    assert candles.findings == Findings(outside_range=1)


def test_a_last_candle_that_is_forming_is_left_out_and_counted(tmp_path):
    forming = read(tmp_path, TEXT, now=START + 4 * HOUR - 1)
    over = read(tmp_path, TEXT, now=START + 4 * HOUR)

    assert (forming.close.tolist(), forming.findings) == ([11, 12, 13], Findings(forming=1))
    assert (over.close.tolist(), over.findings) == ([11, 12, 13, 14], Findings())


def test_a_missing_volume_is_unknown(tmp_path):
    without = "\n".join(line.rsplit(",", 1)[0] for line in TEXT.splitlines())
    empty = lines(*(row[:-1] for row in ROWS))

    assert np.isnan(read(tmp_path, without).volume).all()
    assert np.isnan(read(tmp_path, empty).volume).all()


def test_bars_off_the_utc_grid_are_on_that_of_their_zone(tmp_path):
    rows = [
        f"2024-{month}-{day}T00:00,10,12,9,11,5" for month, day in (("03", "30"), ("03", "31"), ("04", "01"))
    ]

    candles = read(tmp_path, lines(*rows), timezone="Europe/Berlin")

    assert candles.timeframe == "1d"
    assert [to_datetime(ms).strftime("%d %H:%M") for ms in candles.time] == [
        "29 23:00",
        "30 23:00",
        "31 22:00",
    ]


def test_a_zone_does_not_move_the_days_of_files_that_know_utc(tmp_path):
    rows = [f"{START + 86_400_000 * k},10,12,9,11,5" for k in range(3)]

    candles = read(tmp_path, lines(*rows), timezone="Europe/Helsinki")

    assert (candles.timeframe, int(candles.time[0])) == ("1d", START)


@pytest.mark.parametrize(
    ("days", "timeframe"),
    [
        (["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"], "1M"),
        (["2024-01-01", "2024-01-08", "2024-01-15"], "1w"),
        (["2024-01-05", "2024-01-08", "2024-01-09", "2024-01-10"], "1d"),
    ],
)
def test_the_timeframe_is_the_usual_distance(tmp_path, days, timeframe):
    assert read(tmp_path, lines(*(f"{day},10,12,9,11,5" for day in days))).timeframe == timeframe


def test_several_symbols_and_timeframes_come_in_the_order_of_the_file(tmp_path):
    rows = [f"{name},1h,{row}" for row in ROWS for name in ("ETHUSDT", "BTC-USDT")]
    rows += [f"ETHUSDT,1d,2024-01-0{day},10,12,9,11,5" for day in (1, 2)]
    path = tmp_path / "all.csv"
    path.write_text("\n".join((f"symbol,timeframe,{HEADER}", *rows)))

    found = [(c.symbol, c.timeframe, len(c)) for c in read_candles(path)]
    picked = [(c.symbol, c.timeframe) for c in read_candles(path, symbol="ETH/USDT", timeframe="1d")]

    assert found == [("ETH/USDT", "1h", 4), ("BTC/USDT", "1h", 4), ("ETH/USDT", "1d", 2)]
    assert picked == [("ETH/USDT", "1d")]


def test_archives_hold_one_file_for_each_symbol(tmp_path):
    path = tmp_path / "klines.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("BTCUSDT-1h.csv", TEXT)
        archive.writestr("ETHUSDT-1h.csv", TEXT)
        archive.writestr("notes.md", "nothing")
    packed = read(tmp_path, gzip.compress(TEXT.encode()), name="BTCUSDT-1h.csv.gz")

    assert [(c.file, c.symbol, len(c)) for c in read_candles(path)] == [
        (f"{path}: BTCUSDT-1h.csv", "BTC/USDT", 4),
        (f"{path}: ETHUSDT-1h.csv", "ETH/USDT", 4),
    ]
    assert (packed.symbol, len(packed)) == ("BTC/USDT", 4)


def test_json_objects_and_columns_of_any_type_are_read(tmp_path):
    objects = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in ROWS]
    frame = pl.DataFrame(objects).with_columns(
        pl.col("time").str.to_datetime("%Y-%m-%d %H:%M"),
        pl.col("open").cast(pl.Float32),
        pl.col("close").cast(pl.Int32),
    )
    path = tmp_path / "BTCUSDT.parquet"
    frame.write_parquet(path)
    [typed] = read_candles(path)
    described = read(tmp_path, json.dumps(objects), name="BTCUSDT.json")

    for candles in (typed, described):
        assert (candles.symbol, candles.timeframe) == ("BTC/USDT", "1h")
        assert candles.close.tolist() == [11, 12, 13, 14]
        assert int(candles.time[0]) == START


def test_a_format_can_be_forced_where_it_cannot_be_seen(tmp_path):
    rows = "\n".join(f"{START + HOUR * k},10,12,9,11,5" for k in range(3))

    as_csv, as_kraken = read(tmp_path, rows), read(tmp_path, rows, format="kraken", symbol="XBTUSD")

    assert (as_csv.format, as_kraken.format, as_kraken.symbol) == ("csv", "kraken", "BTC/USD")
