"""Charts and pages in the zone of whoever looks, and days in the form of the house."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from heliograph.accounts.models import Person
from tests.research.world import ask, market, work


def hovered(page):
    """The words of the legend at the bar under the pointer, near the right end of the chart."""
    page.wait_for_selector(".chart-canvas canvas")
    box = page.locator(".chart-canvas").bounding_box()
    # The words follow the pointer, and the bars the canvas, some moments later.
    for back in [*range(90, 400, 7)] * 20:
        page.mouse.move(box["x"] + box["width"] - back, box["y"] + 100)
        words = page.locator("[data-legend] [data-words]").inner_text()
        if re.search(r"\d\d:\d\d", words):
            return words
    raise AssertionError("no bar lies under the pointer")


@pytest.mark.parametrize("zone", ["Australia/Adelaide", "America/New_York", "UTC"])
def test_a_chart_is_in_the_zone_of_the_browser_with_utc_on_hover(world, visit, zone):
    page = visit("/about/", zone=zone)
    page.goto(page.url.replace("/about/", f"/instruments/{world.instruments[0].pk}/"))
    name = zone.rpartition("/")[2].replace("_", " ")
    expect(page.locator(".chart figcaption")).to_contain_text(name)

    words = hovered(page)

    here = re.match(r"(\d+ \w+ \d+ \d\d:\d\d) ([\w ]+?)(?: \((\d+ \w+ \d+ \d\d:\d\d) UTC\))?$", words)
    assert here[2] == name
    if zone == "UTC":
        return
    utc = datetime.strptime(here[3], "%d %b %Y %H:%M").replace(tzinfo=UTC)
    assert f"{utc.astimezone(ZoneInfo(zone)):%-d %b %Y %H:%M}" == here[1]


def test_the_zone_that_somebody_chose_wins(world, visit):
    page = visit("/about/", zone="America/New_York")
    Person.objects.update(time_zone="Asia/Tokyo")
    page.goto(page.url.replace("/about/", f"/instruments/{world.instruments[0].pk}/"))
    assert "Tokyo" in hovered(page)
    assert page.evaluate("document.documentElement.dataset.zone") == "Asia/Tokyo"


def test_a_link_to_older_bars_leads_to_the_same_bars_in_every_zone(world, visit):
    page = visit("/about/", zone="America/New_York")
    page.goto(page.url.replace("/about/", f"/data/{world.instruments[0].series.get().pk}/?day=2024-01-05"))
    expect(page.get_by_role("heading", name="5 Jan 2024")).to_be_visible()
    expect(page.locator('input[name="day"]')).to_have_value("2024-01-05")


# What canvases are told to write.
HEAR = """
    window.said = new Set();
    const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (words, ...rest) {
        window.said.add(String(words));
        return write.call(this, words, ...rest);
    };
"""


@pytest.mark.parametrize("bars", [40, 300, 2_000])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_axis_of_a_curve_names_days_with_their_month(
    transactional_db, visit, keep_screenshot, width, bars
):
    market(bars=bars)
    asked = ask().backtest
    work()
    page = visit(f"/backtests/{asked.pk}/", width=width)
    page.add_init_script(HEAR)
    page.reload()
    page.wait_for_selector(".curve-canvas canvas")
    page.wait_for_function("window.said.size > 3 && [...window.said].some((one) => /[A-Za-z]/.test(one))")
    drawn = page.evaluate("[...window.said]")
    keep_screenshot(page, f"curve-axis-{bars}-{width}")

    days = [words for words in drawn if re.search("[A-Za-z]", words)]
    assert days
    assert [words for words in days if not re.fullmatch(r"\d{1,2} [A-Z][a-z]{2}|[A-Z][a-z]{2}", words)] == []
    assert [words for words in drawn if "/" in words or ":" in words] == []
