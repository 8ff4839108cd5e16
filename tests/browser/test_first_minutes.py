"""The whole product as a newcomer meets it: started by its command, watched in a browser."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg
from playwright.sync_api import expect

from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import keeper_state
from heliograph.kit.wait import wait_until
from tests.workers.running import home_folder

# Three minutes are promised for a fresh clone, installation included.
READY_SECONDS = 170
ARRIVAL_MS = 120_000


@contextmanager
def heliograph_up(home):
    """`heliograph up` in a process of its own."""
    command = [Path(sys.executable).parent / "heliograph", "up", "--home", home, "--port", "0"]
    with (
        (home / "said.txt").open("wb") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "DATABASE_URL": "", "REDIS_URL": ""},
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def printed_link(home):
    """The link that `up` has printed; None before it has."""
    found = re.search(r"Open (\S+)", (home / "said.txt").read_text())
    return found and found[1]


def settled(home):
    """How many settled signals are stored; none while there is no table of them yet."""
    try:
        with psycopg.connect(keeper_state(Home(home))["database_url"]) as connection:
            row = connection.execute(
                "SELECT count(*) FROM signals_outcome WHERE state = 'settled'"
            ).fetchone()
    except (psycopg.Error, KeyError):
        return 0
    return row[0]


def quicken(home):
    """Five bars a second instead of one, so that the test does not wait long for a signal."""
    with psycopg.connect(keeper_state(Home(home))["database_url"]) as connection:
        connection.execute("UPDATE market_replay SET seconds_per_bar = 0.2")


def test_within_minutes_real_candles_settled_signals_and_a_new_one(browser, keep_screenshot):
    with home_folder() as home, heliograph_up(home) as process:
        ready = wait_until(
            lambda: process.poll() is not None or (printed_link(home) and settled(home) > 100),
            seconds=READY_SECONDS,
            every=1.0,
        )
        assert ready, (home / "said.txt").read_text()
        assert process.poll() is None, (home / "said.txt").read_text()
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        page = context.new_page()
        faults = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))

        link = printed_link(home)
        address = link.partition("/account/")[0]
        page.goto(link)
        assert page.url == f"{address}/"
        expect(page.locator("tr[data-signal] .good").first).to_be_visible()
        expect(page.locator(".replay-mark").first).to_contain_text("Replay")
        keep_screenshot(page, "first-minutes-overview")

        page.goto(f"{address}/signals/?state=published")
        quicken(home)
        arrived = page.get_by_role("link", name="new signal")
        expect(arrived).to_be_visible(timeout=ARRIVAL_MS)
        keep_screenshot(page, "first-minutes-arrival")
        arrived.click()
        fresh = page.locator("tr.is-new").first
        expect(fresh).to_be_visible()
        fresh.get_by_role("link").click()
        expect(page.locator("#panel").get_by_role("heading", name="Why it fired")).to_be_visible()
        page.get_by_role("link", name="Show chart and life").click()
        page.wait_for_selector(".chart-canvas canvas")
        keep_screenshot(page, "first-minutes-signal")
        context.close()

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        assert faults == []
