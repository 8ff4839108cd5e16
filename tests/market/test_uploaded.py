import gzip
import io
import os
import zipfile
from datetime import timedelta

import pytest

from heliograph.errors import UserError
from heliograph.fleet.jobs import cancel, enqueue, run_next
from heliograph.kit.clock import utc_now
from heliograph.market.errors import BadFile
from heliograph.market.models import Batch, Candle, Series
from heliograph.market.undoing import run_undo
from heliograph.market.upload_files import new_folder, refuse_oversize, safe_name
from heliograph.market.uploaded import run_import
from tests.signals.world import NOW

HEAD = "time,open,high,low,close,volume\n"
RUNNERS = {"import": run_import, "undo": run_undo}


def rows(count=48, *, low=99.0, start=0):
    lines = [
        f"2024-01-{1 + hour // 24:02d} {hour % 24:02d}:00:00,100,101,{low},100.5,{hour + 1}\n"
        for hour in range(start, start + count)
    ]
    return HEAD + "".join(lines)


@pytest.fixture
def folder(tmp_path):
    """The folder of one upload."""
    return new_folder(tmp_path / "uploads", at=utc_now())


def ask(folder, **options):
    arguments = {"folder": str(folder), **options}
    return enqueue("import", title="upload", arguments=arguments, at=NOW)


def work(**options):
    return run_next(RUNNERS, holder="a test", **options)


@pytest.mark.django_db
def test_files_are_imported_with_their_bars_counted_and_then_removed(folder):
    (folder / "BTC_USDT-1h.csv").write_text(rows())
    (folder / "ETH_USDT-1h.csv").write_text(rows(30))
    ask(folder, venue="mine")

    job = work()

    assert (job.state, job.done, job.total, job.unit) == ("done", 78, 78, "bars")
    assert [(file["file"], file["inserted"]) for file in job.result["files"]] == [
        ("BTC_USDT-1h.csv", 48),
        ("ETH_USDT-1h.csv", 30),
    ]
    assert Candle.objects.count() == 78
    assert not folder.exists()


@pytest.mark.django_db
def test_a_refused_file_does_not_stop_the_others_and_waits_to_be_tried_again(folder):
    (folder / "BTC_USDT-1h.csv").write_text(rows())
    (folder / "ETH_USDT-1h.csv").write_text(rows(low=102.0))
    ask(folder)

    job = work()

    refused = job.result["files"][1]["refused"]
    assert refused.startswith("ETH_USDT-1h.csv: line 2: ")
    assert str(folder) not in refused
    assert Series.objects.count() == 1
    assert (folder / "ETH_USDT-1h.csv").exists()


@pytest.mark.django_db
def test_where_all_are_refused_the_job_fails_with_every_sentence(folder):
    (folder / "notes.csv").write_text("dear diary\nnothing happened\n")
    ask(folder)

    job = work()

    assert job.state == "failed"
    assert job.error.startswith("notes.csv: ")
    assert not job.traceback


@pytest.mark.django_db
def test_bad_rows_can_be_left_out_and_are_named(folder):
    bad = rows(30).replace("100,101,99.0,100.5,2\n", "100,101,102,100.5,2\n")
    (folder / "BTC_USDT-1h.csv").write_text(bad)
    ask(folder, skip_bad=True)

    job = work()
    assert job.error == ""
    [file] = job.result["files"]

    assert (file["inserted"], file["skipped"]) == (29, 1)
    assert file["skipped_rows"][0].startswith("row 3: ")


@pytest.mark.django_db
def test_looking_stores_nothing_and_says_format_and_series(folder):
    (folder / "BTC_USDT-1h.csv").write_text(rows())
    ask(folder, look=True)

    [file] = work().result["files"]

    assert (file["format"], file["series"][0]["symbol"], file["series"][0]["bars"]) == ("csv", "BTC/USDT", 48)
    assert not Candle.objects.exists()
    assert folder.exists()


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_import_keeps_what_was_committed(folder):
    (folder / "BTC_USDT-1h.csv").write_text(rows())
    job = ask(folder)

    def ask_to_end():
        cancel(job.pk)
        return False

    (folder / "ETH_USDT-1h.csv").write_text(rows(start=24))
    ended = work(stop=ask_to_end)

    assert ended.state == "cancelled"
    assert [batch.finished_at is not None for batch in Batch.objects.order_by("pk")] == [True, False]
    assert Candle.objects.count() == 96


@pytest.mark.django_db
def test_files_that_are_gone_are_asked_for_again(folder):
    ask(folder / "elsewhere")

    assert "upload them again" in work().error


@pytest.mark.django_db
def test_an_import_is_taken_back_as_a_job_and_once(folder):
    (folder / "BTC_USDT-1h.csv").write_text(rows())
    ask(folder)
    work()
    batch = Batch.objects.get()

    for _ in range(2):
        enqueue("undo", title="undo", arguments={"batch": batch.pk}, at=NOW)
        assert work().state == "done"

    assert not Candle.objects.exists()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("BTC_USDT-1h.csv", "BTC_USDT-1h.csv"),
        ("../../etc/BTC.csv", "BTC.csv"),
        ("C:\\data\\EURUSD_H1.csv", "EURUSD_H1.csv"),
        ("a\x00b\nc.parquet", "a_b_c.parquet"),
    ],
)
def test_a_name_loses_its_folders(written, name):
    assert safe_name(written) == name


@pytest.mark.parametrize("written", ["", "..", "/", "virus.exe", "archive.tar.xz", "a" * 200 + ".csv"])
def test_other_names_are_refused(written):
    with pytest.raises(BadFile):
        safe_name(written)


def test_too_many_rows_are_refused_whatever_they_are_packed_in(tmp_path):
    text = rows(48).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("BTC.csv", text)
    for name, data in {"a.csv": text, "a.csv.gz": gzip.compress(text), "a.zip": packed.getvalue()}.items():
        path = tmp_path / name
        path.write_bytes(data)
        refuse_oversize(path, most_rows=49)
        with pytest.raises(BadFile, match="more than 48 rows"):
            refuse_oversize(path, most_rows=48)


def test_bombs_are_refused_before_they_unfold(tmp_path):
    bomb = tmp_path / "bomb.csv.gz"
    with gzip.open(bomb, "wb", compresslevel=9) as file:
        for _ in range(300):
            file.write(bytes(1 << 20))
    with pytest.raises(BadFile, match="unfolds to more than 256 MiB"):
        refuse_oversize(bomb, most_rows=1000)


@pytest.mark.parametrize("head", [b"PAR1", b"ARROW1", b"PK\3\4", b"\x1f\x8b"])
def test_what_is_damaged_is_said_to_be(tmp_path, head):
    path = tmp_path / "a.bin"
    path.write_bytes(head + os.urandom(200))
    with pytest.raises(UserError, match="copy it again"):
        refuse_oversize(path, most_rows=1000)


def test_folders_that_were_forgotten_are_removed(tmp_path):
    old = new_folder(tmp_path, at=utc_now())
    newer = new_folder(tmp_path, at=utc_now())
    long_ago = (utc_now() - timedelta(days=8)).timestamp()
    os.utime(old, (long_ago, long_ago))

    new_folder(tmp_path, at=utc_now())

    assert (old.exists(), newer.exists()) == (False, True)
