"""Acts that ask somebody outside, for pages and the API.

The audit trail tells first what is meant, as nobody can take a request back; then, in the transaction that
stores it, what came of it. No transaction waits for the answer of an exchange that is read or watched.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from heliograph.engine.timeframe import Timeframe
from heliograph.errors import HeliographError
from heliograph.fleet.jobs import enqueue
from heliograph.fleet.models import Job
from heliograph.market.sources.exchange.ccxt_setup import check_exchange
from heliograph.market.sources.exchange.universe import Synced, read_markets, store_markets
from heliograph.market.sources.exchange.venues import add_venue, find_venue
from heliograph.market.sources.exchange.watches import begin_watches, look_up
from heliograph.notices.channel import Tested, find_channel, keep_test, send_test
from heliograph.web.accounts.told import tell
from heliograph.web.views.waking import wake

# The part of an act that an entry of the trail tells of.
ASKED, DONE, FAILED = "asked", "done", "failed"


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange to add, by its name at ccxt; `url` is another address of its API."""

    exchange: str
    name: str = ""
    url: str = ""
    priority: int = 100
    per_second: float | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Series to keep up to date."""

    symbols: Sequence[str]
    timeframe: str
    since: datetime
    venue: str | None = None
    fallbacks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """The watches that are kept from now on, and the job that fetches their history."""

    watches: list[int]
    job: Job


def add_exchange(request: HttpRequest, wanted: Exchange, *, at: datetime) -> Synced:
    """Add an exchange and read its list; nothing is stored where it does not answer."""
    known = check_exchange(wanted.exchange)
    named = wanted.name or known
    told = {"exchange": wanted.exchange}
    with _asking(request, "venue.add", named, **told), transaction.atomic():
        found = add_venue(
            wanted.exchange,
            at=at,
            name=wanted.name,
            url=wanted.url,
            priority=wanted.priority,
            per_second=wanted.per_second,
        )
        tell(request, "venue.add", named, **told, step=DONE, listed=found.listed)
    return found


def sync_exchange(request: HttpRequest, name: str, *, at: datetime) -> Synced:
    """Read the list of an exchange again."""
    venue = find_venue(name)
    with _asking(request, "venue.sync", venue.name):
        markets = read_markets(venue)
        with transaction.atomic():
            found = store_markets(venue, markets, at=at)
            told = {"added": found.added, "delisted": found.delisted}
            tell(request, "venue.sync", venue.name, step=DONE, **told)
    return found


def watch_series(request: HttpRequest, wanted: Wanted, *, at: datetime) -> Begun:
    """Watch series and have their history fetched: all of them or, where one cannot be, none."""
    # What can be told here is said before anybody is asked.
    Timeframe.parse(wanted.timeframe)
    for name in (wanted.venue, *wanted.fallbacks):
        find_venue(name)
    named, told = _in_words(wanted.symbols), {"timeframe": wanted.timeframe}
    with _asking(request, "watch.add", named, **told):
        listed = look_up(
            wanted.symbols,
            timeframe=wanted.timeframe,
            at=at,
            venue=wanted.venue,
            fallbacks=wanted.fallbacks,
        )
        with transaction.atomic():
            watches = begin_watches(listed, timeframe=wanted.timeframe, since=wanted.since, at=at)
            ids = sorted(one.pk for one in watches)
            title = f"history of {_in_words([str(one) for one in watches])}"
            key = f"backfill:{','.join(map(str, ids))}"[:128]
            job = enqueue("backfill", title=title, arguments={"watches": ids}, at=at, key=key)
            transaction.on_commit(partial(wake, "run_jobs"))
            tell(request, "watch.add", named, **told, step=DONE, watches=len(ids))
    return Begun(ids, job)


def test_channel(request: HttpRequest, name: str, *, at: datetime) -> Tested:
    """Send a test through a channel; whether it was taken stands in its log and in the trail."""
    find_channel(name)
    with _asking(request, "channel.test", name):
        tested = send_test(name, at=at, site=settings.HELIOGRAPH_PUBLIC_URL)
        with transaction.atomic():
            keep_test(tested)
            tell(request, "channel.test", name, step=DONE, sent=tested.fault is None)
    return tested


@contextmanager
def _asking(request: HttpRequest, action: str, subject: str, **details: object) -> Iterator[None]:
    """What is meant is in the trail before anybody is asked, and so is why nothing came of it."""
    tell(request, action, subject, **details, step=ASKED)
    try:
        yield
    except HeliographError as fault:
        tell(request, action, subject, **details, step=FAILED, why=str(fault)[:300])
        raise


def _in_words(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
