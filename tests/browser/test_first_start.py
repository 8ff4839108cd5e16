"""The first minutes of a newcomer: one command, and signals arrive while one watches."""

import psycopg
from playwright.sync_api import expect

from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import keeper_state
from tests.workers.running import home_folder, up_process, wait_until_ready

ARRIVES = 120_000


def test_the_first_start_shows_settled_signals_and_new_ones_arrive_by_replay(browser, keep_screenshot):
    with home_folder() as home, up_process(home) as process:
        state = wait_until_ready(home, process)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{state['address']}/signals/?state=published")
        assert page.locator("tr[data-signal]").count() > 10
        page.goto(state["address"])
        expect(page.locator(".replay-mark").first).to_be_visible()
        quicken(home)

        expect(page.locator("tr.is-new").first).to_be_attached(timeout=ARRIVES)

        keep_screenshot(page, "first-start")
        page.close()


def quicken(home):
    """Ten bars a second instead of one, so that the test does not wait long for a signal."""
    with psycopg.connect(keeper_state(Home(home))["database_url"]) as connection:
        connection.execute("UPDATE market_replay SET seconds_per_bar = 0.1")
