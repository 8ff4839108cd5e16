"""Subscriptions, channels and messages as the pages of notices show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from heliograph.notices.models import Channel, Sending, State, Subscription
from heliograph.notices.queries import ChannelItem, list_channels
from heliograph.notices.subscription_words import hours_of, what_of

GLYPHS = {State.PENDING: "running", State.SENT: "done", State.FAILED: "bad"}


@dataclass(frozen=True, slots=True)
class SubscriptionLine:
    """One subscription in words, and how many notices wait for its hours."""

    asked: Subscription
    what: str
    hours: str
    waiting: int

    @property
    def reads(self) -> str:
        """What a button that acts on it speaks of."""
        return f"subscription {self.asked.pk}"


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One channel and its last test."""

    item: ChannelItem
    tested: Sending | None
    rests: bool

    @property
    def fails(self) -> bool:
        """True while something waits for it to come back."""
        return bool(self.item.failures or self.item.error)

    @property
    def glyph(self) -> str:
        """The shape of its state."""
        if not self.item.enabled:
            return "off"
        if self.fails:
            return "warning"
        return "good" if self.item.last_sent_at or self._took_test else "unknown"

    @property
    def word(self) -> str:
        """Its state."""
        if not self.item.enabled:
            return "disabled"
        if self.fails:
            return "fails"
        if self.item.last_sent_at:
            return "works"
        return "test taken" if self._took_test else "nothing sent yet"

    @property
    def _took_test(self) -> bool:
        return self.tested is not None and self.tested.state == State.SENT


def subscription_lines(audiences: Sequence[str] | None) -> list[SubscriptionLine]:
    """The subscriptions of these audiences, by channel. One statement."""
    found = Subscription.objects.select_related("channel").order_by("channel__name", "pk")
    if audiences is not None:
        found = found.filter(audience__in=audiences)
    waiting = Count("deliveries", filter=Q(deliveries__state=State.PENDING, deliveries__sending=None))
    return [
        SubscriptionLine(one, what_of(one), hours_of(one), one.waiting)
        for one in found.annotate(waiting=waiting)
    ]


def channel_lines(audiences: Sequence[str] | None, *, at: datetime) -> list[ChannelLine]:
    """The channels of these audiences, with their last tests. Six statements."""
    tests = Sending.objects.filter(reason=Sending.Reason.TEST).select_related("channel")
    newest = tests.order_by("channel", "-pk").distinct("channel")
    tested = {one.channel.name: one for one in newest}
    return [
        ChannelLine(item, tested.get(item.name), item.rests_until is not None and item.rests_until > at)
        for item in list_channels(audiences=audiences)
    ]


def channel_line(channel: Channel) -> ChannelLine:
    """One of them, with its last test. Six statements."""
    test = channel.sendings.filter(reason=Sending.Reason.TEST).order_by("-pk").first()
    item = next(one for one in list_channels(audiences=[channel.audience]) if one.name == channel.name)
    return ChannelLine(item, test, item.rests_until is not None)


def wishes_of(channel: Channel, audiences: Sequence[str] | None) -> list[SubscriptionLine]:
    """Its subscriptions of these audiences. One statement."""
    found = Subscription.objects.select_related("channel").filter(channel=channel).order_by("pk")
    if audiences is not None:
        found = found.filter(audience__in=audiences)
    return [SubscriptionLine(one, what_of(one), hours_of(one), 0) for one in found]


def effect_of_removal(channel: Channel) -> dict[str, int]:
    """What goes with it: subscriptions, notices that wait, messages of the log. Three statements."""
    waiting = channel.deliveries.filter(state=State.PENDING)
    return {
        "subscriptions": channel.subscriptions.count(),
        "waiting": waiting.count(),
        "messages": channel.sendings.count(),
    }


def channel_names(audiences: Sequence[str] | None) -> list[str]:
    """Those of these audiences. One statement."""
    found = Channel.objects.order_by("name")
    if audiences is not None:
        found = found.filter(audience__in=audiences)
    return list(found.values_list("name", flat=True))


def state_counts(audiences: Sequence[str] | None) -> dict[str, int]:
    """How many messages are in each state. One statement."""
    found = Sending.objects.all()
    if audiences is not None:
        own = Q(channel__audience__in=audiences) | Q(subscription__audience__in=audiences)
        found = found.filter(own)
    return dict(found.values_list("state").annotate(Count("pk")))
