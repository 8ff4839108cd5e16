import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from heliograph.fleet.jobs import run_next
from heliograph.fleet.models import Job
from heliograph.kit.clock import utc_now
from heliograph.market.models import Batch, Candle, Instrument, Listing, Series, Unserved, Venue, Watch
from heliograph.market.undoing import run_undo
from heliograph.market.uploaded import run_import
from tests.market.test_quality import changed
from tests.market.test_uploaded import rows
from tests.signals.world import NOW, feed, make_venue, walk

# The session, the person, and what a person may see.
WHO_ASKS = 4
SYMBOLS = tuple(f"{letter}/USDT" for letter in "ABCDEFGH")
PAGES = ("", "gaps/", "quality/", "revisions/", "imports/", "imports/upload", "sources/", "universe/")


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    """Where uploaded files wait."""
    settings.HELIOGRAPH_UPLOADS = str(tmp_path / "uploads")
    return tmp_path / "uploads"


@pytest.fixture
def market(db):
    """Eight series of a hundred hours; the first lacks three of them, and one bar was corrected."""
    batch, instruments = make_venue("paper", symbols=SYMBOLS)
    bars = walk(3, 100, instruments=8)
    feed(batch, instruments[1:], type(bars)(bars.time, *(getattr(bars, n)[1:] for n in NAMES)))
    first = type(bars)(bars.time, *(getattr(bars, n)[:1] for n in NAMES))
    feed(batch, instruments[:1], first.slice(0, 30))
    feed(batch, instruments[:1], first.slice(33, 100))
    other = Batch.objects.create(venue=batch.venue, kind="file", name="/home/me/b.csv", started_at=NOW)
    feed(other, instruments[:1], changed(first, volume={5: 123.45}).slice(0, 10))
    return instruments


NAMES = ("open", "high", "low", "close", "volume")


