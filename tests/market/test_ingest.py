import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from heliograph.market.bars import load_series
from heliograph.market.calendars import NoSuchCalendar
from heliograph.market.detect import FoundSeries, Imported, detect
from heliograph.market.errors import BadFile
from heliograph.market.ingest import import_files
from heliograph.market.instruments import WrongVenue
from heliograph.market.models import Amendment, Batch, Candle, CandleRevision, Instrument, Series, Venue
from heliograph.market.sources.files import Findings, Reading
from tests.market.conftest import NOW
from tests.reference import shared

HEADER = "time,open,high,low,close,volume\n"
ROWS = [f"2024-01-31 {20 + k}:00,{10 + k},{12 + k},{9 + k},{11 + k},5\n" for k in range(4)]
FIRST, LAST = 1_706_731_200_000, 1_706_742_000_000
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "BTCUSDT.csv"
    file.write_text(HEADER + "".join(ROWS))
    return file


def stored():
    return list(Candle.objects.order_by("instrument_id", "timeframe", "open_time").values())


def series(**given):
    return FoundSeries(
        **{
            "symbol": "BTC/USDT",
            "timeframe": "1h",
            "first": FIRST,
            "last": LAST,
            "bars": 4,
            "findings": Findings(),
        }
        | given
    )


@pytest.mark.django_db
def test_a_file_is_stored_under_the_venue_file(path):
    [result] = import_files([path], at=NOW)

    assert result == Imported(str(path), format="csv", series=(series(),), inserted=4)
    instrument = Instrument.objects.select_related("venue").get()
    assert (instrument.symbol, instrument.venue.name, instrument.venue.kind) == ("BTC/USDT", "file", "file")
    assert load_series(instrument=instrument.pk, timeframe="1h").close.tolist() == [[11, 12, 13, 14]]
    batch = Batch.objects.get()
    assert (batch.name, batch.format, batch.inserted, batch.rows_done, batch.finished_at) == (
        str(path),
        "csv",
        4,
        4,
        NOW,
    )


@pytest.mark.django_db
def test_importing_the_same_file_again_changes_nothing(path):
    import_files([path], at=NOW)
    before = stored()

    [again] = import_files([path], at=LATER)

    assert again == Imported(str(path), format="csv", unchanged=4, recognised=NOW)
    assert stored() == before
    assert (Batch.objects.count(), CandleRevision.objects.count(), Amendment.objects.count()) == (1, 0, 0)


@pytest.mark.django_db
def test_the_same_candles_in_another_file_change_nothing(path, tmp_path):
    import_files([path], at=NOW)
    before = stored()
    copy = tmp_path / "BTC-USDT.csv"
    copy.write_text(path.read_text() + "\n")

    [again] = import_files([copy], at=LATER)

    assert (again.inserted, again.revised, again.unchanged) == (0, 0, 4)
    assert stored() == before


@pytest.mark.django_db
def test_a_corrected_file_makes_revisions(path):
    import_files([path], at=NOW)
    path.write_text(HEADER + "".join(ROWS).replace(",13,5", ",13.5,5"))

    [result] = import_files([path], at=LATER)

    assert (result.inserted, result.revised, result.unchanged) == (0, 1, 3)
    assert CandleRevision.objects.values_list("close", "recorded_at", "replaced_at").get() == (
        13.0,
        NOW,
        LATER,
    )
    assert Candle.objects.order_by("open_time").values_list("close", flat=True)[2] == 13.5


@pytest.mark.django_db
def test_a_file_that_was_corrected_since_is_no_longer_recognised(path):
    original = path.read_text()
    import_files([path], at=NOW)
    path.write_text(original.replace(",13,5", ",13.5,5"))
    import_files([path], at=LATER)
    path.write_text(original)

    [back] = import_files([path], at=LATER + timedelta(hours=1))

    assert (back.revised, back.recognised) == (1, None)
    assert Candle.objects.order_by("open_time").values_list("close", flat=True)[2] == 13.0


@pytest.mark.django_db
def test_an_interrupted_import_goes_on_behind_what_is_committed(path, monkeypatch):
    monkeypatch.setattr("heliograph.market.ingest.CHUNK", 2)

    def interrupt(file, done, total):
        assert (file, done, total) == (str(path), 2, 4)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_files([path], at=NOW, progress=interrupt)
    assert Candle.objects.count() == 2
    told = []

    [result] = import_files([path], at=LATER, progress=lambda *said: told.append(said))

    assert (result.inserted, result.revised, result.unchanged) == (4, 0, 0)
    assert told == [(str(path), 2, 4), (str(path), 4, 4)]
    assert set(Candle.objects.values_list("open_time__hour", "recorded_at")) == {
        (20, NOW),
        (21, NOW),
        (22, LATER),
        (23, LATER),
    }
    assert Batch.objects.values_list("started_at", "finished_at", "rows_done").get() == (NOW, LATER, 4)


@pytest.mark.django_db
def test_a_folder_whose_files_contradict_each_other_changes_nothing_the_second_time(path, tmp_path):
    other = tmp_path / "later"
    other.mkdir()
    (other / path.name).write_text(path.read_text().replace(",13,5", ",13.5,5"))
    first = import_files([tmp_path], at=NOW)
    before = stored()

    again = import_files([tmp_path], at=LATER)

    assert [(file.inserted, file.revised) for file in first] == [(4, 0), (0, 1)]
    assert [(file.revised, file.recognised) for file in again] == [(0, NOW), (0, NOW)]
    assert (stored(), CandleRevision.objects.count()) == (before, 1)


