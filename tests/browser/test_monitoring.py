"""The pages of monitoring in a browser: sound in all forms, live, and answered by buttons and by keys."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from heliograph.kit.clock import utc_now
from heliograph.monitor.alerts.models import Incident
from heliograph.monitor.store import roll_up
from tests.web.house_alerts import alerts
from tests.web.test_monitoring_pages import keep_look
from tests.web.workshop import make_workshop

SOON = 60_000
MINUTE = timedelta(minutes=1)


@pytest.fixture
def names(transactional_db):
    """Two hours of looks, an incident that goes on, one that is over, a silence, work of every kind."""
    now = utc_now()
    for minute in range(120, 0, -2):
        keep_look(now - minute * MINUTE, database_size_bytes=1e9 + 1e7 * (120 - minute))
    keep_look(now, notices_failing_channels_ratio=0.36, cache_unpaid_prefixes="no reads in 5 min")
    roll_up(at=now)
    make_workshop()
    return alerts()


def addresses(names):
    return {
        "monitoring": "/monitoring/",
        "monitoring-measures": "/monitoring/measures/",
        "monitoring-measure": "/monitoring/measures/database_size_bytes/",
        "monitoring-incidents": "/monitoring/incidents/",
        "monitoring-incident": f"/monitoring/incidents/{names['incident']}/",
        "monitoring-silences": "/monitoring/silences/",
        "monitoring-advice": "/monitoring/advice/",
        "overview-wrong": "/",
    }


def test_every_page_of_monitoring_is_sound_in_both_themes_wide_and_narrow(names, faults_of):
    assert faults_of(addresses(names)) == []


def test_an_incident_is_acknowledged_by_the_keyboard_and_shown_so(names, visit, keep_screenshot):
    page = visit("/monitoring/", role="operator")
    button = page.get_by_role("button", name="Acknowledge incident")
    button.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").first).to_contain_text("You are at incident")
    expect(page.locator("#incidents")).to_contain_text("acknowledged by the operator")
    expect(button).to_have_count(0)
    assert Incident.objects.get(pk=names["incident"]).state == "acknowledged"
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1100})
    keep_screenshot(page, "monitoring-print")
    expect(page.get_by_role("navigation").first).to_be_hidden()
    expect(page.get_by_role("link", name="Silence…").first).to_be_hidden()


def test_a_viewer_sees_no_button(names, visit):
    page = visit("/monitoring/", role="viewer")

    expect(page.locator("#incidents")).to_contain_text("Redis does not answer")
    expect(page.locator("#main").get_by_role("button")).to_have_count(0)


def test_what_changes_is_shown_while_one_watches(names, visit):
    page = visit("/monitoring/")
    page.mouse.move(2, 2)
    expect(page.locator("#now")).to_contain_text("no gate is red")
    # As it would after a quarter of a minute.
    page.locator("#now").evaluate("part => (part.dataset.every = 1)")

    keep_look(utc_now(), redis_up=0)

    expect(page.locator("#now")).to_contain_text("the whole has 25 at most", timeout=SOON)


def test_the_score_leads_from_every_page_to_the_parts_and_to_a_measure(names, visit):
    page = visit("/about/")
    page.get_by_role("link", name="Health 9").click()
    page.get_by_role("row", name="Notices").get_by_role("link").click()
    page.get_by_role("link", name="Of the channels in use").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Of the channels in use, that could not be reached"
    )
    expect(page.locator("svg.course .history")).to_have_count(1)
