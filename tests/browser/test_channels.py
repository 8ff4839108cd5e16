"""A newcomer's way to a signed notice in a browser: both themes, wide and narrow."""

import pytest
from playwright.sync_api import expect
from standardwebhooks import Webhook

from benchmarks.drills.parts.receiver import receiving
from heliograph.kit.clock import utc_now
from heliograph.notices.channel import add_channel
from heliograph.notices.models import Subscription

ADDRESSES = {
    "channel-new": "/notices/channels/new",
    "channel-webhook": "/notices/channels/new/webhook/",
    "channel-email": "/notices/channels/new/email/",
    "channel-telegram": "/notices/channels/new/telegram/",
    "channel": "/notices/channels/desk/",
    "channel-change": "/notices/channels/desk/change",
}


@pytest.fixture
def receiver():
    """A receiver of webhooks on this machine."""
    with receiving() as one:
        yield one


def test_every_page_of_channels_is_sound_in_both_themes_wide_and_narrow(
    transactional_db, receiver, faults_of
):
    options = {"url": receiver.url(), "allow_private": ["127.0.0.1"]}
    add_channel("desk", kind="webhook", options=options, topics=["signal.*"], at=utc_now())
    assert faults_of(ADDRESSES) == []


def test_a_newcomer_comes_from_nothing_to_a_signed_test_and_a_subscription(
    transactional_db, receiver, visit, keep_screenshot, complaints
):
    page = visit("/notices/")
    page.get_by_role("link", name="Add the first channel").click()
    page.get_by_role("link", name="Webhook", exact=True).click()
    page.get_by_label("Name (needed)").fill("desk")
    page.get_by_label("Address", exact=True).fill("https://127.0.0.1/hook")
    page.get_by_role("button", name="Add the channel").click()

    expect(page.get_by_role("alert")).to_contain_text("“Private hosts that it may reach” would name it.")
    keep_screenshot(page, "channel-wrong")
    # The browser notes that the form came back with its mistakes.
    complaints[:] = [line for line in complaints if "422" not in line]
    page.get_by_label("Address", exact=True).fill(receiver.url())
    # What the sentence speaks of is open already.
    page.get_by_label("Private hosts that it may reach").fill("127.0.0.1")
    page.get_by_role("button", name="Add the channel").click()

    page.get_by_role("button", name="Show the secret").click()
    secret = page.get_by_label("Give it to the receiver").input_value()
    keep_screenshot(page, "channel-secret")
    page.get_by_role("link", name="Go on: send a test notice").click()
    page.get_by_role("button", name="Send a test notice").click()
    expect(page.get_by_text("desk took the test notice.")).to_be_visible()
    keep_screenshot(page, "channel-tried")
    (request,) = receiver.requests
    Webhook(secret).verify(request.body, dict(request.headers))

    page.get_by_role("link", name="Subscribe to signals").click()
    page.get_by_role("button", name="Add the subscription").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Subscriptions")
    made = Subscription.objects.get()
    assert (made.channel.name, made.topics) == ("desk", ["signal.published", "signal.settled"])
