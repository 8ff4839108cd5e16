"""The pages of data in a browser: looked at, uploaded to, undone."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from heliograph.fleet.jobs import run_next
from heliograph.kit.clock import utc_now
from heliograph.market.models import Batch, Candle, Instrument, Listing, Series, Unserved, Venue, Watch
from heliograph.market.undoing import run_undo
from heliograph.market.uploaded import run_import
from tests.market.test_quality import changed
from tests.market.test_uploaded import rows
from tests.reference import shared
from tests.signals.world import DAY, NOW, feed, make_venue, walk

SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "AVAX/USDT", "PEPE/USDT", "TON/USDT")
RUNNERS = {"import": run_import, "undo": run_undo}


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    """Where uploaded files wait."""
    settings.HELIOGRAPH_UPLOADS = str(tmp_path / "uploads")


@pytest.fixture
def stored(transactional_db):
    """Six series of fifty days up to now, with gaps, a correction, watches and listings."""
    batch, instruments = make_venue("binance", Venue.Kind.EXCHANGE, symbols=SYMBOLS)
    Venue.objects.update(exchange="binance", synced_at=utc_now(), skew_ms=12.0)
    start = int(utc_now().timestamp() * 1000) // DAY * DAY - 50 * DAY
    for place, instrument in enumerate(instruments):
        bars = walk(place, 1200, start=start)
        feed(batch, [instrument], bars.slice(place * 60, 700), at=utc_now())
        feed(batch, [instrument], bars.slice(700 + 17 * place, 1200 if place != 3 else 1000), at=utc_now())
        Listing.objects.create(instrument=instrument, listed_at=NOW)
    other = Batch.objects.create(venue=batch.venue, kind="exchange", name="again", started_at=utc_now())
    feed(
        other,
        instruments[:1],
        changed(walk(0, 1200, start=start), volume={5: 123.45}).slice(0, 10),
        at=utc_now(),
    )
    file = Venue.objects.create(name="file")
    Batch.objects.create(
        venue=file, kind="file", name="/home/me/EURUSD_H1.csv", format="metatrader5", inserted=4000,
        started_at=NOW, finished_at=NOW,
    )  # fmt: skip
    watch = Watch.objects.create(instrument=instruments[1], timeframe="1h", since=NOW, created_at=NOW)
    watch.feeds.create(venue=batch.venue, symbol="ETH/USDT", answered_at=utc_now())
    Unserved.objects.create(
        watch=watch, venue=batch.venue, first_open=utc_now() - timedelta(days=60), last_open=utc_now(),
        bars=17, tries=3, asked_at=utc_now() - timedelta(hours=1), not_before=utc_now() + timedelta(hours=3),
    )  # fmt: skip
    return instruments


def addresses(stored):
    series = Series.objects.get(instrument=stored[1])
    gap = Series.objects.get(instrument=stored[3])
    return {
        "data": "/data/",
        "data-gaps": "/data/gaps/",
        "data-quality": "/data/quality/",
        "data-revisions": "/data/revisions/",
        "data-imports": "/data/imports/",
        "data-upload": "/data/imports/upload",
        "data-undo": f"/data/imports/{Batch.objects.first().pk}/undo",
        "data-sources": "/data/sources/",
        "data-universe": "/data/universe/",
        "data-series": f"/data/{series.pk}/",
        "data-series-day": f"/data/{gap.pk}/?day={(utc_now() - timedelta(days=20)).date()}",
    }


def test_every_page_of_data_is_sound_in_both_themes_wide_and_narrow(stored, faults_of):
    assert faults_of(addresses(stored)) == []


def test_a_narrow_screen_shows_fewer_days_and_those_are_the_newest(stored, visit):
    page = visit("/data/")
    shown = []
    for width in (1280, 900, 360):
        page.set_viewport_size({"width": width, "height": 900})
        shown.append(page.locator("tbody tr").first.locator("svg.heat-strip a:visible").count())
    last = page.locator("tbody tr").first.locator("svg.heat-strip a:visible").last

    assert shown == [42, 30, 18]
    today = utc_now().date()
    assert f"{today.day} {today:%b %Y}" in last.get_attribute("aria-label")


def test_a_day_of_the_map_leads_to_its_bars(stored, visit):
    page = visit("/data/?find=ETH")
    page.locator("svg.heat-strip a[aria-label*=' of 24 bars']").first.click()

    expect(page.get_by_text("Missing by their open, UTC:")).to_be_visible()


def csv_files(tmp_path):
    """Two files of real candles where they are at hand, else made-up ones."""
    try:
        real = sorted(Path(shared("raw")).glob("*.csv"))
    except pytest.skip.Exception:
        real = []
    made = tmp_path / "BTC_USDT-1h.csv"
    made.write_text(rows(72))
    return [made, *[path for path in real if "BTC" in path.name.upper()][:1]]


def test_files_are_uploaded_followed_and_their_coverage_seen(transactional_db, visit, tmp_path):
    files = csv_files(tmp_path)
    page = visit("/data/imports/upload")
    page.get_by_label("Choose files").set_input_files(files)
    expect(page.get_by_text("BTC_USDT-1h.csv, ")).to_be_visible()
    page.get_by_label("Venue").fill("mine")
    page.get_by_role("button", name="Import the files").click()
    page.get_by_text("waits for a worker").wait_for()

    run_next(RUNNERS, holder="a test")
    page.get_by_text("What was stored").wait_for()
    expect(page.get_by_text("72 new, 0 revised, 0 unchanged")).to_be_visible()
    page.get_by_role("link", name="Show coverage").click()
    expect(page).to_have_url(re.compile("/data/$"))
    page.goto(f"{page.url}?find=BTC/USDT&timeframe=1h&venue=mine")
    assert page.locator("svg.heat-strip a[aria-label*='complete, 24 bars']").count() >= 3
    assert Instrument.objects.filter(symbol="BTC/USDT").exists()


def test_files_can_be_dropped(transactional_db, visit):
    page = visit("/data/imports/upload")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["time,open"], "BTC_USDT-1h.csv"));
            const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
            document.querySelector("[data-drop]").dispatchEvent(drop);
        }"""
    )

    expect(page.get_by_text("BTC_USDT-1h.csv, 1 KiB")).to_be_visible()
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1


