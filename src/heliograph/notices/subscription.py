"""Subscriptions: who wants which notices, on which channel and when."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import available_timezones

from django.db import transaction
from django.db.models import Q

from heliograph.notices.channel import find_channel
from heliograph.notices.errors import BadSubscription, NoSuchSubscription, NoSuchTopic
from heliograph.notices.matching import matches
from heliograph.notices.models import Channel, Delivery, Notice, Sending, State, Subscription
from heliograph.notices.topics import TOPICS, check_topics

LONGEST_PATTERN = 128
MOST_PATTERNS = 200
MOST_MINUTES = 1_440
MOST_PER_MINUTE = 600
# A preview looks at so many of the newest notices.
LOOKED_AT = 20_000
PREVIEWED = timedelta(days=7)
HUSHED = "Whom it was for is let in no more."


@dataclass(frozen=True, slots=True)
class Wish:
    """What a subscription is to be; an empty filter lets all through. See `Subscription` for the fields."""

    channel: str
    audience: str = ""
    topics: Sequence[str] = ()
    strategies: Sequence[str] = ()
    instruments: Sequence[str] = ()
    least_confidence: float | None = None
    side: str = ""
    quiet_from: time | None = None
    quiet_until: time | None = None
    quiet_but: Sequence[str] = ()
    zone: str = "UTC"
    digest_minutes: int | None = None
    digest_at: time | None = None
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """How many of the last days' notices would have come. Of those only `of` were looked at, with `more`."""

    would_have: int
    of: int
    more: bool
    examples: tuple[Notice, ...]


def add_subscription(wish: Wish, *, at: datetime) -> Subscription:
    """Store a subscription; notices from now on go by it. BadSubscription names the field that is wrong."""
    return Subscription.objects.create(**_checked(wish), created_at=at)


def change_subscription(number: int, wish: Wish, *, audiences: Collection[str] | None = None) -> Subscription:
    """Make it what is wished; what waits already goes when it was to go."""
    found = find_subscription(number, audiences=audiences)
    for name, value in _checked(wish).items():
        setattr(found, name, value)
    found.save()
    return found


def find_subscription(number: int, *, audiences: Collection[str] | None = None) -> Subscription:
    """The one of that number, of these audiences (None: of anybody), or NoSuchSubscription."""
    found = Subscription.objects.select_related("channel").filter(pk=number)
    if audiences is not None:
        found = found.filter(audience__in=audiences)
    one = found.first()
    if one is None:
        raise NoSuchSubscription(number)
    return one


def pause_subscription(
    number: int, *, paused: bool = True, audiences: Collection[str] | None = None
) -> Subscription:
    """Let notices of meanwhile not go by it, or go again; what waits goes in both cases."""
    found = find_subscription(number, audiences=audiences)
    Subscription.objects.filter(pk=found.pk).update(paused=paused)
    found.paused = paused
    return found


def remove_subscription(number: int, *, at: datetime, audiences: Collection[str] | None = None) -> int:
    """Forget it; what waited for its hours goes at once: how many notices."""
    found = find_subscription(number, audiences=audiences)
    with transaction.atomic():
        waiting = found.deliveries.filter(state="pending", sending=None)
        left = waiting.update(not_before=at, held="")
        found.delete()
    return left


def forget_audience(audience: str, *, at: datetime) -> int:
    """Somebody has left: remove their subscriptions and channels; how many subscriptions.

    What waited on channels of others goes at once.
    """
    if not audience:
        raise BadSubscription("audience", "The installation itself does not leave.")
    own = list(Subscription.objects.filter(audience=audience).values_list("pk", flat=True))
    with transaction.atomic():
        for number in own:
            remove_subscription(number, at=at)
        Channel.objects.filter(audience=audience).delete()
    return len(own)


def hush_audience(audience: str) -> int:
    """Give up what waits for somebody who is to hear nothing more; how many notices.

    Their subscriptions and channels stay, for they may come back.
    """
    theirs = Q(subscription__audience=audience) | Q(channel__audience=audience)
    with transaction.atomic():
        Sending.objects.filter(theirs, state=State.PENDING).update(state=State.FAILED, error=HUSHED)
        waiting = Delivery.objects.filter(theirs, state=State.PENDING)
        alone = waiting.filter(sending=None).update(state=State.FAILED, error=HUSHED)
        return alone + waiting.update(state=State.FAILED)


