"""What is said while somebody waits, and what a page does while nobody is there."""

import re

import pytest
from playwright.sync_api import expect

from heliograph.signals.models import Signal

BUSY = "[data-busy]"


@pytest.fixture
def held(visit):
    """Opens a page on which requests to some addresses are not answered until they are let go."""

    def open_page(address, pattern, **how):
        page, kept, may_go = visit(address, **how), [], []

        def hold(route):
            # One that is told of late must not wait for ever.
            route.continue_() if may_go else kept.append(route)

        def let_go():
            may_go.append(True)
            for route in kept:
                route.continue_()

        page.route(re.compile(pattern), hold)
        return page, let_go

    return open_page


def test_a_panel_that_takes_long_says_that_it_is_on_its_way(world, held, keep_screenshot):
    page, let_go = held("/signals/", r"/signals/\d+/panel")
    expect(page.locator(BUSY)).to_be_hidden()
    page.locator("tr[data-signal]").first.get_by_role("link").click()

    expect(page.locator(BUSY)).to_be_visible()
    expect(page.locator("#panel")).to_have_attribute("aria-busy", "true")
    keep_screenshot(page, "panel-waits")

    let_go()
    expect(page.locator("#panel .panel-title")).to_be_visible()
    expect(page.locator(BUSY)).to_be_hidden()
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)


# While the next page is awaited nothing can be asked of the one that is there: it tells by itself.
TELL = """() => new MutationObserver((_, watch) => {
    if (document.querySelector("[data-busy]").hidden) return;
    watch.disconnect();
    sessionStorage.setItem("busy", document.getElementById("main").getAttribute("aria-busy"));
    fetch("/healthz?told").catch(() => {});
}).observe(document.body, { subtree: true, attributes: true })"""


def test_a_page_of_a_signal_that_takes_long_does_so_too(world, held):
    signal = Signal.objects.filter(state="published").latest("pk")
    page, let_go = held("/signals/", rf"/signals/{signal.pk}/$", width=360)
    page.route("**/healthz?told", lambda route: (route.fulfill(body=""), let_go()))
    page.evaluate(TELL)
    page.locator(f'tr[data-signal="{signal.pk}"]').get_by_role("link").click(no_wait_after=True)

    page.wait_for_url(f"**/signals/{signal.pk}/")
    assert page.evaluate("sessionStorage.getItem('busy')") == "true"
    expect(page.locator(BUSY)).to_be_hidden()


def test_what_somebody_types_is_waited_for_and_seen(world, held):
    address = f"/instruments/{world.instruments[0].pk}/"
    page, let_go = held(address, rf"{address}\?.*plot=")
    page.get_by_label("Draw an expression").fill("ema(close, 20)")

    expect(page.locator("#plot-chart")).to_have_attribute("aria-busy", "true")
    let_go()
    expect(page.locator(BUSY)).to_be_hidden()


def test_what_a_page_looks_up_by_itself_says_nothing_and_is_marked(world, visit):
    page, marks = visit("/work/jobs/"), []

    def hold(route):
        marks.append(route.request.headers.get("heliograph-background"))

    page.route("**/work/jobs/", hold)
    with page.expect_request("**/work/jobs/"):
        pass

    # Longer than a person waits before anything is said.
    page.wait_for_function("since => performance.now() - since > 400", arg=page.evaluate("performance.now()"))
    # On a busy machine it may have looked more often meanwhile.
    assert set(marks) == {"true"}
    expect(page.locator(BUSY)).to_be_hidden()
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)
    page.unroute_all(behavior="ignoreErrors")


def test_what_somebody_asks_for_is_not_marked(world, visit):
    address = f"/instruments/{world.instruments[0].pk}/"
    page = visit(address)
    with page.expect_request(re.compile(r"plot=ema")) as asked:
        page.get_by_label("Draw an expression").fill("ema(close, 20)")
    assert "heliograph-background" not in asked.value.headers


def test_nothing_is_animated_where_less_motion_is_wanted(world, held):
    page, let_go = held("/signals/", r"/signals/\d+/panel")
    page.locator("tr[data-signal]").first.get_by_role("link").click()
    expect(page.locator(BUSY)).to_be_visible()
    moving = page.evaluate("document.getAnimations().length")
    let_go()
    assert moving == 0
