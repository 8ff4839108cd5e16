"""What arrives while one watches, from a server that streams events."""

import pytest
from playwright.sync_api import expect

from heliograph.fleet.models import Job
from heliograph.kit.clock import utc_now
from heliograph.kit.wait import wait_until
from heliograph.signals.models import Outcome, Signal
from tests.web.streaming import served

SOON = 60_000
# Longer than a stream may be away before that is said, and than a look without events.
LATER = 120_000


@pytest.fixture
def streaming(transactional_db):
    """The server."""
    with served(look=0.2) as run:
        yield run


@pytest.fixture
def site(streaming):
    """Its address; other tests have a server without a stream."""
    return f"http://127.0.0.1:{streaming.port}"


@pytest.fixture
def watch(visit, streaming):
    """Opens a page, and waits until its stream is open: what happens from then on arrives.

    Its parts would look by themselves before long; here only an event lets them.
    """

    def open_page(address, *, streams=1, **how):
        page = visit(address, **how)
        assert wait_until(lambda: sum(streaming.stream.listeners.values()) == streams, seconds=60, every=0.05)
        page.locator("[data-live]").evaluate_all(
            "parts => parts.forEach(part => (part.dataset.every = '600'))"
        )
        return page

    return open_page


def test_a_new_signal_arrives_on_the_overview_while_one_watches(world, watch, keep_screenshot):
    page = watch("/")
    known = Signal.objects.latest("pk").pk
    expect(page.locator("tr.is-new")).to_have_count(0)

    world.play(300, 340)

    fresh = Signal.objects.filter(pk__gt=known, outcome__state__in=("pending", "open")).latest("pk")
    row = page.locator(f'tr.is-new[data-signal="{fresh.pk}"]')
    expect(row).to_have_count(1, timeout=SOON)
    keep_screenshot(page, "arrival-overview")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(fresh.instrument.symbol)


def test_the_list_of_signals_says_how_many_arrived_and_shows_them_when_asked(world, watch, keep_screenshot):
    page = watch("/signals/?state=published")
    known = Signal.objects.latest("pk").pk
    top = page.locator("tr[data-signal]").first.get_attribute("data-signal")

    world.play(300, 340)

    arrived = Signal.objects.filter(pk__gt=known, state="published").count()
    bar = page.get_by_role("link", name=f"{arrived} new signals · show")
    expect(bar).to_be_visible(timeout=SOON)
    assert page.locator("tr[data-signal]").first.get_attribute("data-signal") == top
    keep_screenshot(page, "arrival-signals")
    bar.click()
    expect(page.locator("tr.is-new")).to_have_count(arrived)


def test_nothing_moves_under_the_pointer(world, watch):
    page = watch("/")
    row = page.locator("tr[data-signal]").first
    row.hover()
    before = page.locator("tr[data-signal]").evaluate_all("rows => rows.map((row) => row.dataset.signal)")

    world.play(300, 340)

    expect(page.get_by_role("link", name="new signals · show")).to_be_visible(timeout=SOON)
    after = page.locator("tr[data-signal]").evaluate_all("rows => rows.map((row) => row.dataset.signal)")
    assert after == before


def test_the_clock_of_a_replay_goes_on(world, visit):
    page = visit("/about/")
    mark = page.locator(".replay-mark .long")
    expect(mark).to_contain_text("13 Jan 2024 12:00 UTC")

    world.play(300, 301)

    expect(mark).to_contain_text("13 Jan 2024 13:00 UTC", timeout=SOON)


def test_the_count_of_open_signals_in_the_navigation_goes_on(world, visit):
    page = visit("/about/")
    Outcome.objects.filter(state__in=Outcome.RUNNING).update(state="unresolved")

    expect(page.locator("#open-count")).to_have_text("0 open", timeout=SOON)
    expect(page.locator("#open-count")).to_have_count(1)


def test_a_lost_connection_is_said_and_passes(world, watch, complaints):
    page = watch("/")
    page.route("**/overview/lists?*", lambda route: route.fulfill(status=503, body="gone"))
    page.route("**/overview/aside", lambda route: route.abort())
    world.play(300, 340)
    expect(page.get_by_text("live paused")).to_be_visible(timeout=SOON)
    assert page.locator("tr[data-signal]").count() > 0

    page.unroute_all()

    expect(page.get_by_text("live paused")).to_be_hidden(timeout=SOON)
    complaints.clear()


def test_a_lost_stream_is_said_and_the_page_looks_by_itself(
    world, watch, streaming, complaints, keep_screenshot
):
    page = watch("/")
    streaming.stream.hub.is_ending = True
    streaming.loop.call_soon_threadsafe(streaming.stream.hub.end_soon)
    expect(page.get_by_text("live paused, looks every 2 s")).to_be_visible(timeout=LATER)
    keep_screenshot(page, "stream-lost")
    known = Signal.objects.latest("pk").pk

    world.play(300, 340)

    fresh = Signal.objects.filter(pk__gt=known, outcome__state__in=("pending", "open")).latest("pk")
    expect(page.locator(f'tr.is-new[data-signal="{fresh.pk}"]')).to_have_count(1, timeout=SOON)
    streaming.stream.hub.is_ending = False
    expect(page.get_by_text("live paused")).to_be_hidden(timeout=LATER)
    complaints.clear()


def test_jobs_come_on_while_one_watches(world, watch):
    job = Job.objects.create(
        kind="backtest", title="Backtest Busy v1", state="running", done=1, total=200, created_at=utc_now()
    )
    page = watch("/work/jobs/")
    expect(page.get_by_text("Backtest Busy v1")).to_be_visible()

    Job.objects.filter(pk=job.pk).update(done=150)

    expect(page.locator("#work")).to_contain_text("150", timeout=SOON)


def test_the_tabs_of_a_browser_share_one_stream(world, watch, streaming):
    page = watch("/")
    others = [page.context.new_page() for _ in range(7)]
    for other in others:
        other.goto(page.url)
    known = Signal.objects.latest("pk").pk

    world.play(300, 340)

    fresh = Signal.objects.filter(pk__gt=known, outcome__state__in=("pending", "open")).latest("pk")
    # A tab that is not looked at asks for nothing; the one in front does.
    others[-1].bring_to_front()
    expect(others[-1].locator(f'tr.is-new[data-signal="{fresh.pk}"]')).to_have_count(1, timeout=SOON)
    assert sum(streaming.stream.listeners.values()) == 1