def body(client, address, status=200, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def upload(client, *files, json=False, **fields):
    held = [
        SimpleUploadedFile(name, data if isinstance(data, bytes) else data.encode()) for name, data in files
    ]
    headers = {"Accept": "application/json"} if json else {}
    return client.post("/data/imports/upload", {"files": held, **fields}, headers=headers)


def work():
    return run_next({"import": run_import, "undo": run_undo}, holder="a test")


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_an_empty_house_names_the_next_step(client, page):
    told = body(client, f"/data/{page}")

    assert any(words in told for words in ("Upload candles", "Add an exchange", "No bar was corrected yet."))


def test_pages_need_no_more_statements_for_more_series(client, market, django_assert_max_num_queries):
    for page, most in zip(PAGES, (9, 9, 10, 8, 6, 5, 7, 6), strict=True):
        client.get(f"/data/{page}")
        with django_assert_max_num_queries(most + WHO_ASKS):
            body(client, f"/data/{page}")
    series = Series.objects.first()
    with django_assert_max_num_queries(14 + WHO_ASKS):
        body(client, f"/data/{series.pk}/?day=2024-01-02")


def test_a_cell_says_how_many_bars_of_its_day_are_stored(client, market):
    page = body(client, "/data/")

    assert "A/USDT, 1 Jan 2024: complete, 24 bars" in page
    # Hours 30 to 32 lack: 06:00 to 08:00 of the second day.
    assert "A/USDT, 2 Jan 2024: 21 of 24 bars" in page
    assert "B/USDT, 2 Jan 2024: complete, 24 bars" in page
    assert "A/USDT, 31 Dec 2023: not listed, or before the first stored bar" in page


def test_the_map_is_filtered_paged_and_moved_in_time(client, market):
    assert "B/USDT," not in body(client, "/data/?find=A/USDT")
    assert "No series fits." in body(client, "/data/?venue=nowhere")
    assert "No series fits." in body(client, "/data/?timeframe=5m")
    assert "A/USDT, 20 Dec 2023" in body(client, "/data/?until=2024-01-01")
    body(client, "/data/?until=0001-01-01&after=x|y")
    after = body(client, "/data/?after=paper|D/USDT|1h")
    assert "E/USDT," in after
    assert "D/USDT," not in after


def test_a_series_of_another_time_says_where_its_bars_are(client, market):
    page = body(client, "/data/?until=2026-01-01&find=A/USDT")

    assert "no bars in these days" in page
    assert "?venue=paper&amp;until=2024-01-05" in page


def test_the_names_of_days_do_not_lie_on_each_other(client, market):
    # Thirty days from 2 January on: the first of the month stands right before it.
    page = body(client, "/data/?until=2025-01-31")
    wide = re.findall(r'<text class="(?:d18|d30|d42|start-d42)" x="(\d+)"', page)

    assert sorted(map(int, wide)) == [0, 11 * 18]


def test_a_day_of_a_series_names_what_lacks(client, market):
    series = Series.objects.get(instrument=market[0])
    page = body(client, f"/data/{series.pk}/?day=2024-01-02")

    assert "21 of 24 bars stored. Missing by their open, UTC: 06:00, 07:00, 08:00." in page
    assert "123.45" in page
    body(client, "/data/99999/", status=404)
    body(client, f"/data/{'9' * 30}/", status=404)
    body(client, f"/data/{series.pk}/?year=99999999&day=9999-12-31")


def test_a_gap_stands_with_its_bars_and_what_is_done(client, market):
    page = body(client, "/data/gaps/")

    assert page.count("not watched") == 1
    assert "7 of 8 series without a gap" in page
    assert "No gap in these 8 series since 3 Jan 2024:" in body(client, "/data/gaps/?since=2024-01-03")


def test_a_gap_of_a_watched_series_is_asked_for_again(client, market):
    watch = Watch.objects.create(
        instrument=market[0], timeframe="1h", since=NOW, created_at=NOW, heal_at=NOW + timedelta(days=1)
    )
    venue = Venue.objects.get()
    missing = datetime(2024, 1, 2, 6, tzinfo=UTC), datetime(2024, 1, 2, 8, tzinfo=UTC)
    later = utc_now() + timedelta(days=3)
    Unserved.objects.create(
        watch=watch, venue=venue, first_open=missing[0], last_open=missing[1], bars=3, tries=4,
        asked_at=utc_now() - timedelta(hours=2), not_before=later,
    )  # fmt: skip
    assert "asked for 4 times, last 2 h ago" in body(client, "/data/gaps/")

    assert client.post("/data/gaps/heal", {"watch": watch.pk}).status_code == 302

    watch.refresh_from_db()
    assert watch.heal_at is None
    assert Unserved.objects.get().not_before < later
    for wrong in ("", "x", "999999", "9" * 40):
        assert client.post("/data/gaps/heal", {"watch": wrong}).status_code == 404


def test_quality_stands_worst_first_with_its_parts(client, market):
    page = body(client, "/data/quality/")

    assert page.index('name">A/USDT') < page.index('name">B/USDT')
    assert "3 of 100 missing in 1 gap" in page
    assert "1 corrected after they were stored" in page


def test_a_revision_says_old_and_new(client, market):
    page = body(client, "/data/revisions/")
    before = re.search(r"values quiet.*?</td>", page, re.DOTALL)[0]

    assert "123.45" not in before
    assert "123.45" in page[page.index(before) + len(before) :]
    assert "No revision fits." in body(client, "/data/revisions/?venue=nowhere")


def test_files_are_uploaded_followed_and_seen(client, db, uploads):
    answer = upload(client, ("BTC_USDT-1h.csv", rows()), ("ETH_USDT-1h.csv", rows(30)), venue="mine")
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/data/imports/jobs/{job.pk}/"
    assert "waits for a worker" in body(client, f"/data/imports/jobs/{job.pk}/")

    work()

    page = body(client, f"/data/imports/jobs/{job.pk}/")
    assert "48 new, 0 revised, 0 unchanged" in page
    assert list(uploads.iterdir()) == []
    listed = body(client, "/data/imports/")
    assert ">BTC_USDT-1h.csv</td>" in listed
    assert "BTC/USDT, 2 Jan 2024: complete, 24 bars" in body(client, "/data/?venue=mine")


def test_a_program_is_told_where_the_job_is(client, db):
    answer = upload(client, ("BTC_USDT-1h.csv", rows()), json=True)

    assert (answer.status_code, answer.json()) == (
        201,
        {"address": f"/data/imports/jobs/{Job.objects.get().pk}/"},
    )


def test_a_large_file_goes_through_the_disk(client, db, settings, tmp_path):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    upload(client, ("BTC_USDT-1h.csv", rows()))

    assert work().result["files"][0]["inserted"] == 48


@pytest.mark.parametrize(
    ("files", "fields", "says"),
    [
        ([], {}, "Files: choose one or more"),
        ([("BTC.csv", b"")], {}, "is empty"),
        ([("tool.exe", "MZ")], {}, "no file of candles by its ending"),
        ([("a" * 180 + ".csv", rows())], {}, "more than 150 bytes"),
        ([("BTC.csv", rows())], {"format": "martian"}, "there is no format"),
        ([("BTC.csv", rows())], {"timezone": "Mars/Base"}, "there is no time zone"),
        ([("BTC.csv", rows())], {"timeframe": "7m"}, "There is no timeframe"),
        ([("BTC.csv", rows())], {"calendar": "FULLMOON"}, "There is no calendar"),
    ],
)
def test_what_cannot_be_uploaded_is_said(client, db, files, fields, says):
    page = upload(client, *files, **fields)
    told = upload(client, *files, json=True, **fields)

    assert (page.status_code, told.status_code) == (422, 422)
    assert says in told.json()["fault"]
    assert not Job.objects.exists()


def test_what_a_replay_delivers_is_not_counted_and_has_no_zero(client, world):
    Batch.objects.create(
        venue=world.instruments[0].venue, kind=Venue.Kind.REPLAY, name="btc.parquet", started_at=utc_now()
    )
    page = body(client, "/data/imports/?kind=replay")

    assert (
        page.count('–<span class="phone-word"> new</span>')
        == page.count('<td role="cell" class="c-name"')
        > 0
    )
    assert '0<span class="phone-word">' not in page


def test_files_of_a_replay_are_refused(client, world):
    answer = upload(client, ("BTC.csv", rows()), json=True, venue="replay-made-up")

    assert "is a replay" in answer.json()["fault"]


def test_more_than_the_setting_allows_is_refused(client, db, settings):
    settings.HELIOGRAPH_UPLOAD_MB = 0
    assert "an upload may have 0" in upload(client, ("BTC.csv", rows()), json=True).json()["fault"]

    settings.HELIOGRAPH_UPLOAD_MB, settings.HELIOGRAPH_UPLOAD_ROWS = 1, 47
    upload(client, ("BTC_USDT-1h.csv", rows()))
    assert "holds more than 47 rows" in work().error


def test_what_needs_a_zone_asks_for_it_and_the_files_need_not_come_again(client, db):
    terminal = "".join(f"2024.01.02,{hour:02d}:00,1.1,1.2,1.0,1.15,10\n" for hour in range(24))
    upload(client, ("EURUSD60.csv", terminal))
    first = work()
    page = body(client, f"/data/imports/jobs/{first.pk}/")
    assert "“Time zone”" in page

    answer = client.post(f"/data/imports/jobs/{first.pk}/again", {"timezone": "Europe/Helsinki"})
    work()

    assert answer.status_code == 302
    # Midnight of Helsinki is 22:00 UTC of the day before.
    assert Candle.objects.order_by("open_time").first().open_time == datetime(2024, 1, 1, 22, tzinfo=UTC)


def test_an_import_that_lacks_a_symbol_is_asked_for_it_and_not_offered_to_go_on_as_it_is(client, db):
    make_venue("paper", symbols=("EUR/USD",))
    upload(client, ("candles.csv", rows()))
    first = work()
    page = body(client, f"/data/imports/jobs/{first.pk}/")
    assert "names no symbol" in page
    assert "Let it go on" not in page
    assert "Say what is missing, and import again" in page
    assert re.search(r'name="symbol"[^>]*aria-invalid="true"[^>]*autofocus', page)
    assert "<option>EUR/USD</option>" in page

    client.post(f"/data/imports/jobs/{first.pk}/again", {"symbol": "BTC/USDT", "timeframe": "1h"})
    work()

    assert Candle.objects.count() == 48
    assert Candle.objects.first().instrument.symbol == "BTC/USDT"


def test_an_import_that_failed_by_accident_can_go_on(client, db):
    upload(client, ("BTC_USDT-1h.csv", rows()))
    job = Job.objects.get()
    Job.objects.update(state="failed", error="OSError: no space left", traceback="Traceback", tries=3)
    assert "Let it go on" in body(client, f"/data/imports/jobs/{job.pk}/")


def test_looking_stores_nothing_and_the_import_follows_from_it(client, db):
    upload(client, ("BTC_USDT-1h.csv", rows()), look="on")
    looked = work()
    page = body(client, f"/data/imports/jobs/{looked.pk}/")
    assert "What was detected" in page
    assert not Candle.objects.exists()

    client.post(f"/data/imports/jobs/{looked.pk}/again", {})
    work()

    assert Candle.objects.count() == 48
    assert client.post(f"/data/imports/jobs/{looked.pk}/again", {}).status_code == 422


def test_a_row_that_is_bad_is_named_with_its_file_and_line(client, db):
    upload(client, ("BTC_USDT-1h.csv", rows(low=102.0)))
    job = work()

    page = body(client, f"/data/imports/jobs/{job.pk}/")

    assert "BTC_USDT-1h.csv: line 2: " in page
    assert "“Leave bad rows out”" in page


def test_an_archive_is_taken_as_it_is(client, db):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("BTC_USDT-1h.csv", rows())
    upload(client, ("candles.zip", packed.getvalue()))

    assert work().result["files"][0]["inserted"] == 48


def test_an_import_is_cancelled_and_goes_on(client, db):
    upload(client, ("BTC_USDT-1h.csv", rows()))
    job = Job.objects.get()

    assert client.post(f"/data/imports/jobs/{job.pk}/act", {"act": "cancel"}).status_code == 302
    assert "Let it go on" in body(client, f"/data/imports/jobs/{job.pk}/")
    assert client.post(f"/data/imports/jobs/{job.pk}/act", {"act": "resume"}).status_code == 302
    assert work().state == "done"
    assert client.post(f"/data/imports/jobs/{job.pk}/act", {"act": "cancel"}).status_code == 409
    assert client.post(f"/data/imports/jobs/{job.pk}/act", {"act": "eat"}).status_code == 404


def test_undoing_names_its_effect_first_and_is_a_job(client, db):
    upload(client, ("BTC_USDT-1h.csv", rows()))
    work()
    batch = Batch.objects.get()
    page = body(client, f"/data/imports/{batch.pk}/undo")
    assert "<b>48</b>" in page
    assert Candle.objects.exists()

    answer = client.post(f"/data/imports/{batch.pk}/undo")
    work()

    assert not Candle.objects.exists()
    assert "48 bars removed" in body(client, answer.headers["Location"])
    assert "It was undone on" in body(client, f"/data/imports/{batch.pk}/undo")
    assert client.post(f"/data/imports/{batch.pk}/undo").status_code == 409
    body(client, "/data/imports/99999/undo", status=404)


def test_only_imports_have_a_page_of_their_job(client, db):
    other = Job.objects.create(kind="backtest", title="x", created_at=NOW)

    for number in (other.pk, 99999, "9" * 30):
        body(client, f"/data/imports/jobs/{number}/", status=404)
    assert client.post(f"/data/imports/jobs/{other.pk}/act", {"act": "cancel"}).status_code == 404


def test_a_path_in_a_name_leads_nowhere(client, db, uploads):
    upload(client, ("../../../BTC_USDT-1h.csv", rows()))

    [folder] = uploads.iterdir()
    assert [path.name for path in folder.iterdir()] == ["BTC_USDT-1h.csv"]
    assert Path(Job.objects.get().arguments["folder"]) == folder


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"act": "add", "exchange": ""}, "Exchange: write its name at ccxt"),
        ({"act": "add", "exchange": "no-such-exchange"}, "no-such-exchange"),
        ({"act": "sync", "venue": "nowhere"}, "nowhere"),
        ({"act": "remove", "venue": "nowhere"}, "nowhere"),
        ({"act": "watch", "symbols": ""}, "Symbols: write 1 to 500"),
        ({"act": "watch", "symbols": "BTC/USDT", "since": "ever"}, "History: use one of"),
        ({"act": "watch", "symbols": "BTC/USDT", "since": "7d", "timeframe": "7m"}, "There is no timeframe"),
        ({"act": "unwatch", "symbol": "BTC/USDT"}, "is not watched"),
    ],
)
def test_what_cannot_be_done_at_the_sources_is_said(client, db, fields, says):
    answer = client.post("/data/sources/act", fields)

    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_sources_know_no_other_acts(client, db):
    for fields in ({}, {"act": "burn"}, {"act": "add", "exchange": "a\x00b"}):
        assert client.post("/data/sources/act", fields).status_code == 404


