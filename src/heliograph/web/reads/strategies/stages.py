"""Which stages a version can go to, and what that does: named before anybody agrees."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from heliograph.engine.strategy import Strategy as Checked
from heliograph.signals.errors import WrongStage
from heliograph.signals.models import Outcome, Rollout, StrategyVersion
from heliograph.signals.rollouts import live_before, running_rollout
from heliograph.signals.tallies.read import sums
from heliograph.web.reads.strategies.text import matching

Stage = StrategyVersion.Stage
# The pages that ask an analyst; the others ask an operator.
FOR_ANALYSTS = ("strategy-shadow", "strategy-retire")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done with a version: the words of its button, and the page that asks.

    `name` is that of its page. What touches live needs an operator.
    """

    label: str
    name: str
    address: str
    is_for_analysts: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A version among those of its strategy. `open` counts running signals by version."""

    version: StrategyVersion
    live: tuple[StrategyVersion, ...]
    former: StrategyVersion | None
    rollout: Rollout | None
    open: dict[int, int]

    @classmethod
    def of(cls, version: StrategyVersion) -> "Standing":
        """As it is now. A constant number of statements."""
        rows = version.strategy.versions.filter(stage=Stage.LIVE).select_related("strategy")
        live = sorted(rows, key=lambda one: -one.share)
        watched = {version.pk, *(one.pk for one in live)}
        counted = {
            key: sum(states[state].number for state in Outcome.RUNNING if state in states)
            for key, states in sums(watched).items()
        }
        return cls(
            version,
            tuple(live),
            _former(version),
            running_rollout(version.strategy),
            counted,
        )

    @property
    def others(self) -> tuple[StrategyVersion, ...]:
        """The versions that are live beside it."""
        return tuple(one for one in self.live if one.pk != self.version.pk)

    @property
    def is_candidate(self) -> bool:
        """True while it is being rolled out."""
        return self.rollout is not None and self.rollout.candidate_id == self.version.pk

    def acts(self) -> list[Act]:
        """What can be done with it, the next step first."""
        found = []
        stage = self.version.stage
        if stage == Stage.DRAFT:
            found.append(self._act("Promote to shadow", "strategy-shadow"))
        if stage in (Stage.DRAFT, Stage.SHADOW) and (self.rollout is None or self.is_candidate):
            found.append(self._act("Promote to live", "strategy-live"))
        if self.is_candidate:
            found.append(self._act("Change its share", "strategy-live"))
        if self.former is not None and self.version in self.live:
            word = "Abort the rollout" if self.rollout else f"Roll back to v{self.former.number}"
            found.append(self._act(word, "strategy-rollback"))
        if stage != Stage.RETIRED:
            name = "strategy-retire-live" if stage == Stage.LIVE else "strategy-retire"
            found.append(self._act(f"Retire v{self.version.number}", name))
        return found

    def _act(self, label: str, name: str) -> Act:
        address = reverse(name, args=[self.version.strategy.name])
        asks = f"{address}?{urlencode({'version': self.version.number})}"
        return Act(label, name, asks, is_for_analysts=name in FOR_ANALYSTS)

    def run_on(self, version: StrategyVersion) -> str:
        """What becomes of the signals of a version that is retired."""
        count = self.open.get(version.pk, 0)
        if not count:
            return "no signal of it is open"
        return f"{count:,} open signal{' runs' if count == 1 else 's run'} on"


def _former(version: StrategyVersion) -> StrategyVersion | None:
    rollout = running_rollout(version.strategy)
    if rollout is not None:
        return rollout.former
    try:
        return live_before(version.strategy)
    except WrongStage:
        return None


def effect_of(act: Act, found: Standing) -> str:
    """What an act does, as its page says before anybody agrees."""
    if act.name == "strategy-shadow":
        return shadow_effect(found)
    if act.name == "strategy-live":
        return live_effect(found)
    if act.name == "strategy-rollback":
        assert found.former is not None
        return rollback_effect(found, found.former)
    return retire_effect(found)


def shadow_effect(found: Standing) -> str:
    """What promoting a draft to shadow does."""
    return (
        f"v{found.version.number} looks for signals in {_instruments(found.version)} and scores them; "
        "none is announced."
    )


def live_effect(found: Standing) -> str:
    """What promoting a version to live does."""
    number, instruments = found.version.number, _instruments(found.version)
    if not found.others:
        return f"v{number} announces the signals of {instruments}."
    others = " and ".join(f"v{other.number}" for other in found.others)
    retired = "; ".join(
        f"v{other.number} is retired: no new entries; {found.run_on(other)}" for other in found.others
    )
    return (
        f"v{number} announces its share of {instruments}, {others} the rest; both are scored. "
        f"With 100 % it announces all, and {retired}."
    )


def retire_effect(found: Standing) -> str:
    """What retiring a version does."""
    says = f"no new entries; {found.run_on(found.version)}"
    rollout = found.rollout
    if rollout and found.version.pk in (rollout.candidate_id, rollout.former_id):
        other = rollout.former if found.is_candidate else rollout.candidate
        says += f"; v{other.number} announces all instruments again"
    elif found.version.stage == Stage.LIVE:
        says += "; nothing of this strategy is announced any more"
    return f"{says}."


def rollback_effect(found: Standing, former: StrategyVersion) -> str:
    """What going back to the version before does."""
    retired = ", ".join(f"v{one.number}" for one in found.live if one.pk != former.pk)
    ends = "; ".join(found.run_on(one) for one in found.live if one.pk != former.pk)
    back = "announces all instruments again"
    if former.stage == Stage.RETIRED:
        back = "is live again and catches up silently over the bars that it has not seen"
    return f"v{former.number} {back}. {retired} is retired: no new entries; {ends}."


def _instruments(version: StrategyVersion) -> str:
    checked = Checked.parse(version.text)
    count = matching(checked.timeframe, checked.universe).count
    return f"{count:,} instrument{'' if count == 1 else 's'}"
