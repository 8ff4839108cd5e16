"""Where a watched series comes from now: the first venue in its order that answers."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from heliograph.market.models import Feed, Watch
from heliograph.market.sources.exchange.errors import RateLimited, VenueFault
from heliograph.market.sources.exchange.marks import update, write

# The back-off after failures in a row: 5, 10, 20 ... seconds.
FIRST_REST = timedelta(seconds=5)
# A venue that is down is looked at each minute; a symbol that it does not have, each hour.
LONGEST_REST = timedelta(minutes=1)
LONGEST_REST_OF_ONE = timedelta(hours=1)


def usable(watch: Watch, *, at: datetime) -> list[Feed]:
    """The feeds of a watch that may be asked now, in their order."""
    return [feed for feed in in_order(watch) if feed.not_before is None or feed.not_before <= at]


def in_order(watch: Watch) -> list[Feed]:
    """All feeds of a watch, the first one first."""
    return sorted(watch.feeds.all(), key=lambda feed: (feed.priority, feed.pk))


def next_chance(watch: Watch, *, at: datetime) -> datetime:
    """When the first of its feeds may be asked again."""
    rests = [feed.not_before for feed in watch.feeds.all() if feed.not_before]
    return max(min(rests, default=at + FIRST_REST), at + timedelta(seconds=1))


def note_failure(feeds: Sequence[Feed], fault: VenueFault, *, at: datetime) -> None:
    """Let these feeds of one venue rest; all of its feeds where the venue as a whole does not answer."""
    for feed in feeds:
        feed.failures += 1
        feed.error = str(fault)
        feed.not_before = fault.until if isinstance(fault, RateLimited) else at + rest_after(feed, fault)
    write(feeds, ["failures", "error", "not_before"])
    if fault.whole and feeds:
        others = Feed.objects.filter(venue=feeds[0].venue_id).exclude(pk__in=[feed.pk for feed in feeds])
        update(
            others.exclude(not_before__gt=at),
            failures=F("failures") + 1,
            error=str(fault),
            not_before=feeds[0].not_before,
        )


def note_success(feeds: Iterable[Feed], *, at: datetime) -> None:
    """These feeds of one venue answered; what failed with the venue as a whole is asked again too."""
    feeds = list(feeds)
    if not feeds:
        return
    fallen = {feed.error for feed in feeds if feed.failures}
    if fallen:
        same = Feed.objects.filter(venue=feeds[0].venue_id, error__in=fallen)
        update(same, failures=0, error="", not_before=None)
    for feed in feeds:
        feed.failures, feed.error, feed.not_before = 0, "", None
    answered = Feed.objects.filter(pk__in=[feed.pk for feed in feeds])
    update(answered, failures=0, error="", not_before=None, answered_at=at)


def rest_after(feed: Feed, fault: VenueFault) -> timedelta:
    """How long a feed rests after so many failures in a row."""
    longest = LONGEST_REST if fault.whole else LONGEST_REST_OF_ONE
    return min(FIRST_REST * 2 ** min(feed.failures - 1, 12), longest)