def test_a_watch_is_ended_and_an_unused_exchange_removed(client, db):
    venue = Venue.objects.create(name="kraken", kind="exchange", exchange="kraken")
    instrument = Instrument.objects.create(venue=venue, symbol="BTC/USDT")
    watch = Watch.objects.create(instrument=instrument, timeframe="1h", since=NOW, created_at=NOW)
    watch.feeds.create(venue=venue, symbol="BTC/USDT")
    assert "BTC/USDT" in body(client, "/data/sources/")
    assert client.post("/data/sources/act", {"act": "remove", "venue": "kraken"}).status_code == 422

    client.post("/data/sources/act", {"act": "unwatch", "symbol": "BTC/USDT", "timeframe": "1h"})
    client.post("/data/sources/act", {"act": "remove", "venue": "kraken"})

    assert not Venue.objects.exists()


def test_listings_stand_newest_first_and_each_once_over_the_pages(client, db):
    venue = Venue.objects.create(name="kraken", kind="exchange", exchange="kraken")
    made = Instrument.objects.bulk_create(
        Instrument(venue=venue, symbol=f"C{number:03d}/USDT") for number in range(120)
    )
    Listing.objects.bulk_create(Listing(instrument=one, listed_at=NOW) for one in made)
    Listing.objects.filter(instrument=made[7]).update(delisted_at=NOW + timedelta(days=1))

    seen, address = [], "/data/universe/"
    while address:
        page = body(client, address)
        seen += re.findall(r">(C\d{3}/USDT)</a>", page)
        following = re.search(r'href="(\?[^"]*)" rel="next"', page)
        address = f"/data/universe/{following[1].replace('&amp;', '&')}" if following else ""

    assert seen[0] == "C007/USDT"
    assert sorted(seen) == [one.symbol for one in made]
    body(client, "/data/universe/?before=nonsense|x")