def test_a_refused_upload_says_why_and_keeps_what_was_typed(transactional_db, visit, tmp_path, complaints):
    path = tmp_path / "notes.exe"
    path.write_text("MZ")
    page = visit("/data/imports/upload")
    page.get_by_label("Choose files").set_input_files(path)
    page.get_by_label("Venue").fill("mine")
    page.get_by_role("button", name="Import the files").click()

    page.get_by_text("is no file of candles by its ending").wait_for()
    expect(page.get_by_label("Venue")).to_have_value("mine")
    # The refusal is an answer of 422, which the browser notes.
    complaints[:] = [line for line in complaints if "422" not in line]


def test_too_much_is_refused_before_it_is_sent(transactional_db, visit, tmp_path, settings):
    settings.HELIOGRAPH_UPLOAD_MB = 1
    path = tmp_path / "BTC_USDT-1h.csv"
    path.write_bytes(b"x" * 1_500_000)
    page = visit("/data/imports/upload")
    page.get_by_label("Choose files").set_input_files(path)

    expect(page.get_by_text("an upload may have 1 MiB")).to_be_visible()


def test_an_import_is_undone_after_its_effect_was_named(transactional_db, visit, tmp_path):
    page = visit("/data/imports/upload")
    page.get_by_label("Choose files").set_input_files(csv_files(tmp_path)[:1])
    page.get_by_role("button", name="Import the files").click()
    page.get_by_text("waits for a worker").wait_for()
    run_next(RUNNERS, holder="a test")
    page.get_by_text("What was stored").wait_for()
    page.goto(page.url.split("/data/")[0] + "/data/imports/")
    page.get_by_role("link", name="Undo").click()
    expect(page.get_by_text("bars that it added are removed")).to_be_visible()
    page.get_by_role("button", name="Undo import").click()
    page.get_by_text("waits for a worker").wait_for()
    run_next(RUNNERS, holder="a test")

    page.get_by_text("72 bars removed").wait_for()
    assert not Candle.objects.exists()
