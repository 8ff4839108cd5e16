"""Signals from outside in a browser: both themes, wide and narrow, and the way to a first alert."""

import json
from datetime import timedelta
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from heliograph.inbound.follow import follow_alerts
from heliograph.inbound.sources import renew_secret
from heliograph.kit.clock import utc_now
from tests.inbound.conftest import Desk
from tests.signals.world import HOUR, feed_one, make_venue, walk

LONG = "A source whose alerts have words without end: " + "word " * 40


@pytest.fixture
def desk(transactional_db):
    """A source with alerts of every fate, whose secret is being replaced."""
    desk = Desk()
    desk.feed(4)
    for bar, body in {
        5: '{"symbol": "BTCUSDT", "action": "buy", "stop": 1}',
        8: "close BTCUSDT",
        9: json.dumps({"symbol": "NOWHERE", "action": "buy", "comment": LONG}),
    }.items():
        desk.feed(bar - 1)
        desk.alert(bar, body)
    desk.feed(40)
    follow_alerts(at=desk.close(40))
    desk.alert(41, "sell BTCUSDT")
    renew_secret("desk")
    return desk


ADDRESSES = {
    "inbound": "/notices/inbound/",
    "inbound-refused": "/notices/inbound/?state=refused&source=desk",
    "source": "/notices/inbound/desk/",
    "source-new": "/notices/inbound/new",
}


def test_every_page_of_sources_is_sound_in_both_themes_wide_and_narrow(desk, faults_of):
    assert faults_of(ADDRESSES) == []


def test_a_source_is_added_and_its_first_alert_comes_in(transactional_db, visit, keep_screenshot, complaints):
    batch, (instrument,) = make_venue()
    now = int(utc_now().timestamp() * 1000)
    feed_one(batch, instrument, walk(7, 5, start=now // HOUR * HOUR - 5 * HOUR), at=utc_now())
    page = visit("/notices/inbound/")
    keep_screenshot(page, "inbound-none-light-1280")
    page.get_by_role("link", name="Add the first source").click()
    page.get_by_label("Name (needed)").fill("TV")
    page.get_by_role("button", name="Add the source").click()
    expect(page.get_by_role("alert")).to_contain_text("a name has up to 64 small letters")
    # A form that is refused is answered 422, of which the console tells.
    complaints.clear()
    page.get_by_label("Name (needed)").fill("tv")
    page.get_by_role("button", name="Add the source").click()
    secret = page.get_by_label("Keep it now").input_value()
    address = page.get_by_label("The address that alerts go to").input_value()
    keep_screenshot(page, "source-secret-light-1280")
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_text("No alert came yet.")).to_be_visible()

    body = json.dumps({"secret": secret, "symbol": "BTCUSDT", "action": "buy"}).encode()
    with urlopen(Request(address, body)) as answer:
        assert answer.status == 202
    page.reload()
    expect(page.get_by_role("cell", name="long BTC/USDT")).to_be_visible()
    page.get_by_text("As it came").click()
    expect(page.get_by_text('"action": "buy"}', exact=False).last).to_be_visible()
    assert secret not in page.content()
    # A full hour may have struck since.
    later = utc_now() + timedelta(hours=2)
    feed_one(batch, instrument, walk(7, 7, start=now // HOUR * HOUR - 5 * HOUR), at=later)
    follow_alerts(at=later)
    page.goto(page.url.replace("/tv/", "/"))
    page.get_by_role("link", name="signal of alert").click()
    expect(page.get_by_text("An alert from outside asked for it")).to_be_visible()