def preview(wish: Wish, *, at: datetime, hidden: Collection[str] = ()) -> Preview:
    """What would have come by it in the week before `at`; of `hidden` strategies nothing is told."""
    asked = Subscription(**_checked(wish))
    newest = list(
        Notice.objects.filter(created_at__gt=at - PREVIEWED).order_by("-created_at")[: LOOKED_AT + 1]
    )
    # Others, such as reports that are ready, go on their way without a subscription.
    known = [one for one in newest[:LOOKED_AT] if one.topic in TOPICS]
    looked = [one for one in known if one.payload.get("strategy") not in hidden]
    found = [one for one in looked if matches(asked, one.topic, one.payload)]
    return Preview(len(found), len(looked), len(newest) > LOOKED_AT, tuple(found[:3]))


def _checked(wish: Wish) -> dict[str, object]:
    """The columns of a subscription."""
    topics, but = _topics("topics", wish.topics), _topics("quiet_but", wish.quiet_but)
    _check_hours(wish)
    if wish.side and wish.side not in Subscription.Side.values:
        raise BadSubscription("side", f"'{wish.side}' is no side; there are long and short.")
    if wish.least_confidence is not None and not 0 <= wish.least_confidence <= 1:
        raise BadSubscription("least_confidence", "A confidence lies between 0 and 1.")
    if wish.per_minute is not None and not 1 <= wish.per_minute <= MOST_PER_MINUTE:
        raise BadSubscription("per_minute", f"Messages a minute are 1 to {MOST_PER_MINUTE}.")
    return asdict(wish) | {
        "channel": _channel(wish),
        "topics": topics,
        "quiet_but": but,
        "strategies": _patterns("strategies", wish.strategies),
        "instruments": _patterns("instruments", wish.instruments),
    }


def _channel(wish: Wish) -> Channel:
    channel = find_channel(wish.channel)
    if channel.audience not in ("", wish.audience):
        raise BadSubscription("channel", f"The channel '{channel.name}' belongs to somebody else.")
    return channel


def _topics(field: str, wanted: Sequence[str]) -> list[str]:
    try:
        return check_topics(wanted)
    except NoSuchTopic as fault:
        raise BadSubscription(field, str(fault)) from fault


def _patterns(field: str, wanted: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(one.strip() for one in wanted if one.strip()))
    if len(found) > MOST_PATTERNS:
        raise BadSubscription(field, f"At most {MOST_PATTERNS} patterns, not {len(found)}.")
    for one in found:
        if len(one) > LONGEST_PATTERN or "\x00" in one:
            raise BadSubscription(
                field, f"'{one[:24]}…': a pattern has at most {LONGEST_PATTERN} characters."
            )
    return found


@cache
def _zones() -> frozenset[str]:
    """Read from many files, so once."""
    return frozenset(available_timezones())


def _check_hours(wish: Wish) -> None:
    if wish.zone not in _zones():
        raise BadSubscription("zone", f"'{wish.zone[:40]}' is no zone; it looks like Europe/Berlin or UTC.")
    if (wish.quiet_from is None) != (wish.quiet_until is None):
        field = "quiet_from" if wish.quiet_from is None else "quiet_until"
        raise BadSubscription(field, "Quiet hours have a begin and an end, such as 22:00 to 07:00.")
    if wish.quiet_from is not None and wish.quiet_from == wish.quiet_until:
        raise BadSubscription(
            "quiet_until", "Quiet hours end when they begin; pause the subscription instead."
        )
    if wish.digest_minutes is not None and wish.digest_at is not None:
        raise BadSubscription("digest_at", "A digest comes every so many minutes or once a day, not both.")
    if wish.digest_minutes is not None and not 1 <= wish.digest_minutes <= MOST_MINUTES:
        raise BadSubscription("digest_minutes", f"A digest comes every 1 to {MOST_MINUTES} minutes.")
