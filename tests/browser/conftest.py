"""A real browser on the real pages: Debian's Chromium, driven by Playwright."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.sound import Sound
from tests.web.people import person_with, signed_in
from tests.web.world import make_world

# Playwright keeps an event loop in the thread of the tests; the database is used beside it, not from it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
# What is awaited comes; on a busy machine it comes late.
expect.set_options(timeout=60_000)
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"


# Not for the session: while it runs, Playwright's event loop is in the way of other tests in this process.
@pytest.fixture(scope="module")
def browser():
    """Chromium; without it these tests are skipped, in CI they fail."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        sentence = "There is no Chromium here: install the package chromium, or set CHROMIUM to its path."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def world(transactional_db):
    """Signals of all kinds, committed, so that the live server sees them."""
    return make_world()


@pytest.fixture
def complaints():
    """What the browser complained about. A test that breaks something on purpose empties the list."""
    return []


@pytest.fixture
def site(live_server):
    """The address of the pages."""
    return live_server.url


@pytest.fixture
def visit(browser, site, complaints):
    """Opens pages of a given width, theme and zone, as somebody of a role; as nobody where that is None.

    At the end the browser may have complained of nothing.
    """
    contexts = []

    def open_page(address, *, width=1280, theme="light", role="admin", script=True, zone="UTC"):
        context = browser.new_context(
            viewport={"width": width, "height": 900 if width > 500 else 740},
            color_scheme=theme,
            has_touch=width < 500,
            is_mobile=width < 500,
            reduced_motion="reduce",
            timezone_id=zone,
            java_script_enabled=script,
        )
        contexts.append(context)
        if role:
            key = signed_in(person_with(role)).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": key, "url": site}])
        context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        context.on("weberror", lambda fault: complaints.append(str(fault.error)))
        # Without scripts the browser refuses to fetch the parts of them that a page names.
        if script:
            context.on("requestfailed", lambda one: complaints.append(f"{one.url}: {one.failure}"))
        page = context.new_page()
        page.goto(f"{site}{address}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A page that is left while it asks for what is new takes its request back.
    assert [line for line in complaints if "ERR_ABORTED" not in line] == []


@pytest.fixture
def keep_screenshot():
    """Keeps a picture of a page in screenshots/, which is not part of the repository.

    A picture takes longer than the page itself, and in CI nobody looks at it.
    """
    if os.environ.get("CI"):
        return lambda page, name: None
    SCREENSHOTS.mkdir(exist_ok=True)

    def keep(page, name):
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return keep


@pytest.fixture
def faults_of(visit, keep_screenshot, site):
    """Looks at pages, given by name, in both themes, wide and narrow; returns what is wrong with them."""
    return Sound(visit, keep_screenshot, site)
