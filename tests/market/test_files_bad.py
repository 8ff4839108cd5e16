"""What is wrong with a file is said in one sentence: where, what, and what to do."""

import gzip
import json
import zipfile

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from heliograph.engine.errors import BadTimeframe
from heliograph.market.errors import BadFile
from heliograph.market.sources.files import Skipped, read_candles

HEADER = "time,open,high,low,close,volume"
GOOD = [
    "2024-01-01 00:00,10,12,9,11,5",
    "2024-01-01 01:00,11,13,10,12,6",
    "2024-01-01 02:00,12,14,11,13,7",
    "2024-01-01 03:00,13,15,12,14,8",
]
CORRECT = "; correct it, or leave bad rows out with --skip-bad"


def write(tmp_path, *rows, name="BTCUSDT.csv", header=HEADER):
    path = tmp_path / name
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def refusal(path, **options):
    """What is said of a file, without its name."""
    with pytest.raises(BadFile) as refused:
        read_candles(path, **options)
    named, _, sentence = str(refused.value).partition(": ")
    assert named == str(path)
    return sentence


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2024-01-01 04:00,14,16,13,15", "line 6: has 5 columns where 6 are expected"),
        ("2024-01-01 04:00,14,16,13,15,9,9", "line 6: has 7 columns where 6 are expected"),
        ("soon,14,16,13,15,9", "line 6: 'soon' is no time; write it like 2024-01-31 20:00"),
        (",14,16,13,15,9", "line 6: '' is no time; write it like 2024-01-31 20:00"),
        ("2024-01-01 04:00,14,16,13,fifteen,9", "line 6: close 'fifteen' is no number"),
        ("2024-01-01 04:00,14,16,13,,9", "line 6: close '' is no number"),
        ("2024-01-01 04:00,14,16,13,15,many", "line 6: volume 'many' is no number"),
        ("2024-01-01 04:00,14,NaN,13,15,9", "line 6: high is nan, no price"),
        ("2024-01-01 04:00,14,inf,13,15,9", "line 6: high is inf, no price"),
        ("2024-01-01 04:00,14,16,-13,15,9", "line 6: low -13 is not above zero"),
        ("2024-01-01 04:00,0,16,13,15,9", "line 6: open 0 is not above zero"),
        ("2024-01-01 04:00,14,12.5,13,15,9", "line 6: high 12.5 is below low 13"),
        ("2024-01-01 04:00,14,16,13,15,-9", "line 6: volume -9 is not possible"),
        (
            "2024-01-01 01:00,11,13,10,12.5,6",
            "line 6: 2024-01-01 01:00 stands after a later time; a file must be in order of time",
        ),
        (
            "2024-01-01 03:00,13,15,12,14.5,8",
            "line 5: 2024-01-01 03:00 is there more than once with different values (2 bad rows in all)",
        ),
        (
            "2024-01-01 04:07,14,16,13,15,9",
            "line 6: 2024-01-01 04:07 is not the open of a 1h bar in UTC (see --timeframe and --timezone)",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_the_remedy(tmp_path, row, sentence):
    assert refusal(write(tmp_path, *GOOD, row)) == sentence + CORRECT


def test_the_line_is_that_of_the_file_blank_lines_counted(tmp_path):
    path = write(tmp_path, GOOD[0], "", "", GOOD[1], "2024-01-01 02:00,12,x,11,13,7")

    assert refusal(path) == "line 6: high 'x' is no number" + CORRECT


def test_the_line_is_right_where_fields_are_quoted(tmp_path):
    path = write(
        tmp_path, '"2024-01-01 00:00","10","12","9","11","5"', '"2024-01-01 01:00","11","x","9","11","5"'
    )

    assert refusal(path) == "line 3: high 'x' is no number" + CORRECT


def test_the_first_of_several_bad_rows_is_named_and_all_are_counted(tmp_path):
    path = write(tmp_path, GOOD[0], "2024-01-01 01:00,11,x,10,12,6", GOOD[2], "2024-01-01 03:00,13")

    assert refusal(path) == "line 3: high 'x' is no number (2 bad rows in all)" + CORRECT


def test_good_rows_of_a_bad_file_are_kept_only_if_asked(tmp_path):
    rows = [*GOOD, "2024-01-01 04:00,14,12,13,15,9", "2024-01-01 05:00,1,2", "2024-01-01 06:00,15,17,14,16,1"]

    [candles] = read_candles(write(tmp_path, *rows), skip_bad=True)

    assert candles.close.tolist() == [11, 12, 13, 14, 16]
    assert candles.skipped == (
        Skipped(6, "high 12 is below low 13"),
        Skipped(7, "has 3 columns where 6 are expected"),
    )


def test_rows_out_of_order_and_contradicting_ones_are_skipped_if_asked(tmp_path):
    late, other = "2024-01-01 01:00,9,9,9,9,9", "2024-01-01 03:00,13,15,12,14.5,8"

    [candles] = read_candles(write(tmp_path, *GOOD, late, other), skip_bad=True)

    assert candles.close.tolist() == [11, 12, 13]
    assert [skipped.line for skipped in candles.skipped] == [5, 6, 7]


def test_a_file_without_any_good_row_is_refused(tmp_path):
    path = write(tmp_path, "2024-01-01 00:00,10,8,9,11,5")

    assert refusal(path, skip_bad=True, timeframe="1h") == "has no good row; there is nothing to import"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty; there is nothing to import"),
        (b"\n\n", "is empty; there is nothing to import"),
        (HEADER.encode(), "has a header and no rows; there is nothing to import"),
        (
            b"name,age\nAnn,7\n",
            "line 1 is of no known format; name the columns time, open, high, low, close, volume in a header,"
            " or say which it is with --format",
        ),
        (
            f"{HEADER}\n2024-01-01 00:00,10,12,9,11,5\n\xff,".encode("latin-1"),
            "line 3 is not UTF-8 text; save the file as UTF-8",
        ),
        (
            HEADER.encode() + b"\n\0\0\0\n",
            "line 2 holds binary data; this is neither text nor a known format",
        ),
        (b"time,bid,ask\n1,2,3\n", "holds ticks (bid and ask) and no candles; export bars instead"),
    ],
)
def test_a_file_that_holds_no_candles_is_refused(tmp_path, content, sentence):
    path = tmp_path / "BTCUSDT.csv"
    path.write_bytes(content)

    assert refusal(path) == sentence


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert refusal(tmp_path / "none.csv") == "cannot be read (no such file or directory)"
    assert refusal(tmp_path) == "is a folder; name a file in it"


