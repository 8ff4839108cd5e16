"""The strategies by name, with one way to ask them all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from heliograph.fleet.placement.candidate import Candidate, Pick, Picker, Turns
from heliograph.fleet.placement.errors import UnknownStrategy
from heliograph.fleet.placement.least_outstanding import least_outstanding
from heliograph.fleet.placement.peak_ewma import peak_ewma
from heliograph.fleet.placement.rendezvous import rendezvous
from heliograph.fleet.placement.round_robin import round_robin
from heliograph.fleet.placement.smooth_weighted import smooth_weighted
from heliograph.fleet.placement.two_choices import two_choices


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be placed: where the keys lie now, what was remembered, and the dice."""

    keys: Sequence[str]
    kept: Mapping[str, str]
    turns: Turns
    dice: Random


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to choose. A sticky one leaves a key where it lies; another one chooses anew each time."""

    name: str
    sticky: bool
    choose: Callable[[Asked, Sequence[Candidate]], dict[str, Pick]]


def one_by_one(picker: Picker) -> Callable[[Asked, Sequence[Candidate]], dict[str, Pick]]:
    """Chooses for one key after the other: each choice sees the work that those before it have given."""

    def choose(asked: Asked, candidates: Sequence[Candidate]) -> dict[str, Pick]:
        seen = {candidate.name: candidate for candidate in candidates}
        turns, picks = asked.turns, {}
        for key in asked.keys:
            pick = picks[key] = picker(list(seen.values()), turns, asked.dice)
            turns, chosen = pick.turns, seen[pick.node]
            seen[pick.node] = replace(chosen, outstanding=chosen.outstanding + 1)
        return picks

    return choose


def _by_rendezvous(asked: Asked, candidates: Sequence[Candidate]) -> dict[str, Pick]:
    return rendezvous(asked.keys, candidates, kept=asked.kept)


STRATEGIES = {
    strategy.name: strategy
    for strategy in (
        Strategy("round_robin", sticky=False, choose=one_by_one(round_robin)),
        Strategy("smooth_weighted", sticky=False, choose=one_by_one(smooth_weighted)),
        Strategy("least_outstanding", sticky=False, choose=one_by_one(least_outstanding)),
        Strategy("two_choices", sticky=False, choose=one_by_one(two_choices)),
        Strategy("peak_ewma", sticky=False, choose=one_by_one(peak_ewma)),
        Strategy("rendezvous", sticky=True, choose=_by_rendezvous),
    )
}


def find_strategy(name: str) -> Strategy:
    """The strategy of that name."""
    if name not in STRATEGIES:
        raise UnknownStrategy(name, list(STRATEGIES))
    return STRATEGIES[name]
