"""The pages of notices in a browser: both themes, wide and narrow, and the way to a subscription."""

import pytest
from playwright.sync_api import expect

from heliograph.notices.models import Sending, Subscription
from tests.web.postbox import make_postbox

SOON = 60_000


@pytest.fixture
def postbox(transactional_db, tmp_path):
    """Channels, subscriptions and messages of every kind."""
    return make_postbox(tmp_path)


def addresses(asked):
    many = Sending.objects.get(notices=30)
    failed = Sending.objects.get(topic="work.parked")
    return {
        "notices": "/notices/",
        "notices-channels": "/notices/channels/",
        "notices-log": "/notices/log/",
        "notices-log-none": "/notices/log/?channel=phone&state=sent",
        "notices-message": f"/notices/messages/{many.pk}/",
        "notices-message-failed": f"/notices/messages/{failed.pk}/",
        "subscription-new": "/notices/subscriptions/new",
        "subscription": f"/notices/subscriptions/{asked.pk}/",
    }


def test_every_page_of_notices_is_sound_in_both_themes_wide_and_narrow(postbox, faults_of):
    assert faults_of(addresses(postbox[1])) == []


def test_a_subscription_is_made_with_a_look_at_what_would_have_come(
    postbox, visit, keep_screenshot, complaints
):
    page = visit("/notices/")
    page.get_by_role("link", name="Add a subscription").click()
    page.get_by_label("Channel").select_option("desk")
    expect(page.locator("#preview .value")).to_have_text("31", timeout=SOON)
    page.get_by_label("Instruments").fill("C1*")
    page.get_by_label("Instruments").press("Tab")
    # C1, and C10 to C19.
    expect(page.locator("#preview .value")).to_have_text("11", timeout=SOON)
    page.get_by_label("All together every").check()
    page.get_by_role("button", name="Add the subscription").click()

    expect(page.get_by_role("alert")).to_contain_text("Every how many minutes? 1 to 1440.")
    expect(page.locator("#fault")).to_be_focused()
    keep_screenshot(page, "subscription-wrong")
    # The browser notes that the form came back with its mistakes.
    complaints[:] = [line for line in complaints if "422" not in line]
    page.get_by_label("Minutes between digests").fill("30")
    page.get_by_role("button", name="Add the subscription").click()

    expect(page.get_by_text("together every 30 min")).to_be_visible()
    made = Subscription.objects.latest("pk")
    assert (made.instruments, made.digest_minutes, made.topics) == (["C1*"], 30, ["signal.published"])


def test_a_channel_is_tried_and_what_was_given_up_is_replayed(postbox, visit):
    page = visit("/notices/channels/")
    page.get_by_role("button", name="Test desk").click()
    expect(page.get_by_role("status").first).to_contain_text("desk took the test message.")
    page.get_by_role("link", name="given up").click()
    page.get_by_role("button", name="Replay Work parked").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log")
    assert Sending.objects.get(topic="work.parked").state == "pending"


def test_the_log_goes_on_while_one_watches(postbox, visit):
    page = visit("/notices/log/")
    expect(page.get_by_text("Given up before a try")).to_be_visible()
    page.mouse.move(2, 2)
    Sending.objects.filter(topic="work.parked").update(topic="test", error="Something else was wrong.")
    expect(page.get_by_text("Something else was wrong.").first).to_be_visible(timeout=SOON)