@pytest.mark.parametrize(
    ("first", "then", "bars", "sentence"),
    [
        (60, 1440, 10, "line 12: bars of 1h turn into bars of 1d"),
        (1440, 60, 10, "line 12: bars of 1d turn into bars of 1h"),
        (60, 1440, 3, "line 5: bars of 1h turn into bars of 1d"),
        (5, 60, 100, "line 102: bars of 5m turn into bars of 1h"),
    ],
)
def test_mixed_timeframes_are_refused(tmp_path, first, then, bars, sentence):
    minutes = np.concatenate([np.arange(bars) * first, (bars - 1) * first + np.arange(1, bars + 1) * then])
    times = np.datetime64("2024-01-01T00:00") + minutes.astype("timedelta64[m]")

    assert refusal(write(tmp_path, *(f"{time},10,12,9,11,5" for time in times))) == (
        f"{sentence}; split the file by timeframe, or say which one it is with --timeframe"
    )


@pytest.mark.parametrize(
    ("around", "inside", "bars", "sentence"),
    [
        (60, 5, 24, "line 32: bars of 1h turn into bars of 5m"),
        (60, 5, 240, "line 32: bars of 1h turn into bars of 5m"),
        (5, 60, 7, "line 32: bars of 5m turn into bars of 1h"),
        (60, 120, 16, "line 32: bars of 1h turn into bars of 2h"),
    ],
)
def test_a_stretch_of_another_timeframe_is_refused_also_when_bad_rows_may_be_skipped(
    tmp_path, around, inside, bars, sentence
):
    steps = np.concatenate([np.full(30, around), np.full(bars, inside), np.full(30, around)])
    times = np.datetime64("2024-01-01T00:00") + np.cumsum(steps).astype("timedelta64[m]")
    path = write(tmp_path, *(f"{time},10,12,9,11,5" for time in times))

    for options in ({}, {"skip_bad": True}):
        assert refusal(path, **options) == (
            f"{sentence}; split the file by timeframe, or say which one it is with --timeframe"
        )


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_gaps_are_not_taken_for_another_timeframe(tmp_path, share):
    minutes = np.flatnonzero(np.random.default_rng(7).random(50_000) < share) * 30
    times = np.datetime64("2010-01-01T00:00") + minutes.astype("timedelta64[m]")

    [candles] = read_candles(write(tmp_path, *(f"{time},10,12,9,11,5" for time in times)))

    assert (candles.timeframe, len(candles)) == ("30m", len(minutes))


