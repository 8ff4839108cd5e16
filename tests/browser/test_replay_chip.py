"""Replays in the header: one chip, however many there are."""

import pytest
from playwright.sync_api import expect

from heliograph.kit.clock import utc_now
from heliograph.market.models import Replay, Venue


@pytest.fixture
def three(world):
    """Two more replays beside that of the world."""
    for name in ("replay-us_shares", "replay-eurusd-2"):
        venue = Venue.objects.create(name=name, kind=Venue.Kind.REPLAY)
        Replay.objects.create(
            venue=venue,
            sample=name,
            timeframe="1h",
            position=world.replay.position,
            ends_at=world.replay.ends_at,
            started_at=utc_now(),
        )


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_one_chip_opens_the_list_of_all(three, visit, keep_screenshot, width, theme):
    page = visit("/signals/", width=width, theme=theme)
    expect(page.locator(".replay-mark:visible")).to_have_count(1)
    head = page.locator("header.top").bounding_box()
    chip = page.locator(".replay-mark").bounding_box()
    assert chip["height"] <= head["height"]
    assert chip["x"] + chip["width"] <= width
    page.locator(".replay-mark").click()

    for name in ("eurusd-2", "us_shares", "made-up"):
        line = page.locator(".replay-menu li", has_text=name)
        expect(line).to_be_visible()
        box = line.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    keep_screenshot(page, f"replay-list-{theme}-{width}")
    page.keyboard.press("Escape")
    expect(page.locator(".replay-menu li").first).to_be_hidden()
    page.locator(".replay-mark").press("Enter")
    page.locator(".replay-menu li", has_text="All 3 replays").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Replays")


def test_an_open_list_is_not_closed_by_a_look(three, visit):
    page = visit("/about/")
    page.locator(".replay-mark").click()
    page.mouse.move(5, 500)
    page.evaluate("document.activeElement.blur()")
    with page.expect_response("**/replays/frame"):
        pass
    expect(page.locator(".replay-menu li").first).to_be_visible()


def test_one_replay_is_a_link(world, visit):
    page = visit("/about/")
    page.get_by_role("link", name="Replay made-up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Replays")
