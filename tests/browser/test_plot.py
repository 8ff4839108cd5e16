"""An expression is drawn while it is typed, and its mistakes are told."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.sound import RULES


def names(page):
    return page.eval_on_selector_all("[data-legend] code", "all => all.map(one => one.textContent)")


def test_what_is_typed_is_drawn_and_can_be_kept_and_taken_away(visit, world, keep_screenshot):
    page = visit(f"/instruments/{world.instruments[0].pk}/")
    field = page.get_by_label("Draw an expression")

    field.fill("ema(close, 20)")
    page.wait_for_selector('[data-legend] code:text-is("ema(close, 20)")')
    assert field.evaluate("one => one === document.activeElement")
    field.press("Enter")
    page.wait_for_selector(".chips code")
    field.fill("rsi(close, 14")
    page.wait_for_selector("#plot-faults .error")
    assert names(page) == ["ema(close, 20)"]
    field.fill("rsi(close, 14)")
    page.wait_for_selector('[data-legend] code:text-is("rsi(close, 14)")')
    expect(page.locator("#plot-faults .error")).to_have_count(0)
    keep_screenshot(page, "plot-1280")
    assert Axe().run(page, options=RULES).violations_count == 0

    page.get_by_role("link", name="Remove ema(close, 20)").click()
    page.wait_for_function("() => !document.querySelector('.chips')")
    expect(page.locator("[data-legend] code")).to_have_count(0)


def test_it_fits_a_phone_in_the_dark(visit, world, keep_screenshot):
    page = visit(
        f"/instruments/{world.instruments[0].pk}/?plot=ema(close,20)&plot=rsi(close,14)&plot=emaa(1)",
        width=360,
        theme="dark",
    )

    page.wait_for_selector(".chart-canvas canvas")
    keep_screenshot(page, "plot-360-dark")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert Axe().run(page, options=RULES).violations_count == 0