def test_bad_rows_are_named_before_a_missing_symbol(tmp_path):
    path = write(tmp_path, *GOOD, "2024-01-01 04:00,14,NaN,13,15,9", name="candles.csv")

    assert refusal(path) == "line 6: high is nan, no price" + CORRECT
    assert refusal(path, skip_bad=True) == (
        "names no symbol, neither inside nor in its name; say it with --symbol"
    )


def test_a_name_that_promises_finer_bars_is_not_believed(tmp_path):
    path = write(tmp_path, *GOOD, name="BTCUSDT-1m.csv")

    assert refusal(path) == "is named 1m and holds bars of 1h; say which it is with --timeframe"


def test_one_row_does_not_show_its_timeframe(tmp_path):
    assert refusal(write(tmp_path, GOOD[0])) == "does not show its timeframe; say it with --timeframe"


def test_an_hour_that_the_clock_shows_twice_is_refused(tmp_path):
    rows = [f"2024-10-27 0{hour}:00,10,12,9,11,5" for hour in (1, 2, 3, 4)]

    assert refusal(write(tmp_path, *rows), timezone="Europe/Berlin") == (
        "line 3: 2024-10-27 02:00:00 does not exist, or exists twice, in Europe/Berlin; give times in UTC"
        + CORRECT
    )


def test_more_than_one_bar_in_the_future_is_refused(tmp_path):
    now = 1_704_067_200_000 + 90 * 60_000

    assert refusal(write(tmp_path, *GOOD), now=now) == (
        "line 4: 2024-01-01 02:00 lies in the future (see --timezone) (2 bad rows in all)" + CORRECT
    )


def test_options_that_do_not_exist_are_refused(tmp_path):
    path = write(tmp_path, *GOOD)

    for options, sentence in (
        ({"format": "excel"}, "--format: there is no format 'excel'; use one of binance, kraken"),
        ({"timezone": "Mars/North"}, "--timezone: there is no time zone 'Mars/North'; use one like"),
    ):
        with pytest.raises(BadFile) as refused:
            read_candles(path, **options)
        assert str(refused.value).startswith(sentence)
    with pytest.raises(BadTimeframe):
        read_candles(path, timeframe="7m")
    assert refusal(path, format="kraken") == (
        "is no file of format kraken; it looks like csv; leave --format out or name another"
    )


def test_a_symbol_that_the_file_does_not_hold_is_refused(tmp_path):
    rows = [f"{name},{row}" for name in ("BTC/USDT", "ETH/USDT") for row in GOOD]
    path = write(tmp_path, *rows, header=f"symbol,{HEADER}")

    assert refusal(path, symbol="ADAUSDT") == "holds no ADA/USDT; it has BTC/USDT, ETH/USDT"


def table(rows):
    time = 1_704_067_200_000 + 3_600_000 * np.arange(rows, dtype=np.int64)
    price = np.full(rows, 10.0)
    return pa.table(
        {"time": time, "open": price, "high": price, "low": price, "close": price, "volume": price}
    )


