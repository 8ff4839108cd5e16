"""Pages and the API say which signals came from outside, and show the alert as it came."""

import pytest

from heliograph.inbound.follow import follow_alerts
from heliograph.notices.message import Message
from heliograph.notices.models import Notice
from heliograph.notices.pictures import picture_of
from heliograph.signals.models import Signal
from heliograph.signals.strategies import promote

pytestmark = pytest.mark.django_db

ALERT = '{"symbol": "BINANCE:BTCUSDT", "action": "buy", "stop": 1, "comment": "<b>cross</b> & co"}'


@pytest.fixture
def signal(desk):
    """Of an alert, settled."""
    promote(desk.version, at=desk.open(0))
    desk.feed(4)
    desk.alert(5, ALERT)
    desk.feed(80)
    follow_alerts(at=desk.close(5))
    return Signal.objects.get()


def test_the_page_of_a_signal_shows_the_alert_as_it_came(client, signal):
    page = client.get(f"/signals/{signal.pk}/").content.decode()
    assert "from outside" in page
    assert "An alert from outside asked for it" in page
    assert "&lt;b&gt;cross&lt;/b&gt; &amp; co" in page
    assert "<b>cross</b>" not in page


def test_lists_mark_it(client, signal):
    assert 'title="signals from outside">ext</abbr>' in client.get("/signals/").content.decode()
    (item,) = client.get("/api/v1/signals").json()["items"]
    assert (item["external"], item["strategy"]) == (True, "desk")


def test_a_message_of_it_carries_its_picture(signal):
    notice = Notice.objects.get(topic="signal.published")
    message = Message(notice.topic, notice.subject, notice.payload, notice.created_at)
    assert picture_of(message).startswith(b"\x89PNG")
    assert picture_of(Message("test", "x", {"text": "x"}, notice.created_at)) is None
