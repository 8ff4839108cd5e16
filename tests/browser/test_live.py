"""Signals that arrive while one watches."""

from playwright.sync_api import expect

from heliograph.signals.models import Outcome, Signal

SOON = 8_000


def test_a_new_signal_arrives_on_the_overview_while_one_watches(world, visit, keep_screenshot):
    page = visit("/")
    known = Signal.objects.latest("pk").pk
    expect(page.locator("tr.is-new")).to_have_count(0)

    world.play(300, 340)

    fresh = Signal.objects.filter(pk__gt=known, outcome__state__in=("pending", "open")).latest("pk")
    row = page.locator(f'tr.is-new[data-signal="{fresh.pk}"]')
    expect(row).to_have_count(1, timeout=SOON)
    keep_screenshot(page, "arrival-overview")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(fresh.instrument.symbol)


def test_the_list_of_signals_says_how_many_arrived_and_shows_them_when_asked(world, visit, keep_screenshot):
    page = visit("/signals/?state=published")
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


def test_nothing_moves_under_the_pointer(world, visit):
    page = visit("/")
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
    assert page.locator("#open-count").count() == 1


def test_a_lost_connection_is_said_and_passes(world, visit, complaints):
    page = visit("/")
    page.route("**/overview/lists?*", lambda route: route.fulfill(status=503, body="gone"))
    page.route("**/overview/aside", lambda route: route.abort())
    expect(page.get_by_text("live paused")).to_be_visible(timeout=SOON)
    assert page.locator("tr[data-signal]").count() > 0

    page.unroute_all()

    expect(page.get_by_text("live paused")).to_be_hidden(timeout=SOON)
    complaints.clear()
