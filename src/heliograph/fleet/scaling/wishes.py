"""What each measure asks for, and why, in words."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from heliograph.fleet.scaling.policy import Policy
from heliograph.fleet.scaling.seen import Measures, Rush

# A ratio such as 1.1 has no exact form; the workers that it asks for have.
ROUNDING = 1e-9
UNKNOWN = {
    "cpu": "the CPU that workers use is not known",
    "memory": "the memory that workers use is not known",
    "busy": "how long workers are at work is not known",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """How many workers a measure asks for; None where it is unknown."""

    measure: str
    workers: int | None
    says: str


def wishes_of(policy: Policy, seen: Measures, *, at: datetime) -> list[Wish]:
    """The wish of each measure that has a target."""
    return [
        *_age(policy, seen),
        *_pieces(policy, seen),
        *_share(policy, seen, "cpu", "workers use {:.0f} % of their processors"),
        *_share(policy, seen, "memory", "workers use {:.0f} % of the memory that they may have"),
        *_share(policy, seen, "busy", "workers are at work for {:.0f} % of their time"),
        *_rush(policy, seen, at=at),
    ]


def rounded(policy: Policy, workers: int, asked: float) -> int:
    """Whole workers; what lies within the tolerance around those that there are changes nothing."""
    if workers and abs(asked / workers - 1) <= policy.tolerance_pct / 100 + ROUNDING:
        return workers
    return math.ceil(asked - ROUNDING)


def _age(policy: Policy, seen: Measures) -> Iterator[Wish]:
    target = policy.targets.age_s
    if target is None:
        return
    age = seen.oldest_age_s
    if age is None:
        yield Wish("age", None, "how old the oldest due work is, is not known")
        return
    asked = rounded(policy, seen.workers, max(seen.workers, 1) * age / target)
    if seen.pieces is not None:
        # A worker without a piece of work would stand idle, however old the oldest is.
        asked = min(asked, max(seen.pieces, 0))
    yield Wish("age", asked, f"the oldest due work is {age:.0f} s old, the target {target:g} s")


def _pieces(policy: Policy, seen: Measures) -> Iterator[Wish]:
    target = policy.targets.pieces_per_worker
    if target is None:
        return
    if seen.pieces is None:
        yield Wish("pieces", None, "how much work waits is not known")
        return
    many = f"{seen.pieces:,} piece{'' if seen.pieces == 1 else 's'} of work wait or run"
    within = policy.targets.age_s
    if within is None or seen.seconds_each is None:
        says = f"{many}, the target is {target:g} for each worker"
        yield Wish("pieces", rounded(policy, seen.workers, seen.pieces / target), says)
        return
    spent = seen.pieces * seen.seconds_each
    says = f"{many}, {spent:.1f} s to be done within {within:g} s"
    yield Wish("pieces", rounded(policy, seen.workers, spent / within), says)


def _share(policy: Policy, seen: Measures, measure: str, words: str) -> Iterator[Wish]:
    target, used = getattr(policy.targets, f"{measure}_pct"), getattr(seen, f"{measure}_pct")
    if target is None:
        return
    if used is None:
        yield Wish(measure, None, UNKNOWN[measure])
        return
    asked = rounded(policy, seen.workers, seen.workers * used / target)
    yield Wish(measure, asked, f"{words.format(used)}, the target is {target:g} %")


def _rush(policy: Policy, seen: Measures, *, at: datetime) -> Iterator[Wish]:
    """The largest rush within the horizon; one that has begun counts until it should be done."""
    target = policy.targets.age_s
    if target is None:
        return
    first, last = at - timedelta(seconds=target), at + timedelta(seconds=policy.horizon_s)
    near = sorted((rush for rush in seen.rushes if first < rush.at <= last), key=attrgetter("at"))
    found = [
        _one_rush(policy, seen, list(together), at=at) for _, together in groupby(near, key=attrgetter("at"))
    ]
    known = [wish for wish in found if wish.workers is not None]
    yield from (wish for wish in found if wish.workers is None)
    if known:
        yield max(known, key=lambda wish: wish.workers or 0)


def _one_rush(policy: Policy, seen: Measures, together: list[Rush], *, at: datetime) -> Wish:
    target = policy.targets.age_s or math.inf
    what = " and ".join(rush.what for rush in together)
    ahead = (together[0].at - at).total_seconds()
    when = f"in {ahead:.0f} s" if ahead > 0 else f"{-ahead:.0f} s ago"
    pieces = sum(rush.pieces for rush in together)
    known = [rush.pieces * rush.seconds_each for rush in together if rush.seconds_each is not None]
    if len(known) < len(together):
        return Wish("close", None, f"what the close of {what} {when} costs is not measured yet")
    spent = sum(known)
    # A piece is not divided: more workers than pieces bring nothing.
    asked = min(rounded(policy, seen.workers, spent / target), pieces)
    says = (
        f"{what} close {when}: {pieces:,} pieces, {spent:.1f} s of work to be done within {target:g} s"
        if ahead > 0
        else f"{what} closed {when}: {pieces:,} pieces, {spent:.1f} s of work, done within {target:g} s"
    )
    return Wish("close", asked, says)