def test_a_truncated_parquet_is_refused(tmp_path):
    path = tmp_path / "BTCUSDT.parquet"
    pq.write_table(table(1000), path)
    path.write_bytes(path.read_bytes()[:-500])

    sentence = refusal(path)

    assert sentence.startswith("is no whole Parquet file (")
    assert sentence.endswith("); copy or export it again")


def test_other_truncated_files_are_refused(tmp_path):
    feather = tmp_path / "BTC_USDT-1h.feather"
    pyarrow.feather.write_feather(table(1000), feather)
    feather.write_bytes(feather.read_bytes()[:-500])
    packed = tmp_path / "BTCUSDT.csv.gz"
    packed.write_bytes(gzip.compress("\n".join((HEADER, *GOOD)).encode())[:-9])
    zipped = tmp_path / "BTCUSDT.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("BTCUSDT.csv", "\n".join((HEADER, *GOOD)))
    zipped.write_bytes(zipped.read_bytes()[:-30])
    text = tmp_path / "BTC_USDT-1h.json"
    text.write_text("[[1704067200000, 1, 1, 1, 1, 1], [17040")

    assert [refusal(path).partition(" (")[0] for path in (feather, packed, zipped, text)] == [
        "is no whole Feather file",
        "is no whole gzip file",
        "is no whole zip file",
        "is no whole JSON file",
    ]


def test_a_parquet_bomb_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "BTCUSDT.parquet"
    pq.write_table(pa.table({"time": pa.nulls(170_000_000)}), path)

    sentence = refusal(path)

    assert path.stat().st_size < 1_000_000
    assert sentence.endswith(
        "and claims to hold 10.1 GiB, more than the 256.0 MiB that are read of it; split it if that is true"
    )


def test_a_feather_bomb_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "BTC_USDT-1h.feather"
    pyarrow.feather.write_feather(pa.table({"date": np.zeros(5_000_000)}), path, compression="zstd")

    assert "claims to hold 305.2 MiB, more than the 256.0 MiB that are read of it" in refusal(path)


def test_a_zip_bomb_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "BTCUSDT.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("BTCUSDT.csv", "w") as member,
    ):
        for _ in range(300):
            member.write(bytes(1 << 20))
    packed = tmp_path / "BTCUSDT.csv.gz"
    with gzip.open(packed, "wb") as file:
        for _ in range(300):
            file.write(bytes(1 << 20))

    assert "claims to hold 300.0 MiB, more than the 256.0 MiB that are read of it" in refusal(path)
    assert "claims to hold 256.0 MiB, more than the 256.0 MiB that are read of it" in refusal(packed)


def test_json_that_is_no_list_of_candles_is_refused(tmp_path):
    path = tmp_path / "BTC_USDT-1h.json"
    said = []
    for content in ('{"a": 1}', "[]", "[1, 2]", "[[1, 2]]", "[" * 100_000, '[{"price": 1}]'):
        path.write_text(content)
        said.append(refusal(path).partition(" (")[0])

    assert said == [
        "is no list of candles; write [[time, open, high, low, close, volume], ...]",
        "is no list of candles; write [[time, open, high, low, close, volume], ...]",
        "row 1 is no candle; write [time, open, high, low, close, volume]",
        "row 1 is no candle; write [time, open, high, low, close, volume]",
        "is no whole JSON file",
        "has no columns of candles",
    ]


def test_bad_rows_of_json_and_parquet_are_named_by_row(tmp_path):
    rows = [[1704067200000 + 3600000 * k, 10, 12, 9, 11, 5] for k in range(4)]
    rows[2][2], rows[3] = None, rows[3][:3]
    path = tmp_path / "BTC_USDT-1h.json"
    path.write_text(json.dumps(rows))
    other = tmp_path / "BTCUSDT.parquet"
    pl.DataFrame(table(5)).with_columns(
        low=pl.when(pl.int_range(5) == 3).then(-1.0).otherwise(10.0)
    ).write_parquet(other)

    assert refusal(path) == "row 3: high '' is no number (2 bad rows in all)" + CORRECT
    assert refusal(other) == "row 4: low -1 is not above zero" + CORRECT