def test_detecting_shows_what_an_import_would_take_without_a_database(path):
    [result] = detect([path], reading=Reading())

    assert result == Imported(str(path), format="csv", series=(series(),))


@pytest.mark.django_db
def test_a_whole_folder_is_imported_and_a_refused_file_stops_no_other(path, tmp_path):
    deep = tmp_path / "more"
    deep.mkdir()
    (deep / "ETHUSDT-1h.csv").write_text(HEADER + "".join(ROWS))
    (tmp_path / "ADAUSDT.csv").write_text("nothing\n")
    (tmp_path / "notes.md").write_text("nothing\n")

    results = import_files([tmp_path], at=NOW)

    assert [(result.file.removeprefix(f"{tmp_path}/"), result.inserted) for result in results] == [
        ("ADAUSDT.csv", 0),
        ("BTCUSDT.csv", 4),
        ("more/ETHUSDT-1h.csv", 4),
    ]
    assert results[0].refused.startswith(f"{tmp_path}/ADAUSDT.csv: line 1 is of no known format;")


@pytest.mark.django_db
def test_what_cannot_be_found_is_refused(tmp_path):
    [missing] = import_files([tmp_path / "none.csv"], at=NOW)
    [empty] = import_files([tmp_path], at=NOW)

    assert missing.refused == f"{tmp_path}/none.csv: cannot be read (no such file or directory)"
    assert empty.refused == (
        f"{tmp_path}: has no file of candles in it (.csv, .txt, .tsv, .json, .parquet, .feather, .zip, .gz)"
    )


@pytest.mark.django_db
def test_skipped_rows_are_counted_and_written_beside_the_file(path):
    path.write_text(HEADER + "".join(ROWS) + "2024-02-01 00:00,14,12,13,15,9\n")

    [refused] = import_files([path], at=NOW)
    [result] = import_files([path], at=NOW, reading=Reading(skip_bad=True))

    assert refused.refused == (
        f"{path}: line 6: high 12 is below low 13; correct it, or leave bad rows out with --skip-bad"
    )
    assert (result.inserted, result.skipped, result.skipped_file) == (4, 1, f"{path}.skipped.csv")
    with open(result.skipped_file, newline="") as file:
        assert list(csv.reader(file)) == [
            ["file", "line", "reason"],
            [str(path), "6", "high 12 is below low 13"],
        ]
    assert Batch.objects.get().skipped == 1


@pytest.mark.django_db
def test_a_forming_candle_is_stored_by_the_next_file(path):
    moment = datetime(2024, 1, 31, 23, 30, tzinfo=UTC)

    [early] = import_files([path], at=moment)
    path.write_text(path.read_text().replace(",14,5", ",14.5,5"))
    [later] = import_files([path], at=moment + timedelta(hours=1))

    assert (early.inserted, early.series[0].findings) == (3, Findings(forming=1))
    assert (later.inserted, later.revised, later.unchanged) == (1, 0, 3)
    assert Amendment.objects.count() == 0


@pytest.mark.django_db
def test_a_file_of_many_symbols_fills_one_series_each(monkeypatch):
    monkeypatch.setattr("heliograph.market.ingest.CHUNK", 1000)

    [result] = import_files([shared("binance_spot_genetrader_1d.parquet")], at=NOW)

    assert (result.inserted, len(result.series)) == (9133, 40)
    assert Series.objects.filter(timeframe="1d").count() == 40
    assert {(one.symbol, one.bars) for one in result.series} == set(
        Series.objects.values_list("instrument__symbol", "bars")
    )


@pytest.mark.django_db
def test_new_instruments_get_the_calendar_that_their_bars_keep_to(path):
    import_files(
        [path, shared("backtestingpy_goog_1d.parquet"), shared("backtestingpy_eurusd_1h.parquet")], at=NOW
    )

    assert dict(Instrument.objects.values_list("symbol", "calendar")) == {
        "BTC/USDT": "",
        "GOOG": "XNYS",
        "EURUSD": "forex",
    }


@pytest.mark.django_db
def test_a_calendar_can_be_said(path):
    import_files([path], at=NOW)

    path.write_text(path.read_text() + "\n")
    import_files([path], at=NOW, calendar="weekdays")

    assert Instrument.objects.get().calendar == "weekdays"
    with pytest.raises(NoSuchCalendar, match="There is no calendar 'moon'; use always, forex, weekdays or"):
        import_files([path], at=NOW, calendar="moon")


@pytest.mark.django_db
def test_files_do_not_go_into_a_replay(path):
    Venue.objects.create(name="replay-1", kind=Venue.Kind.REPLAY)

    with pytest.raises(
        WrongVenue, match="replay-1 is a replay, whose bars come from its sample; import under"
    ):
        import_files([path], at=NOW, venue="replay-1")


@pytest.mark.django_db
def test_wrong_options_are_refused_before_anything_is_read(path):
    with pytest.raises(BadFile):
        import_files([path], at=NOW, reading=Reading(timezone="Mars/North"))

    assert not connection.in_atomic_block or Candle.objects.count() == 0
