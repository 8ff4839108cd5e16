"""The find box, and the panel beside the list, by keyboard and by mouse."""

import re

from playwright.sync_api import expect

from heliograph.signals.models import Signal


def test_a_slash_goes_to_the_find_box_and_escape_leaves_it(world, visit):
    page = visit("/strategies/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"

    page.keyboard.type("a/b")
    assert page.input_value("#find") == "a/b"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == ""


def test_what_is_found_opens(world, visit):
    page = visit("/")
    page.keyboard.press("/")
    page.keyboard.type("pepe")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("PEPE/USDT")


def test_a_row_opens_beside_the_list_and_escape_closes_it(world, visit, keep_screenshot):
    page = visit("/signals/?state=rejected")
    row = page.locator("tr[data-signal]").nth(2)
    number = row.get_attribute("data-signal")
    row.get_by_role("link").press("Enter")

    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="Why not")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?state=rejected&open={number}$"))
    assert panel.bounding_box()["width"] == 344
    expect(panel.locator(".panel-title")).to_be_focused()
    keep_screenshot(page, "signals-panel-opened")

    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page).to_have_url(re.compile(r"\?state=rejected$"))
    expect(page.locator(f'tr[data-signal="{number}"] :focus')).to_have_count(1)


def test_back_and_forward_follow_the_panel(world, visit):
    page = visit("/signals/")
    rows = page.locator("tr[data-signal]")
    for place in (0, 1):
        rows.nth(place).get_by_role("link").click()
        expect(rows.nth(place)).to_have_class("linked selected")
    page.go_back()

    expect(rows.nth(0)).to_have_class("linked selected")
    expect(page.locator("#panel .panel-title")).to_contain_text(rows.nth(0).locator(".name").inner_text())
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()


def test_on_the_widest_windows_the_panel_is_always_there(world, visit, keep_screenshot):
    page = visit("/signals/", width=1920)
    rows = page.locator("tr[data-signal]")
    expect(rows.nth(0)).to_have_class("linked selected")
    rows.nth(3).get_by_role("link").click()
    expect(rows.nth(3)).to_have_class("linked selected")
    keep_screenshot(page, "signals-light-1920")

    page.keyboard.press("Escape")
    expect(rows.nth(0)).to_have_class("linked selected")
    expect(page.locator("#panel .panel-title")).to_be_visible()


def test_in_a_middling_window_it_covers_the_right_half(world, visit):
    page = visit("/signals/", width=1000)
    page.locator("tr[data-signal]").first.get_by_role("link").click()

    expect(page.locator("#panel .panel-title")).to_be_visible()
    assert page.locator("#panel").bounding_box()["x"] == 500


def test_on_a_phone_a_signal_has_a_page_of_its_own(world, visit):
    page = visit("/signals/", width=360)
    page.locator("tr[data-signal]").first.get_by_role("link").tap()

    expect(page.get_by_role("heading", level=1)).to_contain_text(
        Signal.objects.latest("bar_time", "pk").instrument.symbol
    )
    expect(page).not_to_have_url(re.compile(r"/signals/\?"))


def test_in_a_window_of_forced_colours_and_on_paper_all_is_there(world, visit, keep_screenshot):
    page = visit("/signals/")
    page.emulate_media(forced_colors="active")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    keep_screenshot(page, "signals-forced-colors")

    page.emulate_media(forced_colors="none", media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator(".nav")).to_be_hidden()
    keep_screenshot(page, "signals-print")
