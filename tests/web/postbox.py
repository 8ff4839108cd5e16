"""Channels, subscriptions and messages of every kind, for the pages of notices."""

from datetime import time, timedelta

from heliograph.kit.clock import utc_now
from heliograph.notices.channel import add_channel
from heliograph.notices.deliver import deliver_due
from heliograph.notices.models import Channel, Delivery, Notice, Sending, Subscription
from heliograph.notices.raise_notice import Told, raise_notices
from heliograph.notices.subscription import Wish, add_subscription

SIGNAL = {
    "strategy": "Busy",
    "version": 1,
    "venue": "binance",
    "symbol": "BTC/USDT",
    "timeframe": "1h",
    "side": "long",
    "bar_time": "2026-08-21T17:00:00Z",
    "close": 61570.0,
    "stop": 60900.5,
    "targets": [62900.0],
    "confidence": 0.72,
    "reward_risk": 2.1,
}


def make_postbox(folder):
    """Two channels, one that works and one that fails; what was sent, what waits, what was given up."""
    at = utc_now()
    before = at - timedelta(hours=2)
    add_channel("desk", kind="log", options={"file": str(folder / "desk.jsonl")}, topics=None, at=before)
    add_channel("phone", kind="log", options={"file": str(folder / "phone.jsonl")}, topics=None, at=before)
    (folder / "phone.jsonl").mkdir()
    add_subscription(Wish("desk", topics=["signal.*"], per_minute=3), at=before)
    add_subscription(
        Wish(
            "phone",
            least_confidence=0.7,
            strategies=["Bu*"],
            side="long",
            quiet_from=time(22),
            quiet_until=time(7),
            quiet_but=["work.parked"],
            zone="Europe/Berlin",
            digest_at=time(8),
        ),
        at=before,
    )
    raise_notices([Told("signal.published", "first", SIGNAL)], at=at - timedelta(minutes=50))
    deliver_due(at=at - timedelta(minutes=50))
    many = [Told("signal.published", f"s{n}", SIGNAL | {"symbol": f"C{n}/USDT"}) for n in range(30)]
    raise_notices(many, at=at - timedelta(minutes=40))
    deliver_due(at=at - timedelta(minutes=40))
    _give_up(at)
    return Channel.objects.get(name="desk"), Subscription.objects.order_by("pk").last()


def _give_up(at):
    """A message that was tried ten times, and notices that never were."""
    phone = Channel.objects.get(name="phone")
    payload = {"state": "parked", "key": "shard:9", "title": "Busy v1, replay shard 0", "error": "OSError"}
    raise_notices([Told("work.parked", "work:shard:9", payload)], at=at - timedelta(minutes=30))
    Notice.objects.update(spread=True)
    notice = Notice.objects.get(topic="work.parked")
    sending = Sending.objects.create(
        channel=phone,
        key="msg_a",
        topic=notice.topic,
        subject=notice.subject,
        created_at=notice.created_at,
        state="failed",
        tries=10,
        not_before=at,
        made_at=at - timedelta(minutes=30),
        error="It answered 500 Internal Server Error.",
    )
    for number in range(2):
        sending.log.create(
            at=at - timedelta(minutes=30 - number), seconds=0.21, result="unreached", error=sending.error
        )
    Delivery.objects.create(notice=notice, channel=phone, sending=sending, state="failed", not_before=at)
    raise_notices([Told("data.stale", "data:x", {"state": "stale", "venue": "binance"})], at=at)
    Delivery.objects.create(
        notice=Notice.objects.get(topic="data.stale"),
        channel=phone,
        state="failed",
        not_before=at,
        error="desk.example did not answer.",
    )
    Channel.objects.filter(pk=phone.pk).update(failures=3, rests_until=at + timedelta(minutes=9))
