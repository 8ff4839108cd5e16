"""Files that were damaged in transit: whatever happens to them, they are read or refused in one sentence."""

import random

import pytest

from heliograph.errors import UserError
from heliograph.market.sources.files import read_candles
from tests.reference import shared

NAMES = [
    "binance_spot_klines_ms_ADABTC-1m-2021-11-27.csv",
    "cryptodatadownload_Binance_BTCUSDT_1h_first3000.csv",
    "freqtrade_BTC_USDT-1d.feather",
    "lean_daily_goog.zip",
    "metatrader5_export_angle_headers_XAUUSD_M15_first3000.csv",
    "tradingview_export_BINANCE_BTCUSDT_240_first1000.csv",
]
PIECES = [
    b",",
    b"\n",
    b'"',
    b"\r",
    b"\0",
    b";",
    b"\t",
    b" ",
    b"nan",
    b"inf",
    b"1e400",
    b"-",
    b"9" * 30,
    b"null",
    b"[",
]
OPTIONS = [
    {},
    {"symbol": "X", "timezone": "Europe/Helsinki"},
    {"symbol": "X", "timezone": "UTC", "skip_bad": True, "now": 1_700_000_000_000},
    {"symbol": "X", "format": "csv"},
]


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The bytes with a few pieces lost, repeated, replaced, cut off or put in."""
    out = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 5, 20])):
        at, other = dice.randrange(len(out) + 1), dice.randrange(len(out) + 1)
        match dice.randrange(5):
            case 0:
                out[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del out[at : at + dice.randrange(30)]
            case 2:
                out[at:at] = dice.choice(PIECES)
            case 3:
                out = out[:at] or bytearray(b"x")
            case 4:
                out[at:at] = out[other : other + dice.randrange(100)]
    return bytes(out)


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_read_or_refused_in_one_sentence(name, tmp_path):
    whole = shared(f"raw/{name}").read_bytes()
    dice = random.Random(name)
    path = tmp_path / name
    for _ in range(100):
        data = whole if name.endswith((".zip", ".feather")) else whole[: dice.choice([300, 1500])]
        path.write_bytes(damaged(data, dice))
        assert "\n" not in said_of(path, dice.choice(OPTIONS))


def said_of(path, options) -> str:
    """The refusal of a file; empty where it is read."""
    try:
        assert all(candles.bars.instruments == 1 for candles in read_candles(path, **options))
    except UserError as refused:
        return str(refused)
    return ""
