"""Sends what is due, channel by channel: at least once, in order, and a dead channel delays no other."""

import random
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from heliograph.kit.logs import noted
from heliograph.notices.channels import KINDS
from heliograph.notices.channels.kind import Send
from heliograph.notices.errors import ChannelGone, NoticeRefused, NotSent
from heliograph.notices.models import Channel, Delivery, Sending, State, Try
from heliograph.notices.outbox import Held, Taken, due_channels, hold_channel, mark, release_channel, take
from heliograph.notices.spreading import Hides, spread

Stop = Callable[[], bool]
Dice = Callable[[], float]

CHANNELS_AT_ONCE = 8
LOOK_SECONDS = 0.5
# After each try that failed: ten tries over a day.
PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 180, 900, 3_600, 10_800, 21_600, 21_600, 28_800)
)
MOST_TRIES = len(PAUSES) + 1
# So much longer at most, that many channels which failed together do not come back together.
JITTER = 0.2
GIVE_UP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery run did: messages sent, those that failed and are repeated, and those given up."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(self.sent + other.sent, self.postponed + other.postponed, self.failed + other.failed)


class Clock:
    """The time, counted on from the moment that was handed in."""

    def __init__(self, at: datetime) -> None:
        self._at, self._began = at, time.monotonic()

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._began)


@dataclass(frozen=True, slots=True)
class Run:
    """What one call of deliver_due goes by."""

    clock: Clock
    over: Stop
    dice: Dice
    site: str


def deliver_due(
    *,
    at: datetime,
    stop: Stop | None = None,
    dice: Dice = random.random,
    site: str = "",
    hides: Hides | None = None,
) -> Delivered:
    """Send what is due on all channels; `stop`, asked between two messages, ends it early.

    Called again, or twice at once, it sends nothing that was sent and marked before. `site` is the address of
    the pages that messages link to; empty: no links. `hides` says what subscribers may not hear of.
    """
    clock, over = Clock(at), stop or (lambda: False)
    total, running = Delivered(), dict[int, Future[Delivered]]()
    with ThreadPoolExecutor(CHANNELS_AT_ONCE, thread_name_prefix="deliver") as pool:
        while True:
            spread(at=clock(), hides=hides)
            # Looked for again and again while a slow channel is served, so that the others are as well.
            for channel in [] if over() else due_channels(at=clock(), but=list(running)):
                running[channel] = pool.submit(_serve, channel, Run(clock, over, dice, site))
            if not running:
                return total
            wait(running.values(), timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for channel, future in list(running.items()):
                if future.done():
                    total += running.pop(channel).result()


def _serve(channel_id: int, run: Run) -> Delivered:
    """Send what is due on one channel, until it fails or there is nothing more."""
    try:
        held, total = hold_channel(channel_id), Delivered()
        while held and not run.over() and (taken := take(held, at=run.clock(), site=run.site)):
            with noted(notice=taken.message.id, subject=taken.message.subject):
                told, goes_on = _send(held, taken, run)
            total += told
            if not goes_on:
                return total
        if held:
            release_channel(held)
        return total
    finally:
        connection.close()


def _send(held: Held, taken: Taken, run: Run) -> tuple[Delivered, bool]:
    """Send one message and mark it; False if the channel is to be left alone."""
    channel, clock = held.channel, run.clock
    if taken.tries > MOST_TRIES:
        # Each time the process died before it could tell.
        died = NotSent("Sending it ended the process each time.")
        return _postpone(taken, died, None, until=clock()), True
    began = clock()
    try:
        _sender(channel)(taken.message, channel.options, at=began)
    except ChannelGone as fault:
        mark(taken, _try(Try.Result.GONE, began, clock, fault), state=State.FAILED, error=str(fault))
        release_channel(held, enabled=False, reason=str(fault))
        return Delivered(failed=1), False
    except NoticeRefused as fault:
        until, refused = clock() + _pause(taken.tries, fault, run.dice), Try.Result.REFUSED
        return _postpone(taken, fault, _try(refused, began, clock, fault), until=until), True
    except NotSent as fault:
        until = clock() + _pause(channel.failures + 1, fault, run.dice)
        release_channel(held, failures=channel.failures + 1, rests_until=until)
        told = _postpone(taken, fault, _try(Try.Result.UNREACHED, began, clock, fault), until=until)
        return told + _give_up_old(channel, fault, at=clock()), False
    mark(taken, _try(Try.Result.SENT, began, clock), state=State.SENT, sent_at=clock(), error="")
    if channel.failures:
        Channel.objects.filter(pk=channel.pk, epoch=held.epoch).update(failures=0, rests_until=None)
        channel.failures = 0
    return Delivered(sent=1), True


def _try(result: str, began: datetime, clock: Clock, fault: NotSent | None = None) -> Try:
    seconds = (clock() - began).total_seconds()
    return Try(at=began, seconds=seconds, result=result, error=str(fault) if fault else "")


def _sender(channel: Channel) -> Send:
    kind = KINDS.get(channel.kind)
    if kind is None:
        raise NotSent(f"This version of Heliograph knows no channels of kind {channel.kind}.")
    return kind.send


def _postpone(taken: Taken, fault: NotSent, attempt: Try | None, *, until: datetime) -> Delivered:
    """Another try later, or none after the last."""
    if taken.tries < MOST_TRIES:
        mark(taken, attempt, not_before=until, error=str(fault))
        return Delivered(postponed=1)
    mark(taken, attempt, state=State.FAILED, error=str(fault))
    return Delivered(failed=1)


def _give_up_old(channel: Channel, fault: NotSent, *, at: datetime) -> Delivered:
    """What waited for a day behind a channel that cannot be reached is no news any more."""
    waiting = Delivery.objects.filter(channel=channel, state=State.PENDING, sending=None)
    over = at - GIVE_UP
    # What a digest or quiet hours held back has waited since then only.
    old = waiting.filter(Q(held="", notice__created_at__lt=over) | Q(not_before__lt=over))
    given_up = old.update(state=State.FAILED, error=str(fault))
    tried = Sending.objects.filter(Q(reason="", created_at__lt=over) | Q(made_at__lt=over))
    with transaction.atomic():
        for sending in tried.filter(channel=channel, state=State.PENDING).select_for_update():
            sending.state, sending.error = State.FAILED, str(fault)
            sending.save(update_fields=["state", "error"])
            given_up += Delivery.objects.filter(sending=sending).update(state=State.FAILED)
    return Delivered(failed=given_up)


def _pause(tries: int, fault: NotSent, dice: Dice) -> timedelta:
    """How long to wait after so many failures in a row; longer where the other side asks for it."""
    own = PAUSES[min(tries, len(PAUSES)) - 1] * (1 + JITTER * dice())
    return max(own, timedelta(seconds=fault.after or 0.0))
