"""From measures to a number of workers, as Kubernetes' HorizontalPodAutoscaler goes about it.

Each measure asks for ceil(workers x measured / target), the largest wish wins, a ratio within the tolerance
changes nothing, an unknown measure never lets workers go, the highest wish of a window counts on the way
down, and steps are limited (kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, "Algorithm
details" and "Configurable scaling behavior"). What is added: closes of bars are known ahead; a cooldown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.fleet.scaling.history import Past
from heliograph.fleet.scaling.policy import Policy, StepLimit
from heliograph.fleet.scaling.seen import Measures
from heliograph.fleet.scaling.wishes import Wish, wishes_of


@dataclass(frozen=True, slots=True)
class Decision:
    """How many workers there should be, and why, in a sentence.

    `wished` is what the measures asked for before windows, steps and bounds: the next decisions need it.
    """

    target: int
    reason: str
    wished: int
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class _Aim:
    """A number on its way through the limits, with what was said on the way."""

    workers: int
    notes: tuple[str, ...] = ()

    def held(self, workers: int, note: str) -> "_Aim":
        """The same number, or another one with the reason for it."""
        return self if workers == self.workers else _Aim(workers, (*self.notes, note))


def decide(policy: Policy, seen: Measures, history: Past, *, at: datetime) -> Decision:
    """How many workers there should be from `at` on. `history` holds at least `policy.memory_s` seconds."""
    wishes = wishes_of(policy, seen, at=at)
    wished, aim = _wished(seen, wishes)
    aim = _steadied(policy, aim, seen.workers, history, at=at)
    aim = _cooled(policy, aim, seen.workers, history, at=at)
    aim = _stepped(policy, aim, seen.workers, history, at=at)
    if aim.workers > policy.most:
        aim = aim.held(policy.most, f"no more than {policy.most} are allowed")
    if aim.workers < policy.least:
        aim = aim.held(policy.least, f"no fewer than {policy.least} are allowed")
    return Decision(aim.workers, _sentence(seen.workers, aim), wished, tuple(wishes))


def _wished(seen: Measures, wishes: list[Wish]) -> tuple[int, _Aim]:
    """The largest wish; where a measure is unknown, no less than there is."""
    known = [wish for wish in wishes if wish.workers is not None]
    unknown = [wish.says for wish in wishes if wish.workers is None]
    if not known:
        why = "; ".join(unknown) or "nothing is aimed at"
        return seen.workers, _Aim(seen.workers, (why,))
    largest = max(known, key=lambda wish: wish.workers or 0)
    workers = largest.workers or 0
    aim = _Aim(workers, (f"{largest.says}, which asks for {workers:,}",))
    if unknown and workers < seen.workers:
        aim = aim.held(seen.workers, f"none goes while {' and '.join(unknown)}")
    return aim.workers, aim


def _steadied(policy: Policy, aim: _Aim, workers: int, history: Past, *, at: datetime) -> _Aim:
    """Between the lowest wish of the window upwards and the highest of the one downwards."""
    low = min([aim.workers, *history.wished_since(at - timedelta(seconds=policy.up_window_s))])
    high = max([aim.workers, *history.wished_since(at - timedelta(seconds=policy.down_window_s))])
    if aim.workers > workers:
        return aim.held(max(low, workers), f"no more were asked for throughout {policy.up_window_s:g} s")
    return aim.held(min(high, workers), f"up to {high:,} were asked for within {policy.down_window_s:g} s")


def _cooled(policy: Policy, aim: _Aim, workers: int, history: Past, *, at: datetime) -> _Aim:
    """Nothing shortly after a change."""
    seconds = policy.up_cooldown_s if aim.workers > workers else policy.down_cooldown_s
    if not history.changes_since(at - timedelta(seconds=seconds)):
        return aim
    return aim.held(workers, f"the last change is less than {seconds:g} s ago")


def _stepped(policy: Policy, aim: _Aim, workers: int, history: Past, *, at: datetime) -> _Aim:
    """No further than what may still come or go within the period."""
    if aim.workers == workers:
        return aim
    rises = aim.workers > workers
    limit: StepLimit = policy.up if rises else policy.down
    changes = [
        change.by
        for change in history.changes_since(at - timedelta(seconds=limit.period_s))
        if (change.by > 0) == rises
    ]
    began = workers - sum(changes)
    most = limit.most(began)
    if rises:
        held, word = max(min(aim.workers, began + most), workers), "come"
    else:
        held, word = min(max(aim.workers, began - most), workers), "go"
    return aim.held(held, f"no more than {most:,} {word} within {limit.period_s:g} s")


def _sentence(workers: int, aim: _Aim) -> str:
    if aim.workers == workers:
        start = f"Stays at {workers:,}"
    else:
        start = f"{'Up' if aim.workers > workers else 'Down'} from {workers:,} to {aim.workers:,}"
    return f"{start}: {'; '.join(aim.notes)}."
