"""Small files that unfold to far more, or ask for far more, than a file of candles can hold."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

MIB = 1 << 20
HEAD = b"time,open,high,low,close,volume\n"
LINE = b"2024-01-01 00:00:00,1,1,1,1,1\n"


def zipped(content, *, how=zipfile.ZIP_DEFLATED, name="BTC_USDT-1h.csv", times=1):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for number in range(times):
            archive.writestr(name if times == 1 else f"{number}-{name}", content)
    return out.getvalue()


def columns(**columns):
    rows = len(next(iter(columns.values())))
    plain = {name: pa.array([1.0] * rows) for name in ("open", "high", "low", "close", "volume")}
    return pa.table({"time": pa.array(range(rows), pa.timestamp("s", "UTC")), **plain, **columns})


def parquet(table):
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def arrow(table):
    out = io.BytesIO()
    feather.write_feather(table, out, compression="zstd")
    return out.getvalue()


def bombs():
    """Name and content of each."""
    zeros = bytes(300 * MIB)
    packed, archive = gzip.compress(zeros, 1), zipped(zeros)
    text = pa.array(["9" * MIB] * 200)
    # The text stands in the file once, and the rows point to it.
    pointed = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), pa.array(["9" * MIB]))
    deep = b"[" * 200_000
    whole = columns(volume=pa.array([1.0] * 1_000))
    long = columns(volume=pa.array([1.0] * 2_500_000))
    return {
        "zeros.csv.gz": packed,
        "zeros.zip": archive,
        "zeros-bzip2.zip": zipped(zeros, how=zipfile.ZIP_BZIP2),
        "many.zip": zipped(bytes(30 * MIB), times=12),
        "xz-in-a.zip": zipped(bytes(MIB), how=zipfile.ZIP_LZMA),
        "zip-in-zip.zip": zipped(archive, name="inner.zip"),
        "gzip-in-gzip.csv.gz": gzip.compress(packed),
        "outside.zip": zipped(HEAD + LINE, name="../../etc/passwd"),
        "empty.zip": zipped(b"", times=0),
        "a.csv.xz": lzma.compress(bytes(MIB), preset=0),
        "a.csv.bz2": bz2.compress(bytes(MIB)),
        "xz.csv": lzma.compress(bytes(MIB), preset=0),
        "bz2.csv": bz2.compress(bytes(MIB)),
        "one-line.csv": HEAD + b"9" * (20 * MIB),
        "one-quote.csv": HEAD + b'"' + b"x\n" * (5 * MIB),
        "fields.csv": b",".join([b"a"] * 500_000) + b"\n" + b",".join([b"1"] * 500_000),
        "number.csv": HEAD + b"2024-01-01," + b"9" * MIB + b",1,1,1,1\n",
        "deep.json": deep,
        "deep-objects.json": b'{"a":' * 200_000,
        "deep-closed.json": deep + b"]" * 200_000,
        "number.json": b"[[1700000000000," + b"9" * MIB + b",1,1,1,1]]",
        "keys.json": json.dumps([{f"k{n}": 1 for n in range(100_000)}]).encode(),
        "rows.parquet": parquet(long),
        "rows.feather": arrow(long),
        "text.parquet": parquet(columns(close=text)),
        "text.feather": arrow(columns(close=text)),
        "pointed.parquet": parquet(columns(close=pointed)),
        "pointed.feather": arrow(columns(close=pointed)),
        "cut.parquet": parquet(whole)[:-20],
        "cut.feather": arrow(whole)[:-20],
    }
